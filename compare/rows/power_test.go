package rows

import (
	"fmt"
	"math"
	"os"
	"testing"

	"gradtwin/compare"
)

// judgedFully are the functions that a check with an unfortunate step is made
// of.
func judgedFully() []problem {
	tanhNet, reluNet := newNetwork(21, 6, tanh, 4, 8, 3), newNetwork(22, 6, relu, 4, 10, 3)
	return []problem{
		traced("a network of tanh", tanhNet.layout(), tanhNet.weights(1), 0, tanhNet.loss),
		traced("a network of relu", reluNet.layout(), reluNet.weights(2), 0, reluNet.loss),
		separable("logarithm", math.Log, func(v float64) float64 { return 1 / v }, 0.5, 2, 3),
		separable("sine and square", func(v float64) float64 { return math.Sin(v) + v*v },
			func(v float64) float64 { return math.Cos(v) + 2*v }, 0.4, -1.1, 30),
		separable("quartic", func(v float64) float64 { return square(square(v)) / 10 },
			func(v float64) float64 { return v * v * v / 2.5 }, 1.5, -0.7, 1),
	}
}

// steps are the first steps that leave a difference without power: all noise,
// or beyond where the function is anything like a line.
var steps = []float64{1e-13, 1, 1e-11, 1e-12, 0.3, 3, 1e-14, 1e-16, 1e-30, 10, 1000, 1e6}

// farSteps is from which on a right gradient may also be not judged.
const farSteps = 6

// A step that has no power does not let a wrong gradient pass. A right one
// passes with the power that the check had, with a control, in a bounded number
// of losses.
func TestStepWithoutPower(t *testing.T) {
	var checks []check
	for n, p := range judgedFully() {
		for k, step := range steps {
			for _, strict := range []bool{false, true} {
				// Of the steps beyond the first two each is tried with some functions, strictly
				// or not.
				few := os.Getenv("GRADTWIN_LONG") == "" && ((n+k)%3 != 0 || strict != (k%2 == 0))
				if k > 1 && (testing.Short() || few) {
					continue
				}
				o := compare.Options{Step: step, Strict: strict}
				right := passed
				if strict || k >= farSteps {
					right |= notJudged
				}
				name := fmt.Sprintf("%s/step %g, strict %v", p.name, step, strict)
				checks = append(checks,
					check{name: name + "/one sign", p: p, fault: timesAt(1, -1), want: foundWrong | notJudged, options: o},
					check{name: name + "/everything doubled", p: p, fault: times(2), want: foundWrong | notJudged, options: o},
					check{name: name + "/right", p: p, want: right, options: o, also: withPower})
			}
		}
	}
	run(t, checks)
}

// withPower fails a check that passed without a control, without a word on its
// power, or in too many losses.
func withPower(t *testing.T, r *compare.Report, f *function) {
	t.Helper()
	withinCalls(t, r, f)
	if r.OK() && !(r.Control.Done && r.Control.Caught) {
		t.Errorf("passed with the control %+v, want one that was caught\n%s", r.Control, r)
	}
	if at := resolution(r); r.OK() && !(at > 0 && at < 1e300) {
		t.Errorf("passed with a resolution of %g, want one that says something", at)
	}
}

// digamma is the derivative of the logarithm of the gamma function for v > 0:
// the recurrence up to 10, and the asymptotic series there.
func digamma(v float64) float64 {
	sum := 0.0
	for ; v < 10; v++ {
		sum -= 1 / v
	}
	w := 1 / (v * v)
	return sum + math.Log(v) - 0.5/v - w*(1.0/12-w*(1.0/120-w*(1.0/252-w*(1.0/240-w/132))))
}

// Near the edge of where a function is defined a wrong sign is found, or the
// check is not judged.
func TestEdges(t *testing.T) {
	inverse := func(v float64) float64 { return 1 / v }
	var checks []check
	for _, s := range []struct {
		name          string
		f, derivative func(v float64) float64
		x             float64
	}{
		{"logarithm", math.Log, inverse, 1e-12},
		{"logarithm", math.Log, inverse, 1e-15},
		{"logarithm", math.Log, inverse, 1e-300},
		{"logarithm", math.Log, inverse, 1e-7},
		{"root", math.Sqrt, func(v float64) float64 { return 0.5 / math.Sqrt(v) }, 1e-12},
		{"root", math.Sqrt, func(v float64) float64 { return 0.5 / math.Sqrt(v) }, 1e-20},
		{"x log x", func(v float64) float64 { return v * math.Log(v) }, func(v float64) float64 { return 1 + math.Log(v) },
			1e-10},
		{"logit", func(v float64) float64 { return math.Log(v / (1 - v)) }, func(v float64) float64 { return 1/v + 1/(1-v) },
			1e-9},
		{"log gamma", func(v float64) float64 { y, _ := math.Lgamma(v); return y }, digamma, 1e-8},
		{"barrier", func(v float64) float64 { return v - 1e-6*math.Log(v) }, func(v float64) float64 { return 1 - 1e-6/v },
			1e-9},
		{"cube root", math.Cbrt, func(v float64) float64 { return 1 / (3 * square(math.Cbrt(v))) }, 1e-18},
	} {
		p := separable(fmt.Sprintf("%s at %g", s.name, s.x), s.f, s.derivative, s.x)
		checks = append(checks, both(p, "wrong sign", times(-1), foundWrong|notJudged, passed)...)
		// One wrong element of several that are like it is named in every mode.
		three := separable(p.name+", twice, and at 1/2", s.f, s.derivative, s.x, 0.5, s.x)
		checks = append(checks, both(three, "wrong sign of the last", timesAt(2, -1), foundWrong|notJudged, passed)...)
		// Along a direction of the whole tensor the others outweigh the calm one.
		calm := both(three, "wrong sign of the calm one", timesAt(1, -1), foundWrong|notJudged, passed)
		calm[0].modes = byElement
		checks = append(checks, calm...)
	}
	run(t, checks)
}
