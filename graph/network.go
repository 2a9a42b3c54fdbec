package graph

import (
	"context"
	"fmt"
	"math"

	"gorgonia.org/tensor"

	"gradtwin"
	"gradtwin/graph/internal/engine"
)

// Options changes how the network is computed. The zero value is float64.
type Options struct {
	// Float32 computes in single precision. Params stays float64: a call
	// rounds what it finds there, and a step writes back the float32 weights,
	// widened.
	Float32 bool
}

// Network is the fully connected network as a Gorgonia graph, with gradients
// from gorgonia.Grad. It is not for two goroutines at once.
type Network struct {
	spec    gradtwin.Spec
	rows    int
	single  bool // computes in float32
	params  *gradtwin.Params
	expr    *expression
	compute interface {
		load(b gradtwin.Batch)
		loss() (float64, error)
		gradient() error
		readGradient(dst []float64)
		update(lr float64)
		predict(dst []int, x []float64) error
		program(gradients bool) *engine.Program
	}
}

// New builds the network for batches of up to the given number of rows. The
// weights are zero: see Params.
func New(spec gradtwin.Spec, batch int, o Options) (*Network, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	if batch < 1 {
		return nil, fmt.Errorf("batch of %d rows: want at least 1", batch)
	}
	n := &Network{spec: spec, rows: batch, single: o.Float32, params: gradtwin.NewParams(spec)}
	if o.Float32 {
		c, err := newComputation(spec, batch, n.params, tensor.Float32, make([]float32, len(n.params.Flat)))
		if err != nil {
			return nil, err
		}
		n.compute, n.expr = c, c.expr
	} else {
		c, err := newComputation(spec, batch, n.params, tensor.Float64, n.params.Flat)
		if err != nil {
			return nil, err
		}
		n.compute, n.expr = c, c.expr
	}
	return n, nil
}

// Name returns "graph".
func (n *Network) Name() string { return "graph" }

// Float32 reports whether the network computes in float32, as Options asked.
func (n *Network) Float32() bool { return n.single }

// Params returns the weights the network computes with, not a copy: what is
// written to Flat is what the next call uses. Flat itself must not be
// replaced.
func (n *Network) Params() *gradtwin.Params { return n.params }

// Batch returns the largest number of rows the network takes at once.
func (n *Network) Batch() int { return n.rows }

// Loss returns the loss of a batch, L = −(1/B) Σ t·ln(y + δ).
func (n *Network) Loss(b gradtwin.Batch) (float64, error) {
	if err := n.load(b); err != nil {
		return 0, err
	}
	return n.compute.loss()
}

// Gradient writes the gradient of the batch's loss to dst, in the order of
// Params().Flat. It panics when dst has another length.
func (n *Network) Gradient(ctx context.Context, dst []float64, b gradtwin.Batch) error {
	if len(dst) != len(n.params.Flat) {
		panic(fmt.Sprintf("graph: gradient of %d elements into %d", len(n.params.Flat), len(dst)))
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := n.load(b); err != nil {
		return err
	}
	if err := n.compute.gradient(); err != nil {
		return err
	}
	n.compute.readGradient(dst)
	return nil
}

// Step takes one step of gradient descent, w ← w − lr·∂L/∂w, and returns the
// loss of the same batch after it. A cancelled or failed step leaves the
// weights as they were, unless it is only the loss after the step that could
// not be computed.
func (n *Network) Step(ctx context.Context, b gradtwin.Batch, lr float64) (float64, error) {
	if !(lr >= 0) || math.IsInf(lr, 1) {
		return 0, fmt.Errorf("learning rate %v: want a finite number, 0 or more", lr)
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if err := n.load(b); err != nil {
		return 0, err
	}
	if err := n.compute.gradient(); err != nil {
		return 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	n.compute.update(lr)
	return n.compute.loss()
}

// Predict writes the most probable class of each row of x, rows×inputs, to
// dst, whose length is the number of rows; any number of rows is taken. Of
// equally probable classes it is the first.
func (n *Network) Predict(dst []int, x []float64) error {
	if len(x) != len(dst)*n.spec.Inputs() {
		in := n.spec.Inputs()
		return fmt.Errorf("predict: %d inputs for %d rows: want %d (%d a row)", len(x), len(dst), len(dst)*in, in)
	}
	return n.compute.predict(dst, x)
}

// load puts a batch into the graph's inputs.
func (n *Network) load(b gradtwin.Batch) error {
	if err := b.Validate(n.spec); err != nil {
		return err
	}
	if b.Len() > n.rows {
		return fmt.Errorf("batch: %d rows: the graph was built for at most %d", b.Len(), n.rows)
	}
	n.compute.load(b)
	return nil
}

// BLAS names what computes the matrix products of the network of [New]. With the
// build tag openblas, and CGO_LDFLAGS=-lopenblas, it is OpenBLAS.
const BLAS = engine.BLAS
