package rows

import (
	"math"
	"testing"

	"gradtwin/compare"
)

// iterated is a map applied n times, with the derivative by the chain rule.
func iterated(n int, f, derivative func(v float64) float64) (loss, slope func(v float64) float64) {
	loss = func(v float64) float64 {
		for range n {
			v = f(v)
		}
		return v
	}
	slope = func(v float64) float64 {
		d := 1.0
		for range n {
			d *= derivative(v)
			v = f(v)
		}
		return d
	}
	return loss, slope
}

// wild are functions that change far within any step of a difference, and have
// no kink.
func wild() []problem {
	one := func(name string, x float64, f, derivative func(v float64) float64) problem {
		return separable(name, f, derivative, x)
	}
	wave := func(name string, k, x float64) problem {
		return one(name, x, func(v float64) float64 { return math.Sin(k * v) },
			func(v float64) float64 { return k * math.Cos(k*v) })
	}
	of := func(name string, n int, x float64, f, derivative func(v float64) float64) problem {
		loss, slope := iterated(n, f, derivative)
		return one(name, x, loss, slope)
	}
	logistic := func(r float64) (f, d func(v float64) float64) {
		return func(v float64) float64 { return r * v * (1 - v) }, func(v float64) float64 { return r * (1 - 2*v) }
	}
	four, fourSlope := logistic(4)
	less, lessSlope := logistic(3.9)
	return []problem{
		// The table's own.
		wave("sine of 1e12x", 1e12, 0.7),
		of("logistic map, 40 times", 40, 0.3, four, fourSlope),
		// Others of the kind.
		wave("sine of 1e13x", 1e13, -1.3),
		wave("sine of 1e14x", 1e14, 0.9),
		of("logistic map, 45 times", 45, 0.61, four, fourSlope),
		of("logistic map of 3.9, 60 times", 60, 0.37, less, lessSlope),
		of("sine map, 50 times", 50, 0.41, func(v float64) float64 { return math.Sin(math.Pi * v) },
			func(v float64) float64 { return math.Pi * math.Cos(math.Pi*v) }),
		of("cubic map, 40 times", 40, 0.23, func(v float64) float64 { return v * (4*v*v - 3) },
			func(v float64) float64 { return 12*v*v - 3 }),
		of("quadratic map, 45 times", 45, 0.31, func(v float64) float64 { return 1 - 2*v*v },
			func(v float64) float64 { return -4 * v }),
		one("sine of 1/x near zero", 1e-7, func(v float64) float64 { return math.Sin(1e-2 / (v * v)) },
			func(v float64) float64 { return -2e-2 / (v * v * v) * math.Cos(1e-2/(v*v)) }),
		one("chirp", 20, func(v float64) float64 { return math.Cos(math.Exp(v + 10)) },
			func(v float64) float64 { return -math.Exp(v+10) * math.Sin(math.Exp(v+10)) }),
		one("a sum of waves", 0.37, func(v float64) float64 { return math.Sin(3e11*v) + math.Cos(1e12*v) },
			func(v float64) float64 { return 3e11*math.Cos(3e11*v) - 1e12*math.Sin(1e12*v) }),
		one("ripples on a square", 1.7, func(v float64) float64 { return v*v + 1e-3*math.Sin(1e13*v) },
			func(v float64) float64 { return 2*v + 1e10*math.Cos(1e13*v) }),
	}
}

// What changes within every step has no kink: a doubled gradient is wrong or
// cannot be judged, and never passes.
func TestNotKinks(t *testing.T) {
	noKinks := func(t *testing.T, r *compare.Report, _ *function) {
		t.Helper()
		if r.Counts.Kink > 0 {
			t.Errorf("%d kinks of a function that has none\n%s", r.Counts.Kink, r)
		}
	}
	var checks []check
	for _, p := range wild() {
		for what, f := range map[string]fault{"times 2": times(2), "times -1": times(-1)} {
			checks = append(checks, check{name: p.name + "/" + what, p: p, fault: f, want: foundWrong | notJudged,
				never: []string{"one-sided derivatives"}, also: noKinks})
			q := p.beside(1)
			checks = append(checks, check{name: q.name + "/" + what, p: q, fault: inside(p, f), want: foundWrong | notJudged,
				also: noKinks})
		}
		checks = append(checks, check{name: p.name + "/right", p: p, want: passed | notJudged, also: noKinks},
			check{name: p.name + "/right, strict", p: p, want: passed | notJudged, options: compare.Options{Strict: true},
				also: noKinks})
	}
	run(t, checks)
}
