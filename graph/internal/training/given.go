package training

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// given is a gradient that a step has used.
type given struct {
	subject   *Subject
	run       int // from 0
	again     bool
	bound     []float64 // the gradient
	entry     []float64 // what was there before the step, or the call, began
	right     []float64 // the graph's gradient
	previous  []float64 // the graph's gradient at the use before, nil at the first
	slack     []float64 // how far each element of bound may be off, nil for not at all
	x         []float64
	ranLater  bool   // gradients were bound after the call of the solver
	of        []bool // the tensors that it is about
	followed  bool
	idle      []string
	changed   []string
	deviation bool // it is the gradient of the step as a function
	byHand    bool // it was computed from how the elements moved, with a rate that may change
}

// each calls do for each element of its tensors.
func (g *given) each(do func(i int)) {
	for k, of := range g.of {
		for from, to := g.subject.Span(k); of && from < to; from++ {
			do(from)
		}
	}
}

// any reports whether a vector has an element that is not 0 in its tensors.
func (g *given) any(v []float64) (any bool) {
	g.each(func(i int) { any = any || v[i] != 0 })
	return any
}

// all reports whether the used gradient is the wanted one, in all its tensors.
func (g *given) all(want []float64) bool {
	for k, of := range g.of {
		if of && !g.fits(want, k) {
			return false
		}
	}
	return true
}

// smallTensor is the size of a tensor's gradient, relative to the largest one, below
// which it may be only rounding, as that of a bias before a batch normalization is.
const smallTensor = 1e-3

// fits reports whether the used gradient of tensor k is the wanted one.
func (g *given) fits(want []float64, k int) bool {
	from, to := g.subject.Span(k)
	scale, whole := 0.0, 0.0
	for i, w := range want {
		whole = max(whole, math.Abs(w), math.Abs(g.right[i]))
		if i >= from && i < to {
			scale = max(scale, math.Abs(w), math.Abs(g.bound[i]))
		}
	}
	limit := g.subject.tolerance() * max(scale, smallTensor*whole)
	for i := from; i < to; i++ {
		slack := 0.0
		if g.slack != nil {
			slack = g.slack[i]
		}
		if math.Float64bits(g.bound[i]) != math.Float64bits(want[i]) && !(math.Abs(g.bound[i]-want[i]) <= limit+slack) {
			return false
		}
	}
	return true
}

// factor returns the factor between the graph's gradient and the used one, by least
// squares. It is 0 where the graph's is 0.
func (g *given) factor() float64 {
	product, square := 0.0, 0.0
	g.each(func(i int) {
		product += g.bound[i] * g.right[i]
		square += g.right[i] * g.right[i]
	})
	if square == 0 {
		return 0
	}
	return product / square
}

// deliberate describes a change of the gradient that a user makes on purpose: one
// factor above 0, a factor below 1 for each tensor, a limit for each element, or a
// multiple of the elements themselves. It is empty for other changes, and for a single
// element.
func (g *given) deliberate() string {
	n, limit, product, square := 0, 0.0, 0.0, 0.0
	g.each(func(i int) {
		n++
		limit = max(limit, math.Abs(g.bound[i]))
		product += (g.bound[i] - g.right[i]) * g.x[i]
		square += g.x[i] * g.x[i]
	})
	if n < 2 {
		return ""
	}
	clipped, decayed := slices.Clone(g.right), slices.Clone(g.right)
	g.each(func(i int) {
		clipped[i] = max(-limit, min(limit, g.right[i]))
		decayed[i] += product / square * g.x[i]
	})
	switch c := g.factor(); {
	case c > 0 && g.all(scaled(g.right, c)):
		return fmt.Sprintf("what is used is %.6g times the gradient, as with a limit to its norm", c)
	case g.shrunk():
		return "what is used is the gradient with a factor below 1 for each tensor, as with a limit to its norm"
	case limit > 0 && g.all(clipped):
		return fmt.Sprintf("what is used is the gradient, each element limited to ±%.6g", limit)
	case square > 0 && g.all(decayed):
		decay := product / square
		return fmt.Sprintf("what is used is the gradient and %.6g times the elements, as with weight decay", decay)
	}
	return ""
}

// shrunk reports whether each tensor's gradient has a factor of its own between 0 and
// 1. A single element always has a factor, so that some tensor must have more.
func (g *given) shrunk() bool {
	one := *g
	for k, of := range g.of {
		if !of {
			continue
		}
		one.of = make([]bool, len(g.of))
		one.of[k] = true
		if c := one.factor(); !(c > 0 && c < 1 && one.all(scaled(g.right, c))) {
			return false
		}
	}
	for k, of := range g.of {
		if of && g.subject.Layout[k].Len() > 1 {
			return true
		}
	}
	return false
}

// same reports whether two vectors have the same bits.
func same(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
}

// combined returns a + n·b.
func combined(a, b []float64, n float64) []float64 {
	out := make([]float64, len(a))
	for i := range out {
		out[i] = a[i] + n*b[i]
	}
	return out
}

// scaled returns c·a.
func scaled(a []float64, c float64) []float64 { return combined(make([]float64, len(a)), a, c) }

// names lists the tensors that a gradient is about.
func (g *given) names() string {
	var names []string
	for k, of := range g.of {
		if of {
			names = append(names, g.subject.Layout[k].Name)
		}
	}
	return strings.Join(names, ", ")
}
