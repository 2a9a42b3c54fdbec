package rows

import (
	"fmt"
	"math"
	"testing"
)

// The size of the loss matters to no verdict, as far as float64 goes.
func TestScales(t *testing.T) {
	net := newNetwork(71, 4, tanh, 3, 4, 2)
	problems := []problem{
		separable("square", func(v float64) float64 { return v*v + v }, func(v float64) float64 { return 2*v + 1 }, 0.7, -1.3,
			2),
		separable("sine", math.Sin, math.Cos, 0.2, 0.9, -2.5),
		traced("network", net.layout(), net.weights(4), 0, net.loss),
	}
	// The table's own is the first.
	scales := []float64{1e200, 1e140, 1e155, 1e170, 1e250, 1e300, 1e304, 1e-140, 1e-160, 1e-200, 1e-250, 1e-280, -1e200,
		-1e-200}
	var checks []check
	for k, scale := range scales {
		for i, p := range problems {
			if i > 0 && k%3 != 0 {
				continue
			}
			p = p.affine(scale, 0)
			never := []string{"Inf", "NaN", "not a minimum"}
			for what, f := range map[string]fault{"times 2": times(2), "one times 1.01": timesAt(1, 1.01)} {
				checks = append(checks, check{name: p.name + "/" + what, p: p, fault: f, want: foundWrong, never: never})
			}
			checks = append(checks, check{name: p.name + "/right", p: p, want: passed, never: never})
		}
	}
	run(t, checks)
}

// Where the loss is NaN or infinite on one side the check is made, and says on
// which side.
func TestOneSided(t *testing.T) {
	power := func(a float64) (f, d func(v float64) float64) {
		return func(v float64) float64 { return math.Pow(v, a) }, func(v float64) float64 { return a * math.Pow(v, a-1) }
	}
	p15, d15 := power(1.5)
	p25, d25 := power(2.5)
	after := func(f func(float64) float64) func(float64) float64 {
		return func(v float64) float64 { return f(1 - v) }
	}
	arc := func(v float64) float64 { return math.Pow(1-v*v, 1.5) }
	var checks []check
	for _, s := range []struct {
		name string
		f, d func(v float64) float64
		at   float64
		side string
	}{
		// The table's own.
		{"v^1.5", p15, d15, 0, "left"},
		// Others of the kind.
		{"v^2.5", p25, d25, 0, "left"},
		{"v^1.5 and v", func(v float64) float64 { return p15(v) + v }, func(v float64) float64 { return d15(v) + 1 }, 0,
			"left"},
		{"(1-v)^1.5", after(p15), negative(after(d15)), 1, "right"},
		{"(1-v)^2.5 and v", func(v float64) float64 { return p25(1-v) + v }, func(v float64) float64 { return 1 - d25(1-v) },
			1, "right"},
		{"(1-v²)^1.5 at 1", arc, func(v float64) float64 { return -3 * v * math.Sqrt(1-v*v) }, 1, "right"},
		{"(1-v²)^1.5 at -1", arc, func(v float64) float64 { return -3 * v * math.Sqrt(1-v*v) }, -1, "left"},
		{"v·root of v", func(v float64) float64 { return v * math.Sqrt(v) },
			func(v float64) float64 { return 1.5 * math.Sqrt(v) }, 0, "left"},
		{"infinite below 2", func(v float64) float64 {
			if v < 2 {
				return math.Inf(1)
			}
			return 3 * v
		}, func(float64) float64 { return 3 }, 2, "left"},
		{"infinite above 2", func(v float64) float64 {
			if v > 2 {
				return math.Inf(1)
			}
			return 3*v - 1
		}, func(float64) float64 { return 3 }, 2, "right"},
		{"exponential at its end", math.Exp, math.Exp, 709.4, "right"},
		{"NaN below -1", func(v float64) float64 { return v*v*v + 0*math.Sqrt(v+1) },
			func(v float64) float64 { return 3 * v * v }, -1, "left"},
	} {
		never := []string{"1.797693e+308", "not a minimum", "above NaN", "above +Inf"}
		p := separable(fmt.Sprintf("%s at %g", s.name, s.at), s.f, s.d, s.at)
		if s.name != "exponential at its end" {
			q := p.beside(1)
			checks = append(checks, check{name: q.name + "/right", p: q, want: passed | notJudged, says: []string{s.side},
				never: never},
				check{name: q.name + "/-5 there", p: q, fault: inside(p, setTo(0, -5)), want: foundWrong | notJudged, never: never},
				check{name: q.name + "/a calm one negated", p: q, fault: timesAt(0, -1), want: foundWrong, never: never})
		}
		checks = append(checks, check{name: p.name + "/right", p: p, want: passed | notJudged, never: never},
			check{name: p.name + "/-5 there", p: p, fault: setTo(0, -5), want: foundWrong | notJudged, never: never})
	}
	run(t, checks)
}
