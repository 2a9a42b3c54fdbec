package rows

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"gradtwin"
	"gradtwin/compare"
)

var (
	cosineAndLine = func(v float64) float64 { return math.Sin(v) + v/4 }
	cosineSlope   = func(v float64) float64 { return math.Cos(v) + 0.25 }
)

// shaped is a smooth function of a tensor of the shape.
func shaped(shape ...int) problem {
	layout := gradtwin.Layout{{Name: "W", Shape: shape}}
	p := separable(fmt.Sprintf("sine of %v", shape), cosineAndLine, cosineSlope, draws(81, layout.Len(), 0.5)...)
	p.layout = layout
	return p
}

// A gradient that is a large factor too large is not one where the loss stands
// still.
func TestLargeFactors(t *testing.T) {
	var checks []check
	for _, factor := range []float64{1e6, 1e7, 1e8, 1e9, 1e12, -1e6, -1e10, 2.5e6, 1e15, 1e20, 1e100, -3e7} {
		never := []string{"does not move", "missing mask"}
		checks = append(checks,
			check{name: fmt.Sprintf("everything times %g", factor), p: shaped(2, 3), fault: times(factor), want: foundWrong,
				never: never},
			check{name: fmt.Sprintf("one times %g", factor), p: shaped(2, 3), fault: timesAt(4, factor), want: foundWrong,
				never: never},
			check{name: fmt.Sprintf("one parameter times %g", factor), p: shaped(1), fault: times(factor), want: foundWrong,
				never: never})
	}
	run(t, checks)
}

// That all wrong elements have index 0 along a dimension of length 1 says
// nothing.
func TestDimensionsOfOne(t *testing.T) {
	odd := func(g, _ []float64) { // wrong in several ways, in no place of its own
		for i := range g {
			if i%2 == 0 {
				g[i] += 0.3 + float64(i*i)/7
			}
		}
	}
	var checks []check
	for _, shape := range [][]int{{1, 8}, {8, 1}, {1, 1, 8}, {2, 1, 4}, {1, 3, 3}, {3, 3, 1}, {1, 2, 1, 5}, {7, 1},
		{1, 30}, {4, 1, 2}, {1, 1, 5, 2}} {
		p := shaped(shape...)
		var never []string
		for d, n := range shape {
			if n == 1 {
				never = append(never, fmt.Sprintf("index 0 in dimension %d", d))
			}
		}
		checks = append(checks, check{name: p.name, p: p, fault: odd, want: foundWrong, never: never},
			check{name: p.name + ", some zero", p: p, fault: func(g, _ []float64) {
				for i := 1; i < len(g); i += 2 {
					g[i] = 0
				}
			}, want: foundWrong, never: never})
	}
	run(t, checks)
}

// A NaN is printed as one, not as the largest float64.
func TestNaNIsPrinted(t *testing.T) {
	only := func(name string, at float64, defined func(v float64) bool) problem {
		return separable(name, func(v float64) float64 {
			if !defined(v) {
				return math.NaN()
			}
			return v
		}, func(float64) float64 { return 1 }, at)
	}
	var checks []check
	for _, p := range []problem{
		only("NaN beside the point", 0.5, func(v float64) bool { return v == 0.5 }),
		only("NaN beside zero", 0, func(v float64) bool { return v == 0 }),
		only("NaN above", 2, func(v float64) bool { return v <= 2 }),
		only("NaN below", -2, func(v float64) bool { return v >= -2 }),
		only("NaN below zero", 0, func(v float64) bool { return v >= 0 }),
		only("NaN but for whole numbers", 3, func(v float64) bool { return v == math.Trunc(v) }),
		separable("root at zero, shifted", func(v float64) float64 { return math.Sqrt(v-1) * (v - 1) },
			func(v float64) float64 { return 1.5 * math.Sqrt(v-1) }, 1),
		separable("logarithm of nearly nothing", math.Log, func(v float64) float64 { return 1 / v }, 1e-300),
		separable("infinite beside the point", func(v float64) float64 {
			if v != 7 {
				return math.Inf(1)
			}
			return 7
		}, func(float64) float64 { return 1 }, 7),
		separable("arcsine", func(v float64) float64 { return math.Pow(math.Acos(v), 3) }, func(v float64) float64 {
			if v == 1 {
				return 0
			}
			return -3 * square(math.Acos(v)) / math.Sqrt(1-v*v)
		}, 1),
	} {
		never := []string{"1.797693e+308", "1.8e+308"}
		checks = append(checks, check{name: p.name, p: p, want: passed | notJudged, never: never},
			check{name: p.name + "/wrong", p: p, fault: setTo(0, 4), want: foundWrong | notJudged, never: never},
			check{name: p.beside(1).name, p: p.beside(1), want: passed | notJudged, never: never},
			check{name: p.beside(1).name + "/wrong", p: p.beside(1), fault: inside(p, setTo(0, 4)), want: foundWrong | notJudged,
				never: never})
	}
	run(t, checks)
}

