package report

import "fmt"

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

// Label names a backend in a legend and at the head of a column.
func Label(backend string) string {
	if backend == "graph" {
		return "symbolic"
	}
	return backend
}

// faster says which backend's step is faster.
func (r *Run) faster() string {
	fast, slow, ratio := r.Symbolic.Backend, r.Numeric.Backend, r.SpeedRatio()
	if ratio < 1 {
		fast, slow, ratio = slow, fast, 1/ratio
	}
	return fmt.Sprintf("A step with %s is %.1f times faster than one with %s.", method(fast), ratio, method(slow))
}
