package compare

import (
	"context"

	"gradtwin"
)

// Function is a scalar loss of named parameters together with the gradient
// that is to be checked. Anything that has both can be checked: graph.Wrap
// makes one of a Gorgonia graph.
type Function interface {
	// Layout names the parameters and gives their shapes. Elements are
	// counted through all tensors in this order.
	Layout() gradtwin.Layout
	// At returns element i as the function holds it.
	At(i int) float64
	// Set changes element i to x, rounded to what the function can hold: a
	// float32 graph holds float32(x), and At tells.
	Set(i int, x float64)
	// Loss returns the loss at the present elements.
	Loss() (float64, error)
	// Gradient writes the gradient at the present elements to dst, which has
	// Layout().Len() elements.
	Gradient(dst []float64) error
}

// Differencer is a Function with an engine of its own for whole numerical
// gradients.
type Differencer interface {
	Function
	// Differences writes (f(x+h) − f(x−h)) / 2h for every element to dst, with
	// the absolute step h.
	Differences(ctx context.Context, dst []float64, h float64) error
}

// Cloner is a Function that can be copied, so that several goroutines can
// each call one.
type Cloner interface {
	Function
	// Clone returns a function at the same elements that shares nothing that
	// changes with the original.
	Clone() (Function, error)
}
