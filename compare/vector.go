package compare

import (
	"fmt"
	"slices"

	"gradtwin"
)

// Vector is a Go function of a vector as a Function to check.
type Vector struct {
	f      func(x []float64) float64
	grad   func(grad, x []float64)
	x      []float64
	layout gradtwin.Layout
	single bool
}

// Of returns f with the gradient grad at x as a Function to check. The two are
// what gonum's optimize.Problem holds: grad writes the gradient at x to its
// first argument. Neither may change x. The Vector has a copy of x.
//
//	compare.Assert(t, compare.Of(p.Func, p.Grad, x))
//
// The tensors name and shape the parts of x, in their order; none makes it one
// tensor x. It panics unless they have as many elements as x.
func Of(f func(x []float64) float64, grad func(grad, x []float64), x []float64, tensors ...gradtwin.Tensor) *Vector {
	layout := gradtwin.Layout(tensors)
	if len(tensors) == 0 {
		layout = gradtwin.Layout{{Name: "x", Shape: []int{len(x)}}}
	}
	if layout.Len() != len(x) {
		panic(fmt.Sprintf("compare: tensors of %d elements for a vector of %d", layout.Len(), len(x)))
	}
	return &Vector{f: f, grad: grad, x: slices.Clone(x), layout: layout}
}

// Layout implements Function.
func (v *Vector) Layout() gradtwin.Layout { return v.layout }

// At implements Function.
func (v *Vector) At(i int) float64 { return v.x[i] }

// Set implements Function.
func (v *Vector) Set(i int, x float64) {
	if v.single {
		x = float64(float32(x))
	}
	v.x[i] = x
}

// InFloat32 says that the function computes in float32, and rounds the elements
// to it. It returns v.
func (v *Vector) InFloat32() *Vector {
	v.single = true
	for i, x := range v.x {
		v.Set(i, x)
	}
	return v
}

// Float32 implements Narrow.
func (v *Vector) Float32() bool { return v.single }

// Loss implements Function.
func (v *Vector) Loss() (float64, error) { return v.f(v.x), nil }

// Gradient implements Function.
func (v *Vector) Gradient(dst []float64) error {
	v.grad(dst, v.x)
	return nil
}

// Concurrent returns v as a Cloner, for functions that several goroutines may
// call at once. Of cannot know: a function that keeps scratch memory between
// calls must not be called so.
func (v *Vector) Concurrent() Cloner { return concurrentVector{v} }

type concurrentVector struct{ *Vector }

// Clone implements Cloner.
func (v concurrentVector) Clone() (Function, error) {
	c := *v.Vector
	c.x = slices.Clone(v.x)
	return concurrentVector{&c}, nil
}
