package rows

import (
	"fmt"
	"math"
	"testing"

	"gradtwin"
	"gradtwin/compare"
)

// normalised is the loss of a row that is normalised with eps, and nearly
// constant: it changes fast, and has no corner.
func normalised(eps, spread float64) problem {
	x := draws(61, 8, spread)
	for i := range x {
		x[i]++
	}
	layout := gradtwin.Layout{{Name: "row", Shape: []int{8}}}
	return traced(fmt.Sprintf("row normalised with %g, constant to %g", eps, spread), layout, x, 0,
		func(t *tape, x []num) num {
			m := t.scale(1.0/8, t.sum(x))
			c := t.each(func(a num) num { return t.sub(a, m) }, x)
			sd := t.sqrt(t.add(t.scale(1.0/8, t.sum(t.each(t.square, c))), t.constant(eps)))
			s := t.constant(0)
			for i, v := range c {
				y := t.div(v, sd)
				s = t.add(s, t.mul(y, t.add(y, t.constant(float64(i*i%5)))))
			}
			return s
		})
}

// A gradient that changes fast beside the point is no excuse for a wrong one.
func TestFastIsNoExcuse(t *testing.T) {
	smoothAbs := func(eps float64) (f, d func(v float64) float64) {
		return func(v float64) float64 { return math.Sqrt(v*v + eps*eps) },
			func(v float64) float64 { return v / math.Sqrt(v*v+eps*eps) }
	}
	abs10, abs10Slope := smoothAbs(1e-10)
	softplus := func(v float64) float64 { return max(v, 0) + math.Log1p(math.Exp(-math.Abs(v))) }
	logistic := func(v float64) float64 { return 1 / (1 + math.Exp(-v)) }
	var checks []check
	for _, s := range []fast{
		// The table's own.
		of("sine", 1e10, 0, math.Sin, math.Cos),
		// Others of the kind.
		of("sine", 1e8, 0, math.Sin, math.Cos),
		of("sine", 1e12, 0, math.Sin, math.Cos),
		of("tanh", 1e9, 0, math.Tanh, tanhSlope),
		of("arctangent", 1e8, 0, math.Atan, func(v float64) float64 { return 1 / (1 + v*v) }),
		of("softplus", 1e9, 0, softplus, logistic),
		of("logistic", 1e7, 0, logistic, func(v float64) float64 { return logistic(v) * logistic(-v) }),
		of("error function", 1e7, 0, math.Erf, func(v float64) float64 { return 2 / math.Sqrt(math.Pi) * math.Exp(-v*v) }),
		of("exponential", 1e9, 0, math.Exp, math.Exp),
		of("inverse hyperbolic sine", 1e10, 0, math.Asinh, func(v float64) float64 { return 1 / math.Sqrt(1+v*v) }),
		of("log of 1+v", 1e8, 0, math.Log1p, func(v float64) float64 { return 1 / (1 + v) }),
		of("smooth abs", 1, 1e-10, abs10, abs10Slope),
		of("bell and slope", 1e8, 0, func(v float64) float64 { return math.Exp(-square(v - 1)) },
			func(v float64) float64 { return -2 * (v - 1) * math.Exp(-square(v-1)) }),
	} {
		p := s.alone()
		for what, f := range map[string]fault{"times 0.5": times(0.5), "times 1.05": times(1.05), "times -1": times(-1)} {
			checks = append(checks, check{name: p.name + "/" + what, p: p, fault: f, want: foundWrong},
				check{name: p.beside(1).name + "/" + what, p: p.beside(1), fault: inside(p, f), want: foundWrong})
		}
		checks = append(checks, check{name: p.name + "/right", p: p, want: passed},
			check{name: p.beside(1).name + "/right", p: p.beside(1), want: passed})
	}
	for _, p := range []problem{normalised(1e-12, 1e-7), normalised(1e-12, 1e-6), normalised(1e-10, 1e-8),
		normalised(1e-5, 1e-4), normalised(1e-14, 1e-7)} {
		checks = append(checks, both(p, "one times 1.05", timesAt(3, 1.05), foundWrong, passed)...)
	}
	run(t, checks)
}

// all is n elements that all stand at the corner of a bend, in two tensors.
func (b bend) all(c float64, n int) problem {
	p := b.problem(c, repeat(b.at, 2*n)...)
	p.layout = vectors(n, "a", "b")
	return p
}

