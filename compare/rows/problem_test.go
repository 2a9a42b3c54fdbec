package rows

import (
	"fmt"
	"slices"

	"gradtwin"
	"gradtwin/compare"
)

// problem is a function with its exact gradient, at a point.
type problem struct {
	name   string
	layout gradtwin.Layout // nil is one tensor x
	x      []float64
	loss   func(x []float64) float64
	grad   func(g, x []float64)
	// single says that it computes in float32, and wide is then the same in
	// float64, nil where there is none.
	single bool
	wide   *problem
}

// fault changes a right gradient at x; nil changes nothing.
type fault func(g, x []float64)

// function is a problem as package compare takes it, with its calls counted.
type function struct {
	problem
	at               []float64
	fault            fault
	calls, gradients int
	called           func() // before every call of the two, if it is set
}

func (f *function) Layout() gradtwin.Layout {
	if f.layout == nil {
		return gradtwin.Layout{{Name: "x", Shape: []int{len(f.at)}}}
	}
	return f.layout
}

func (f *function) At(i int) float64 { return f.at[i] }

func (f *function) Set(i int, x float64) {
	if f.single {
		x = float64(float32(x))
	}
	f.at[i] = x
}

func (f *function) Loss() (float64, error) {
	f.calls++
	if f.called != nil {
		f.called()
	}
	return f.loss(f.at), nil
}

func (f *function) Gradient(dst []float64) error {
	f.gradients++
	if f.called != nil {
		f.called()
	}
	f.grad(dst, f.at)
	if f.fault != nil {
		f.fault(dst, f.at)
	}
	return nil
}

// declaredSingle is a function that says that it is in float32.
type declaredSingle struct{ *function }

func (declaredSingle) Float32() bool { return true }

// withTwin is one that can be had in float64 too.
type withTwin struct {
	declaredSingle
	twinFault fault
}

func (f withTwin) Float64() (compare.Function, error) {
	w, _ := f.wide.function(f.twinFault, nil)
	copy(w.at, f.at)
	return w, nil
}

// function returns the problem with the faults planted in its own gradient and
// in that of its float64 twin, in the form that package compare is given.
func (p problem) function(f, twin fault) (*function, compare.Function) {
	if p.layout != nil && p.layout.Len() != len(p.x) {
		panic(fmt.Sprintf("%s: a layout of %d elements for a point of %d", p.name, p.layout.Len(), len(p.x)))
	}
	counted := &function{problem: p, at: slices.Clone(p.x), fault: f}
	for i, v := range p.x {
		counted.Set(i, v) // as it can be held
	}
	switch {
	case p.wide != nil:
		return counted, withTwin{declaredSingle{counted}, twin}
	case p.single:
		return counted, declaredSingle{counted}
	}
	return counted, counted
}

// beside puts the problem between two calm tensors, whose share of the loss has
// the size given.
func (p problem) beside(size float64) problem {
	const before, after = 6, 4
	layout := p.layout
	if layout == nil {
		layout = gradtwin.Layout{{Name: "x", Shape: []int{len(p.x)}}}
	}
	q := p
	q.name += " beside others"
	q.layout = slices.Concat(gradtwin.Layout{{Name: "calm W", Shape: []int{3, 2}}}, layout,
		gradtwin.Layout{{Name: "calm b", Shape: []int{4}}})
	q.x = slices.Concat([]float64{0.3, -0.8, 1.2, 0.5, -1.5, 0.9}, p.x, []float64{1.1, -0.4, 0.7, 2})
	n := len(p.x)
	q.loss = func(x []float64) float64 {
		sum := 0.0
		for i, v := range x {
			if i < before || i >= before+n {
				sum += v * (v + float64(i%3)) / 8
			}
		}
		return size*sum + p.loss(x[before:before+n])
	}
	q.grad = func(g, x []float64) {
		for i, v := range x {
			if i < before || i >= before+n {
				g[i] = size * (2*v + float64(i%3)) / 8
			}
		}
		p.grad(g[before:before+n], x[before:before+n])
	}
	return q
}

// inside returns a fault of the problem as one of the problem beside others.
func inside(p problem, f fault) fault {
	const before = 6
	return func(g, x []float64) { f(g[before:before+len(p.x)], x[before:before+len(p.x)]) }
}

// affine returns the problem with its loss changed to factor·loss + offset.
func (p problem) affine(factor, offset float64) problem {
	q := p
	q.name += fmt.Sprintf(" times %g plus %g", factor, offset)
	q.loss = func(x []float64) float64 { return factor*p.loss(x) + offset }
	q.grad = func(g, x []float64) {
		p.grad(g, x)
		for i := range g {
			g[i] *= factor
		}
	}
	return q
}

// separable is the sum of one function of each element.
func separable(name string, f, derivative func(v float64) float64, x ...float64) problem {
	return problem{
		name: name, x: x,
		loss: func(x []float64) float64 {
			sum := 0.0
			for _, v := range x {
				sum += f(v)
			}
			return sum
		},
		grad: func(g, x []float64) {
			for i, v := range x {
				g[i] = derivative(v)
			}
		},
	}
}

// Faults.

func times(factor float64) fault {
	return func(g, _ []float64) {
		for i := range g {
			g[i] *= factor
		}
	}
}

func timesAt(at int, factor float64) fault { return func(g, _ []float64) { g[at] *= factor } }

func timesFrom(lo, hi int, factor float64) fault {
	return func(g, _ []float64) { times(factor)(g[lo:hi], nil) }
}

func setTo(at int, value float64) fault { return func(g, _ []float64) { g[at] = value } }
