package report

// method says how a backend gets its gradients.
func method(backend string) string {
	switch backend {
	case "graph":
		return "symbolic gradients"
	case "stock":
		return "Gorgonia's own gradients"
	case "backprop":
		return "gradients written by hand"
	case "numeric":
		return "numerical gradients"
	}
	return "the gradients of " + backend
}

// Labels names the two backends of a run in a legend and at the head of a column.
func (r *Run) Labels() [2]string {
	return [2]string{label(r.Symbolic.Backend), label(r.Numeric.Backend)}
}

func label(backend string) string {
	if backend == "graph" {
		return "symbolic"
	}
	return backend
}