// A parameter that is NaN or infinite is named as that: nobody failed to write
// it.
func TestNaNParameters(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for _, at := range []int{0, 1, 4, 5} {
			for _, used := range []bool{true, false} {
				p := shaped(2, 3)
				p.x[at] = bad
				if !used {
					loss, grad := p.loss, p.grad
					p.loss = func(x []float64) float64 { return loss(append(x[:at:at], x[at+1:]...)) }
					p.grad = func(g, x []float64) { grad(g, x); g[at] = 0 }
				}
				for _, mode := range everyMode {
					_, f := p.function(nil, nil)
					_, err := compare.Check(context.Background(), f, compare.Options{Mode: mode})
					var non *compare.NonFiniteError
					name := p.layout.Element(at)
					if !errors.As(err, &non) || non.What != "parameter" || non.Element != name {
						t.Errorf("%g at %s, used %v, %v: %v, want a *NonFiniteError of the parameter", bad, name, used, mode, err)
					} else if strings.Contains(err.Error(), "not written") {
						t.Errorf("%g at %s: %v", bad, name, err)
					}
				}
			}
		}
	}
}

// A loss whose offset hides its gradient is not at a minimum, and nothing says
// that it is.
func TestOffsetIsNoMinimum(t *testing.T) {
	var checks []check
	for _, offset := range []float64{1e14, 1e15, 1e16, -1e15, 1e18, 1e20, -1e25, 1e30, 1e100, 1e200, 3e17} {
		for _, p := range []problem{shaped(3), shaped(2, 2)} {
			q := p.affine(1, offset)
			checks = append(checks, check{name: q.name, p: q, want: passed | notJudged, never: []string{"minimum"}},
				check{name: q.name + "/negated", p: q, fault: times(-1), want: foundWrong | notJudged, never: []string{"minimum"}})
		}
	}
	run(t, checks)
}

// dropped is dropout held at one mask: each element that stays is multiplied by
// the factor. Its gradient has another factor, where Gorgonia's has 1/p.
func dropped(p, factor float64) problem {
	q := shaped(4, 5)
	keep := func(i int) bool { return math.Mod(float64(i)*0.37, 1) >= p }
	q.name = fmt.Sprintf("dropout of %g", p)
	q.loss = func(x []float64) float64 {
		sum := 0.0
		for i, v := range x {
			if keep(i) {
				sum += cosineAndLine(factor * v)
			}
		}
		return sum
	}
	q.grad = func(g, x []float64) {
		clear(g)
		for i, v := range x {
			if keep(i) {
				g[i] = factor * cosineSlope(factor*v)
			}
		}
	}
	return q
}

// The ratios that dropout's mistakes have are not said to be a number of rows
// that was forgotten.
func TestDropoutIsNoDivision(t *testing.T) {
	never := []string{"not divided by", "once too often", "accumulated"}
	var checks []check
	for _, p := range []float64{0.2, 0.1, 0.25, 0.3, 0.4, 0.5, 0.6, 0.75, 0.8, 0.9} {
		for what, c := range map[string]struct{ factor, ratio float64 }{
			"divided by p in evaluation": {1, 1 / p},
			"by p in place of 1-p":       {1 / (1 - p), (1 - p) / p},
			"the gradient not scaled":    {1 / (1 - p), 1 - p},
			"the gradient scaled alone":  {1, 1 / (1 - p)},
		} {
			q := dropped(p, c.factor)
			if near := math.Abs(c.ratio - 1); near < 1e-9 {
				continue // at ½ some of these are right
			}
			if p != 0.2 && (whole(c.ratio) || whole(1/c.ratio)) {
				continue // such a ratio, but for the table's own, can be what its name says
			}
			checks = append(checks, check{name: fmt.Sprintf("%s/%s, a ratio of %.4g", q.name, what, c.ratio), p: q,
				fault: times(c.ratio), want: foundWrong, never: never})
		}
		checks = append(checks, check{name: dropped(p, 1/(1-p)).name + "/right", p: dropped(p, 1/(1-p)), want: passed})
	}
	run(t, checks)
}

func whole(v float64) bool { return math.Abs(v-math.Round(v)) < 1e-9 }

// Nothing is said to be accumulated twice unless a ratio of 2 was measured.
func TestAccumulatedTwice(t *testing.T) {
	const twice = "accumulated over two runs"
	var checks []check
	mixed := func(g, _ []float64) {
		for i := range g {
			g[i] *= 2 + float64(i%2)
		}
	}
	p := shaped(3, 4)
	checks = append(checks,
		check{name: "doubled", p: p, fault: times(2), want: foundWrong, says: []string{twice}},
		check{name: "doubled and tripled", p: p, fault: mixed, want: foundWrong, modes: probeOnly, never: []string{twice}},
		check{name: "times 2.01", p: p, fault: times(2.01), want: foundWrong, never: []string{twice}},
		check{name: "times 1.99", p: p, fault: times(1.99), want: foundWrong, never: []string{twice}},
		check{name: "negated twice", p: p, fault: times(-2), want: foundWrong, never: []string{twice}},
		check{name: "times 4", p: p, fault: times(4), want: foundWrong, never: []string{twice}},
		check{name: "halved", p: p, fault: times(0.5), want: foundWrong, never: []string{twice}})
	// At a corner the central difference is the mean of the slopes, and a ratio
	// to it says nothing.
	for _, b := range []bend{pieces("relu", 0, 1, 0, 1), pieces("slopes of 2 and 4", 0, 1, 2, 4),
		pieces("hinge", 1, 1, -1, 0), pieces("leaky relu", 0, 1, 0.1, 1)} {
		lo, hi := b.slopes()
		for _, n := range []int{1, 6, 700} {
			for _, c := range []float64{lo, hi} {
				q := b.problem(c, repeat(b.at, n)...)
				checks = append(checks, check{name: fmt.Sprintf("%s at %d corners", q.name, n), p: q, want: orEmpty(passed, c),
					never: []string{twice}})
			}
		}
	}
	run(t, checks)
}
