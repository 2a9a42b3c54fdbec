package twin_test

import (
	"math"
	"slices"
	"testing"

	"gradtwin/compare"
	"gradtwin/compare/twin/twintest"
)

// A point shows what the check found: an element that is off by a fault is so many
// bounds off, one at a kink is right, whatever the numeric value there.
func TestPointJudge(t *testing.T) {
	q := twintest.NewQuadratic()
	q.Fault = 1e-3
	p := q.Point(1e-4)
	if i := slices.Index(p.Verdicts, compare.OK); i >= 0 {
		t.Errorf("element %d is ok before anything was judged", i)
	}
	p.Judge(compare.Element{Flat: 0, Verdict: compare.Kink, Numeric: 1.5, Step: 1e-7, Bound: 1e-9})
	p.Judge(compare.Element{Flat: 1, Verdict: compare.Wrong, Numeric: 2, Step: 1e-5, Bound: 2e-6})
	p.Judge(compare.Element{Flat: 9, Verdict: compare.OK, Numeric: 4.5, Step: 1e-5, Bound: 2})
	if p.Verdicts[1] != compare.Wrong || p.Settled[1] != 2 || p.Steps[1] != 1e-5 || p.Bound[1] != 2e-6 {
		t.Errorf("element 1: %v, %v at %v, bound %v: want what it was judged", p.Verdicts[1], p.Settled[1], p.Steps[1],
			p.Bound[1])
	}
	// 2 + 1e-3 has an ulp of 4e-16, which is 2e-10 of the bound.
	for i, want := range map[int]float64{0: 0, 1: 500, 9: -0.25} {
		if got := p.Ratios()[i]; math.Abs(got-want) > 1e-9 {
			t.Errorf("element %d: %v bounds off, want %v", i, got, want)
		}
	}
}
