package rows

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gradtwin/compare"
)

// bend is a function of one variable that is smooth on both sides of a corner.
type bend struct {
	name         string
	at           float64
	unit         float64 // how far from the corner another element stands
	below, above func(v float64) float64
	left, right  func(v float64) float64 // their derivatives
	bad          []float64               // values at the corner that are wrong, beside those that all have
}

// slopes are the one-sided derivatives at the corner, the lesser first.
func (b bend) slopes() (lo, hi float64) {
	l, r := b.left(b.at), b.right(b.at)
	return min(l, r), max(l, r)
}

// problem is a sum of bends, with the derivative c at each corner.
func (b bend) problem(c float64, x ...float64) problem {
	return separable(fmt.Sprintf("%s with %g", b.name, c),
		func(v float64) float64 {
			if v < b.at {
				return b.below(v)
			}
			return b.above(v)
		},
		func(v float64) float64 {
			switch {
			case v < b.at:
				return b.left(v)
			case v > b.at:
				return b.right(v)
			}
			return c
		}, x...)
}

// line is the function a·(v − at) and its derivative.
func line(a, at float64) (f, derivative func(float64) float64) {
	return func(v float64) float64 { return a * (v - at) }, func(float64) float64 { return a }
}

// pieces is a bend of two straight lines that meet in zero.
func pieces(name string, at, unit, left, right float64, bad ...float64) bend {
	b := bend{name: name, at: at, unit: unit, bad: bad}
	b.below, b.left = line(left, at)
	b.above, b.right = line(right, at)
	return b
}

var square = func(v float64) float64 { return v * v }

var bends = []bend{
	// The table's own.
	pieces("relu", 0, 1, 0, 1, 1.5, 3, 10, 1000, -2),
	pieces("abs", 0, 1, -1, 1, 1000),
	pieces("leaky relu", 0, 1, 0.1, 1, 1.1),
	// Others of the kind.
	pieces("relu of v-3.7", 3.7, 1, 0, 1),
	pieces("relu at a million", 1e6, 1e6, 0, 1),
	pieces("relu at a millionth", 1e-6, 1e-6, 0, 1),
	pieces("pinball loss", 0, 1, -0.1, 0.9),
	pieces("hinge", 1, 1, -1, 0),
	pieces("relu6", 6, 1, 1, 0),
	pieces("hard sigmoid", 3, 1, 1.0/6, 0),
	pieces("soft shrinkage", 0.5, 1, 0, 1),
	pieces("large abs", 0, 1, -1e8, 1e8),
	pieces("small abs", 0, 1, -1e-8, 1e-8),
	pieces("knot of a table", 2.5, 1, 3, 3.25),
	pieces("roof", -0.25, 1, 1, -1),
	{name: "elu of 2", unit: 1, below: func(v float64) float64 { return 2 * math.Expm1(v) },
		above: func(v float64) float64 { return v },
		left:  func(v float64) float64 { return 2 * math.Exp(v) }, right: func(float64) float64 { return 1 }},
	{name: "lasso", unit: 1, below: func(v float64) float64 { return square(v-0.3) - 0.4*v },
		above: func(v float64) float64 { return square(v-0.3) + 0.4*v },
		left:  func(v float64) float64 { return 2*(v-0.3) - 0.4 }, right: func(v float64) float64 { return 2*(v-0.3) + 0.4 }},
	{name: "max of v and its square", at: 1, unit: 0.5, below: func(v float64) float64 { return v }, above: square,
		left: func(float64) float64 { return 1 }, right: func(v float64) float64 { return 2 * v }},
	{name: "abs of sine", unit: 1, below: func(v float64) float64 { return -math.Sin(v) }, above: math.Sin,
		left: func(v float64) float64 { return -math.Cos(v) }, right: math.Cos},
	{name: "relu times exp", unit: 1, below: func(float64) float64 { return 0 },
		above: func(v float64) float64 { return v * math.Exp(v) },
		left:  func(float64) float64 { return 0 }, right: func(v float64) float64 { return (1 + v) * math.Exp(v) }},
}

