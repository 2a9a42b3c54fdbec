package rows

import (
	"fmt"
	"math"
	"testing"

	"gradtwin"
	"gradtwin/compare"
)

// squares is half the sum of squares of A·x − y, with whole numbers in A, x and
// y, so that loss and gradient are whole or half.
func squares(name string, cols int, a, y, x []float64) problem {
	residual := func(r int, x []float64) float64 {
		v := -y[r]
		for c := range cols {
			v += a[r*cols+c] * x[c]
		}
		return v
	}
	return problem{name: name, x: x,
		loss: func(x []float64) float64 {
			sum := 0.0
			for r := range y {
				sum += square(residual(r, x)) / 2
			}
			return sum
		},
		grad: func(g, x []float64) {
			clear(g)
			for r := range y {
				v := residual(r, x)
				for c := range cols {
					g[c] += a[r*cols+c] * v
				}
			}
		}}
}

// linear is a line with whole slopes.
func linear(name string, slopes ...float64) problem {
	return problem{name: name, x: repeat(1, len(slopes)),
		loss: func(x []float64) float64 {
			sum := 0.0
			for i, v := range x {
				sum += slopes[i] * v
			}
			return sum
		},
		grad: func(g, _ []float64) { copy(g, slopes) }}
}

// A float64 function with whole-number data is in float64, although every bit of
// it would fit a float32: a small element that is wrong is found beside a large
// one that is right.
func TestWholeNumbers(t *testing.T) {
	counts := separable("counts", func(v float64) float64 { return 3 * v * v * v },
		func(v float64) float64 { return 9 * v * v }, 1024, 3, 2)
	type faulty struct {
		p  problem
		at int
		to float64
	}
	var checks []check
	for _, s := range []faulty{
		// The table's own.
		{linear("slopes of -8.9e6 and -9", -8.9e6, -9), 1, -7},
		// Others of the kind.
		{linear("slopes of 5.3e7 and 11", 5.3e7, 11), 1, 12},
		{linear("slopes of 123456 and 1", 123456, 1), 1, 2},
		{linear("slopes of -70001 and 0.5", -70001, 0.5), 1, 0.625},
		{linear("slopes of 16777215, 3 and -2", 16777215, 3, -2), 2, 2},
		{linear("slopes of 9.5e6 and many", 9500001, 1, 2, 3, 4, 5, 6, 7, 8), 5, 4},
		{counts, 1, 82},
		{squares("least squares of large and small", 2, []float64{3000, 0, 0, 1, 2000, 0, 0, 2}, []float64{50, 4, -70, 9},
			[]float64{1, 2}), 1, -11},
		{squares("least squares of counts", 3, []float64{4096, 1, 0, 1, 2, 1, 0, 1, 3}, []float64{7, -3, 12},
			[]float64{2, 1, -1}), 2, -40},
		{squares("least squares of years", 2, []float64{1987, 1, 1999, 1, 2003, 1}, []float64{3, 5, 9}, []float64{1, 0}), 1,
			5900},
		{problem{name: "two tensors of whole slopes", layout: gradtwin.Layout{{Name: "large", Shape: []int{2}},
			{Name: "small", Shape: []int{2}}}, x: repeat(3, 4),
			loss: func(x []float64) float64 { return 7654321*x[0] + 1000001*x[1] + 5*x[2]*x[3] },
			grad: func(g, x []float64) { g[0], g[1], g[2], g[3] = 7654321, 1000001, 5*x[3], 5*x[2] }}, 3, 16},
	} {
		checks = append(checks,
			check{name: fmt.Sprintf("%s/%g for one", s.p.name, s.to), p: s.p, fault: setTo(s.at, s.to), want: foundWrong,
				modes: []compare.Mode{compare.Full, compare.Auto, compare.Sample}, never: []string{"float32"}},
			check{name: s.p.name + "/the small one times -1", p: s.p, fault: timesAt(s.at, -1), want: foundWrong,
				modes: fullOnly, never: []string{"float32"}},
			check{name: s.p.name + "/right", p: s.p, want: passed, never: []string{"float32"}})
	}
	run(t, checks)
}

// The gradients of the tests above are those of the losses.
func TestWholeSlopes(t *testing.T) {
	p := squares("", 2, []float64{3000, 0, 0, 1, 2000, 0, 0, 2}, []float64{50, 4, -70, 9}, []float64{1, 2})
	g := make([]float64, 2)
	p.grad(g, p.x)
	for i, want := range []float64{3000*2950 + 2000*2070, 1*-2 + 2*-5} {
		if math.Abs(g[i]-want) > 0 {
			t.Errorf("element %d is %g, want %g", i, g[i], want)
		}
	}
}
