package rows

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"gradtwin"
	"gradtwin/compare"
)

// many are functions with elements enough for a budget to matter, n of them
// where the number can be chosen.
func many(n int) []problem {
	x := func(size float64) []float64 { return draws(uint64(n), n, size) }
	net := newNetwork(41, 4, relu, 6, 20, 4)
	pool, poolAway := pooled(4)
	named := func(name string, p problem) problem {
		p.name = fmt.Sprintf("%s, %d elements", name, len(p.x))
		return p
	}
	return []problem{
		named("relu at zero", pieces("", 0, 1, 0, 1).problem(1, make([]float64, n)...)),
		named("relu at zero, two tensors", pieces("", 0, 1, 0, 1).all(1, n/2)),
		named("abs at zero", pieces("", 0, 1, -1, 1).problem(1, make([]float64, n)...)),
		named("relu near zero", pieces("", 0, 1, 0, 1).problem(0, x(1e-8)...)),
		named("leaky relu at zero", pieces("", 0, 1, 0.1, 1).problem(1, make([]float64, n)...)),
		named("pool of a constant image", problem{layout: gradtwin.Layout{{Name: "image", Shape: []int{n / 4, 2, 2}}},
			x: repeat(1, n/4*4), loss: pool, grad: poolAway}),
		named("hinge at its corner", pieces("", 1, 1, -1, 0).problem(-1, repeat(1, n)...)),
		named("sine", separable("", math.Sin, math.Cos, x(1)...)),
		named("fast sine", separable("", func(v float64) float64 { return math.Sin(1e6 * v) },
			func(v float64) float64 { return 1e6 * math.Cos(1e6*v) }, x(1)...)),
		named("quartic", separable("", func(v float64) float64 { return square(square(v)) },
			func(v float64) float64 { return 4 * v * v * v }, x(3)...)),
		named("network at its corners", quarters("", net).problem(1)),
		named("network of zeros", traced("", net.layout(), make([]float64, net.layout().Len()), 1, net.loss)),
	}
}

// A budget leaves elements unchecked; it makes no right gradient wrong, has no
// diagnosis to give, and lets no wrong one pass.
func TestBudgets(t *testing.T) {
	noDiagnosis := []string{"accumulated", "diagnosis:", "times the numeric value"}
	var checks []check
	budgets := []int{1, 30, 60, 100, 200, 350, 500, 700, 1000, 2500}
	add := func(p problem, budget int) {
		o := compare.Options{MaxCalls: budget}
		name := fmt.Sprintf("%s/%d calls", p.name, budget)
		checks = append(checks,
			check{name: name + "/right", p: p, options: o, want: passed | notJudged | overBudget, never: noDiagnosis},
			check{name: name + "/everything times 5", p: p, fault: times(5), options: o,
				want: foundWrong | notJudged | overBudget})
	}
	add(many(4000)[0], 6000)
	add(many(4000)[0], 100)
	for k, p := range many(700) {
		add(p, 1500)
		add(p, budgets[k%len(budgets)])
	}
	run(t, checks)
}

// The calls of the budget are those that are made, up to what every check
// begins with.
func TestBudgetsHold(t *testing.T) {
	const begins = 100 // two losses, and the noise on some lines
	var checks []check
	for _, p := range many(600) {
		for _, budget := range []int{200, 700, 1500} {
			checks = append(checks, check{name: fmt.Sprintf("%s/%d calls", p.name, budget), p: p,
				options: compare.Options{MaxCalls: budget},
				want:    passed | notJudged | overBudget, also: func(t *testing.T, r *compare.Report, f *function) {
					t.Helper()
					if r.Calls > budget+begins || f.calls != r.Calls {
						t.Errorf("%d losses by the report and %d by the function, of a budget of %d", r.Calls, f.calls, budget)
					}
				}})
		}
	}
	run(t, checks)
}

// Corners cost at most four losses an element, and 300 more.
func TestCostOfCorners(t *testing.T) {
	n := 4000
	if testing.Short() {
		n = 400
	}
	var checks []check
	for _, b := range bends {
		lo, hi := b.slopes()
		for _, c := range []float64{lo, (lo + hi) / 2, hi} {
			if b.name == "relu times exp" && c == 0 {
				continue // no gradient says how small the first step must be, and it bends
			}
			all := b.problem(c, repeat(b.at, n)...)
			some := b.problem(c, slices.Concat(repeat(b.at, 150), draws(3, 250, b.unit))...)
			checks = append(checks, check{name: fmt.Sprintf("%s at %d corners", all.name, n), p: all, want: orEmpty(passed, c),
				modes: fullOnly, also: withinCalls},
				check{name: some.name + " at 150 corners of 400", p: some, want: passed, modes: fullOnly, also: withinCalls})
		}
		n = 300 // the table's own is the first
	}
	for _, nest := range nests() {
		for _, atZero := range []float64{0, 0.5, 1} {
			p := nest.problem(atZero)
			checks = append(checks, check{name: p.name, p: p, want: passed | notJudged, modes: fullOnly, also: withinCalls})
		}
	}
	run(t, checks)
}

// After the time limit at most one call of the function begins.
func TestTimeLimit(t *testing.T) {
	for k := range many(200) {
		if testing.Short() && k > 1 {
			break
		}
		var wait sync.WaitGroup // they sleep, so many can at once
		for _, mode := range everyMode {
			wait.Go(func() { limitTime(t, many(200)[k], mode, nil, passed) })
			wait.Go(func() { limitTime(t, many(200)[k], mode, times(-3), foundWrong) })
		}
		wait.Wait()
	}
}

func limitTime(t *testing.T, p problem, mode compare.Mode, f fault, want result) {
	const (
		pause = 2 * time.Millisecond // a call takes at least as long
		limit = 200 * time.Millisecond
	)
	counted, checked := p.function(f, nil)
	var begun time.Time
	late := 0
	counted.called = func() {
		if begun.IsZero() {
			begun = time.Now()
		} else if time.Since(begun) > limit {
			late++
		}
		time.Sleep(pause)
	}
	r, err := compare.Check(t.Context(), checked, compare.Options{Mode: mode, MaxTime: limit})
	what := fmt.Sprintf("%s, %v, of which %v is wanted", p.name, mode, want)
	if got := resultOf(r, err); got&(want|notJudged|overBudget) == 0 {
		t.Errorf("%s: %v, %v\n%v", what, got, err, r)
	}
	if late > 1 {
		t.Errorf("%s: %d calls began after the time limit, want at most 1", what, late)
	}
}