// values returns the derivatives at the corner that are right and those that
// are wrong.
func (b bend) values() (valid, bad []float64) {
	lo, hi := b.slopes()
	width := hi - lo
	bad = slices.Concat(b.bad, []float64{hi + width, lo - 2*width, hi + 100*width})
	slices.Sort(bad)
	return []float64{lo, (lo + hi) / 2, hi}, slices.Compact(bad)
}

// points is where a bend is looked at: at its corner alone, and among others.
func (b bend) points() [][]float64 {
	return [][]float64{{b.at}, {b.at - b.unit/2, b.at, b.at + 0.8*b.unit, b.at - 0.3*b.unit}}
}

// A value exactly at a simple corner is right between the one-sided slopes of
// the loss, and wrong outside of them, also with Strict.
func TestCorners(t *testing.T) {
	var checks []check
	for _, b := range bends {
		lo, hi := b.slopes()
		valid, bad := b.values()
		for _, x := range b.points() {
			add := func(c float64, want result) {
				p := b.problem(c, x...)
				if len(x) > 1 {
					p = p.beside((hi - lo) * b.unit)
				}
				checks = append(checks, check{name: p.name, p: p, want: want},
					check{name: p.name + " strict", p: p, want: want, options: compare.Options{Strict: true}, modes: fullOnly})
			}
			for _, c := range valid {
				if len(x) == 1 {
					add(c, orEmpty(passed, c))
				} else {
					add(c, passed)
				}
			}
			for _, c := range bad {
				add(c, foundWrong)
			}
		}
	}
	run(t, checks)
}

// The same in float32, with a float64 twin that has another right value, one
// that has the same value, and none. An element that float32 cannot put at the corner is left out.
func TestCornersInFloat32(t *testing.T) {
	var checks []check
	for _, b := range bends {
		lo, hi := b.slopes()
		if float64(float32(b.at)) != b.at || hi-lo < 0.5 || hi-lo > 10 {
			continue
		}
		for _, x := range b.points() {
			add := func(c float64, want result) {
				// The right twin has the value in the middle, as good as any.
				p, twin, same := b.problem(c, x...), b.problem((lo+hi)/2, x...), b.problem(c, x...)
				p.single, p.loss = true, rounded(p.loss)
				none := p
				none.name = fmt.Sprintf("%s/%d elements without a twin", p.name, len(x))
				// The noise of a float32 loss may hide which it is.
				checks = append(checks, check{name: none.name, p: none, want: want | notJudged})
				p.wide = &same
				checks = append(checks, check{name: fmt.Sprintf("%s/%d elements, a twin like it", p.name, len(x)), p: p,
					want: want})
				p.wide = &twin
				checks = append(checks, check{name: fmt.Sprintf("%s/%d elements, a twin with another right value", p.name, len(x)),
					p: p, want: want})
			}
			add(hi, orEmpty(passed, hi))
			add(lo, orEmpty(passed, lo))
			add(hi+3*(hi-lo), foundWrong)
		}
	}
	run(t, checks)
}

func rounded(loss func([]float64) float64) func([]float64) float64 {
	return func(x []float64) float64 { return float64(float32(loss(x))) }
}

// A tensor of which one element of many stands at a corner, where the gradient
// is wrong, fails along its directions too.
func TestCornerInLargeTensor(t *testing.T) {
	var checks []check
	for k, b := range bends {
		lo, hi := b.slopes()
		n := 520 + 7*k // more than Auto judges one by one
		x := make([]float64, n)
		for i := range x {
			x[i] = b.at + b.unit*(0.05+0.9*math.Abs(math.Sin(float64(i+1))))
			if i%3 == 0 {
				x[i] = 2*b.at - x[i]
			}
		}
		x[n/3] = b.at
		width := hi - lo
		add := func(c float64, want result) {
			p := b.problem(c, x...)
			checks = append(checks, check{name: p.name, p: p, want: want, modes: []compare.Mode{compare.Probe, compare.Auto}})
		}
		add(hi, passed)
		add((lo+hi)/2, passed)
		add(hi+9*width, foundWrong)
		add(lo-2*width, foundWrong)
		add(hi+999*width, foundWrong)
	}
	run(t, checks)
}
