package report

import (
	"fmt"
	"strings"
)

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

// label names a backend in a legend and at the head of a column.
func label(backend string) string {
	if backend == "graph" {
		return "symbolic"
	}
	return backend
}

// Faster says in half a sentence which backend's step is faster: a step with A is
// N times faster than one with B.
func (r *Run) Faster() string {
	fast, slow, ratio := r.Symbolic.Backend, r.Numeric.Backend, r.SpeedRatio()
	if ratio < 1 {
		fast, slow, ratio = slow, fast, 1/ratio
	}
	return fmt.Sprintf("a step with %s is %.1f times faster than one with %s", method(fast), ratio, method(slow))
}

// speedSentence is Faster as a sentence of its own.
func (r *Run) speedSentence() string { return "A" + strings.TrimPrefix(r.Faster(), "a") + "." }
