package rows

import (
	"fmt"
	"math"
	"testing"

	"gradtwin"
)

// fast is a function of one tiny or quickly changing parameter, which may stand
// before a calm one.
type fast struct {
	name          string
	x             float64
	f, derivative func(v float64) float64
}

// of is a function of k·v.
func of(name string, k, x float64, f, derivative func(v float64) float64) fast {
	return fast{name: fmt.Sprintf("%s of %gx at %g", name, k, x), x: x,
		f: func(v float64) float64 { return f(k * v) }, derivative: func(v float64) float64 { return k * derivative(k*v) }}
}

func negative(f func(float64) float64) func(float64) float64 {
	return func(v float64) float64 { return -f(v) }
}

func tanhSlope(v float64) float64 { return 1 / square(math.Cosh(v)) }

func fasts() []fast {
	inverse, inverseSlope := func(v float64) float64 { return 1 / v }, func(v float64) float64 { return -1 / (v * v) }
	return []fast{
		// The table's own.
		of("sine", 1e10, 1e-10, math.Sin, math.Cos),
		of("inverse", 1, 1e-9, inverse, inverseSlope),
		// Others of the kind.
		of("sine", 1e12, 3e-13, math.Sin, math.Cos),
		of("cosine", 1e9, 1e-9, math.Cos, negative(math.Sin)),
		of("exponential", 1e8, 1e-9, math.Exp, math.Exp),
		of("logarithm", 1, 1e-12, math.Log, inverse),
		of("root", 1, 1e-14, math.Sqrt, func(v float64) float64 { return 0.5 / math.Sqrt(v) }),
		of("tanh", 1e7, 5e-8, math.Tanh, tanhSlope),
		of("square", 1e12, 2e-12, square, func(v float64) float64 { return 2 * v }),
		of("inverse", 1, -1e-6, inverse, inverseSlope),
		of("arctangent", 1e11, 1e-11, math.Atan, func(v float64) float64 { return 1 / (1 + v*v) }),
		of("square", 1e20, 1e-20, square, func(v float64) float64 { return 2 * v }),
		of("bell", 1e6, 1e-6, func(v float64) float64 { return math.Exp(-v * v) },
			func(v float64) float64 { return -2 * v * math.Exp(-v*v) }),
	}
}

// alone is the function of the tiny parameter by itself.
func (s fast) alone() problem { return separable(s.name, s.f, s.derivative, s.x) }

// before is the tiny parameter before calm ones, in one tensor or in two.
func (s fast) before(layout gradtwin.Layout) problem {
	scale := max(1, math.Abs(s.f(s.x)))
	return problem{
		name: fmt.Sprintf("%s before others in %d tensors", s.name, len(layout)), layout: layout,
		x:    []float64{s.x, 0.7, -1.3, 2},
		loss: func(x []float64) float64 { return s.f(x[0]) + scale*(x[1]*x[1]+x[2]*x[2]+math.Sin(x[3])) },
		grad: func(g, x []float64) {
			g[0], g[1], g[2], g[3] = s.derivative(x[0]), 2*scale*x[1], 2*scale*x[2], scale*math.Cos(x[3])
		},
	}
}

// A parameter that is tiny, beside which the loss moves fast, neither hides the
// others nor is hidden itself.
func TestTinyParameters(t *testing.T) {
	one := gradtwin.Layout{{Name: "x", Shape: []int{4}}}
	two := gradtwin.Layout{{Name: "tiny", Shape: []int{}}, {Name: "others", Shape: []int{3}}}
	var checks []check
	for _, s := range fasts() {
		p := s.alone()
		checks = append(checks, both(p, "times 2", times(2), foundWrong, passed)...)
		checks = append(checks, check{name: p.name + "/negated", p: p, fault: times(-1), want: foundWrong})
		for _, layout := range []gradtwin.Layout{one, two} {
			p := s.before(layout)
			second := both(p, "second negated", timesAt(1, -1), foundWrong, passed)
			if len(layout) == 1 {
				// Along a direction of the whole tensor the tiny one outweighs it.
				second[0].modes = byElement
			}
			checks = append(checks, second...)
			for what, f := range map[string]fault{"tiny doubled": timesAt(0, 2), "everything doubled": times(2),
				"third times 1.01": timesAt(2, 1.01)} {
				c := check{name: p.name + "/" + what, p: p, fault: f, want: foundWrong}
				if len(layout) == 1 && what == "third times 1.01" {
					c.modes = fullOnly
				}
				checks = append(checks, c)
			}
		}
	}
	run(t, checks)
}
