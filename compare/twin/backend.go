package twin

import (
	"context"

	"gradtwin"
)

// Backend is a network that can be trained: it owns its weights. Packages
// graph and numeric each have one.
type Backend interface {
	// Name tells the backends of a run apart: graph, numeric.
	Name() string
	// Params returns the weights the backend computes with, not a copy: what
	// is written there is what the next call uses.
	Params() *gradtwin.Params
	// Loss returns the loss of a batch.
	Loss(b gradtwin.Batch) (float64, error)
	// Gradient writes the gradient of the batch's loss to dst, in the order
	// of Params().Flat. It returns ctx's error when it was cancelled.
	Gradient(ctx context.Context, dst []float64, b gradtwin.Batch) error
	// Step takes one step of gradient descent, w ← w − lr·∂L/∂w, and returns
	// the loss of the same batch after it. A cancelled step leaves the
	// weights as they were.
	Step(ctx context.Context, b gradtwin.Batch, lr float64) (loss float64, err error)
	// Predict writes the most probable class of each row of x, rows×inputs,
	// to dst, whose length is the number of rows.
	Predict(dst []int, x []float64) error
}

// Step is what one step of training gave.
type Step struct {
	Step    int     `json:"step"`    // counted from 1
	Loss    float64 `json:"loss"`    // of the step's own batch, after the update
	Seconds float64 `json:"seconds"` // for gradient, update and loss
}

// Backends is the same network twice. Both are trained from the same start on
// the same batches.
type Backends struct {
	Symbolic, Numeric Backend
}
