package report

import (
	"context"
	"math"
	"testing"

	"gradtwin/compare"
)

func TestSettle(t *testing.T) {
	const noise = 1e-15
	check := &compare.Report{Step: 1e-5, Noise: noise}
	q := newQuadratic()
	q.fault = 1e-3
	p := q.point(1e-4)
	if err := p.Settle(context.Background(), q, check); err != nil {
		t.Fatal(err)
	}
	// The corner is 1e-6 away: inside ±1e-5 and ±2.5e-6, outside ±6.25e-7.
	if got, want := p.Settled[0], 2.0; math.Abs(got-want) > 1e-12 {
		t.Errorf("element by the corner: %v, want %v", got, want)
	}
	if got, want := p.Bound[0], 1e-6*2+16*0x1p-53*6+10*noise/6.25e-7; math.Abs(got-want) > 1e-12 {
		t.Errorf("its bound: %v, want %v", got, want)
	}
	// A fault stays what it is at the first step.
	if got, want := p.Settled[1], 2.0; got != want {
		t.Errorf("element with the fault: %v, want %v", got, want)
	}
	bound := 1e-6*(2+1e-3) + 16*0x1p-53*6 + 10*noise/1e-5
	if got, want := p.ratios()[1], 1e-3/bound; math.Abs(got/want-1) > 1e-9 {
		t.Errorf("the fault is %v bounds, want %v", got, want)
	}
	for i, r := range p.ratios()[2:] {
		if r != 0 {
			t.Errorf("element %d: %v bounds apart, want 0", i+2, r)
		}
	}
}

func TestSettleIsCancelled(t *testing.T) {
	q := newQuadratic()
	if err := q.point(1e-4).Settle(context.Background(), refusing{q}, &compare.Report{Step: 1e-5}); err == nil {
		t.Error("no error from differences that fail")
	}
}

// refusing has differences that fail.
type refusing struct{ *quadratic }

func (refusing) Differences(context.Context, []float64, int, float64) error { return context.Canceled }

// Of a float32 gradient the check knows the rounding: what it found right is
// not shown as a fault.
func TestSettleSingle(t *testing.T) {
	const off = 1e-4
	for _, c := range []struct {
		name   string
		check  compare.Report
		beyond bool
	}{
		{"float64", compare.Report{Precision: compare.Double}, true},
		{"float32, found right", compare.Report{Precision: compare.Mixed,
			Tensors: []compare.TensorReport{{Tensor: newQuadratic().layout[0], Checked: 8, Counts: compare.Counts{OK: 8}, MaxError: off * 1.01}}}, false},
		{"float32, a wide bound", compare.Report{Precision: compare.Single, Worst: []compare.Element{{Tensor: "W1", Bound: 2 * off}}}, false},
		{"float32, found wrong", compare.Report{Precision: compare.Mixed,
			Tensors: []compare.TensorReport{{Tensor: newQuadratic().layout[0], Checked: 8, Counts: compare.Counts{OK: 7, Wrong: 1}, MaxError: off * 1.01}}}, true},
	} {
		q := newQuadratic()
		q.fault = off
		p := q.point(1e-4)
		c.check.Step, c.check.Noise = 1e-5, 1e-15
		if err := p.Settle(context.Background(), q, &c.check); err != nil {
			t.Fatal(err)
		}
		if got := math.Abs(p.ratios()[1]) > 1; got != c.beyond {
			t.Errorf("%s: beyond its bound: %v, want %v", c.name, got, c.beyond)
		}
	}
}