// At a point that is all corners a gradient that is wrong everywhere, and beside
// the point too, is not excused by its own range.
func TestCornersEverywhereAreNoExcuse(t *testing.T) {
	var checks []check
	for _, b := range []bend{
		pieces("relu", 0, 1, 0, 1),
		pieces("slopes of 2 and 4", 0, 1, 2, 4),
		pieces("hinge", 1, 1, -1, 0),
		pieces("slopes of -1 and 3", 0.5, 1, -1, 3),
		pieces("leaky relu", 0, 1, 0.1, 1),
		pieces("knot", 2, 1, 5, 5.5),
	} {
		for _, n := range []int{1, 3, 40} {
			lo, hi := b.slopes()
			c := hi
			if b.name == "hinge" {
				c = lo
			}
			p := b.all(c, n)
			for _, factor := range []float64{2, 3, -2} {
				checks = append(checks, check{name: fmt.Sprintf("%s, %d times/times %g", p.name, 2*n, factor), p: p,
					fault: times(factor), want: foundWrong})
			}
			checks = append(checks, check{name: fmt.Sprintf("%s, %d times/right", p.name, 2*n), p: p, want: passed})
		}
	}
	pool, poolAway := pooled(4)
	image := problem{name: "pool of a constant image", layout: gradtwin.Layout{{Name: "image", Shape: []int{4, 4}}},
		x: repeat(0.5, 16), loss: pool, grad: poolAway}
	checks = append(checks, both(image, "doubled", times(2), foundWrong, passed)...)
	for _, n := range nests()[:4] {
		p := n.problem(1)
		checks = append(checks, both(p, "doubled", times(2), foundWrong, passed)...)
	}
	run(t, checks)
}

// An offset hides small errors only as far as its rounding goes, and the report
// says how far.
func TestOffsets(t *testing.T) {
	gentle := func(v float64) float64 { return 4 * math.Sin(v/4) }
	problems := []problem{
		separable("square", square, func(v float64) float64 { return 2 * v }, 1.5, -0.8, 2),
		separable("gentle sine", gentle, func(v float64) float64 { return math.Cos(v / 4) }, 0.5, -1, 1.2),
		separable("line", func(v float64) float64 { return 3 * v }, func(float64) float64 { return 3 }, 0.3, 1, -2),
		{name: "products", layout: gradtwin.Layout{{Name: "a", Shape: []int{2}}, {Name: "b", Shape: []int{2}}},
			x:    []float64{1, -2, 1.5, 0.8},
			loss: func(x []float64) float64 { return x[0]*x[2] + x[1]*x[3] },
			grad: func(g, x []float64) { g[0], g[1], g[2], g[3] = x[2], x[3], x[0], x[1] }},
		separable("square and line", func(v float64) float64 { return v*v/2 + 2*v }, func(v float64) float64 { return v + 2 },
			1, 0.1, -0.5),
		separable("wide bell", func(v float64) float64 { return 20 * math.Exp(-v*v/100) },
			func(v float64) float64 { return -0.4 * v * math.Exp(-v*v/100) }, 4, 5, -6),
	}
	var checks []check
	for _, p := range problems {
		for _, offset := range []struct{ factor, offset float64 }{{1, 1e8}, {1, -1e8}, {1, 1e7}, {100, 1e10}, {1e-4, 1e4},
			{1e6, 3e13}} {
			q := p.affine(offset.factor, offset.offset)
			coarsest := 1e-13 * math.Abs(offset.offset)
			stated := func(t *testing.T, r *compare.Report, _ *function) {
				t.Helper()
				// steps are powers of four apart, and a resolution is three times a bound
				if at := resolution(r); !(at <= 12*coarsest) {
					t.Errorf("a resolution of %g, want at most %g", at, coarsest)
				}
			}
			for what, f := range map[string]fault{"times 1.01": times(1.01), "times 1.0001": times(1.0001),
				"one times 1.01": timesAt(1, 1.01)} {
				checks = append(checks, check{name: q.name + "/" + what, p: q, fault: f, want: foundWrong})
			}
			checks = append(checks, check{name: q.name + "/right", p: q, want: passed},
				check{name: q.name + "/right, and how far", p: q, want: passed, modes: fullOnly, also: stated})
		}
	}
	run(t, checks)
}
