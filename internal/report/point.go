package report

import (
	"context"
	"fmt"
	"math"

	"gradtwin"
	"gradtwin/compare"
)

// Point holds both gradients at one point of a run, element by element. The
// pictures and the .npz files are made of it.
type Point struct {
	Layout        gradtwin.Layout
	Height, Width int // of an input as an image; 0 when it is none
	Batch         gradtwin.Batch
	// SymbolicParams and NumericParams are the parameters that the two backends
	// have reached. The gradients are those at NumericParams.
	SymbolicParams, NumericParams []float64
	// Symbolic and Numeric are the gradients, the numeric one with the run's
	// difference step.
	Symbolic, Numeric []float64
	// Settled is the numeric gradient with each element's own step: the first of
	// the check's h, h/4, h/16, … at which it agrees, so that a corner of the
	// loss inside ±h does not look like a fault. Bound is what the check's rule
	// lets pass there.
	Settled, Bound []float64
}

const (
	// settleRtol and settleC are the checker's defaults, compare.Options.
	settleRtol = 1e-6
	settleC    = 10
	// settleShrink is the checker's ratio of one step to the next, and
	// settleSteps bounds the steps: below 1e-5/4⁶ little but noise is left.
	settleShrink = 4
	settleSteps  = 7
	// settleRounding is what a symbolic element may be off, in unit roundoffs of
	// its tensor's largest.
	settleRounding = 16
)

// Settle fills in Settled and Bound. It takes a whole numerical gradient for
// each step, and ends when all elements agree.
func (p *Point) Settle(ctx context.Context, f compare.Differencer, check *compare.Report) error {
	n := len(p.Symbolic)
	p.Settled, p.Bound = make([]float64, n), make([]float64, n)
	rounding := p.rounding(check)
	d := make([]float64, n)
	h := check.Step
	for step := range settleSteps {
		if err := f.Differences(ctx, d, 0, h); err != nil {
			return fmt.Errorf("numerical gradient: %w", err)
		}
		settled := true
		for i, a := range p.Symbolic {
			old := math.Abs(a - p.Settled[i])
			if step > 0 && old <= p.Bound[i] {
				continue
			}
			gap := math.Abs(a - d[i])
			// The bound grows as h shrinks: only a difference that has become
			// smaller too is worth more than the one before.
			if step == 0 || gap < old/2 {
				p.Settled[i] = d[i]
				p.Bound[i] = settleRtol*max(math.Abs(a), math.Abs(d[i])) + rounding[i] + settleC*check.Noise/h
			}
			settled = settled && math.Abs(a-p.Settled[i]) <= p.Bound[i]
		}
		if settled {
			return nil
		}
		h /= settleShrink
	}
	return nil
}

// rounding returns what each symbolic element may be off. The check measures
// that for a float32 gradient: its report shows it in the elements nearest to
// their bound, and a tensor that it found right has no larger error.
func (p *Point) rounding(check *compare.Report) []float64 {
	unit, single := 0x1p-53, check.Precision == compare.Mixed || check.Precision == compare.Single
	if single {
		unit = 0x1p-24
	}
	var out []float64
	for k, t := range p.Layout {
		rounding := 0.0
		for _, g := range p.slice(k, p.Symbolic) {
			rounding = max(rounding, settleRounding*unit*math.Abs(g))
		}
		for _, e := range check.Worst {
			if single && e.Tensor == t.Name {
				rounding = max(rounding, e.Bound-e.Noise-settleRtol*max(math.Abs(e.Symbolic), math.Abs(e.Numeric)))
			}
		}
		for _, r := range check.Tensors {
			if single && r.Tensor.Name == t.Name && r.Counts.OK == r.Checked && r.Unfollowed == 0 {
				rounding = max(rounding, r.MaxError)
			}
		}
		for range t.Len() {
			out = append(out, rounding)
		}
	}
	return out
}

// ratios returns the difference of the gradients in units of the bound, with
// the sign of symbolic − numeric.
func (p *Point) ratios() []float64 {
	out := make([]float64, len(p.Symbolic))
	for i, a := range p.Symbolic {
		if d := a - p.Settled[i]; d != 0 {
			out[i] = d / p.Bound[i]
		}
	}
	return out
}

// slice returns tensor k's part of a flat vector.
func (p *Point) slice(k int, flat []float64) []float64 {
	from := 0
	for _, t := range p.Layout[:k] {
		from += t.Len()
	}
	return flat[from : from+p.Layout[k].Len()]
}
