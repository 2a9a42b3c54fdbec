package twin

import (
	"context"
	"errors"

	"gradtwin"
)

// Pair is one batch's loss as a Function to check: the gradient comes from the
// symbolic backend, the loss and its differences from the numeric one.
type Pair struct {
	Symbolic, Numeric Backend
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
