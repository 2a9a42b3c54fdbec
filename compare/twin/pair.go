package twin

import (
	"context"
	"errors"

	"gradtwin"
	"gradtwin/compare"
)

// Pair is one batch's loss as a Function to check: the gradient comes from the
// symbolic backend, the loss and its differences from the numeric one.
//
// Where the symbolic backend computes in float32, Wide is its float64 form, nil
// where there is none. The formula is then judged there, and the float32 gradient
// must be the float64 one, rounded.
type Pair struct {
	Symbolic, Numeric Backend
	Wide              Backend
	Batch             gradtwin.Batch
}

// Layout implements Function.
func (p Pair) Layout() gradtwin.Layout { return p.Numeric.Params().Layout() }

// At implements Function.
func (p Pair) At(i int) float64 { return p.Numeric.Params().Flat[i] }

// Set implements Function.
func (p Pair) Set(i int, x float64) {
	p.Symbolic.Params().Flat[i] = x
	p.Numeric.Params().Flat[i] = x
}

// Loss implements Function with the numeric backend's loss.
func (p Pair) Loss() (float64, error) { return p.Numeric.Loss(p.Batch) }

// Gradient implements Function with the symbolic backend's gradient.
func (p Pair) Gradient(dst []float64) error {
	return p.Symbolic.Gradient(context.Background(), dst, p.Batch)
}

// Float32 implements compare.Narrow: it reports whether the symbolic backend says
// that it computes in float32.
func (p Pair) Float32() bool {
	s, ok := p.Symbolic.(interface{ Float32() bool })
	return ok && s.Float32()
}

// Float64 implements compare.Widener: it returns the pair of Wide and the numeric
// backend, at the same weights.
func (p Pair) Float64() (compare.Function, error) {
	if p.Wide == nil {
		return nil, errors.New("the pair has no symbolic backend in float64: want one in Wide")
	}
	copy(p.Wide.Params().Flat, p.Numeric.Params().Flat)
	return Pair{Symbolic: p.Wide, Numeric: p.Numeric, Batch: p.Batch}, nil
}

// batchDifferencer is a Backend with an engine for numerical gradients at any
// step.
type batchDifferencer interface {
	Differences(ctx context.Context, dst []float64, from int, b gradtwin.Batch, h float64) error
}

// Differences implements Differencer with the numeric backend's engine.
func (p Pair) Differences(ctx context.Context, dst []float64, from int, h float64) error {
	d, ok := p.Numeric.(batchDifferencer)
	if !ok {
		return errors.ErrUnsupported
	}
	return d.Differences(ctx, dst, from, p.Batch, h)
}

// CheapDifferences implements CheapDifferencer: as the numeric backend says.
func (p Pair) CheapDifferences() bool {
	d, ok := p.Numeric.(interface{ CheapDifferences() bool })
	return ok && d.CheapDifferences()
}
