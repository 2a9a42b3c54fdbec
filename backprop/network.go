package backprop

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"gradtwin"
)

// Network is the fully connected network with its gradient from
// backpropagation. It is not for two goroutines at once.
type Network struct {
	spec   gradtwin.Spec
	params *gradtwin.Params
	grad   *gradtwin.Params // the derivative of each parameter

	affine     []*affine
	activation []*activation // activation l stands behind affine layer l
	last       softmaxWithLoss
}

// New builds the network; it takes batches of any size. The weights are zero:
// see Params.
func New(spec gradtwin.Spec) (*Network, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	n := &Network{
		spec: spec, params: gradtwin.NewParams(spec), grad: gradtwin.NewParams(spec),
		last: softmaxWithLoss{delta: spec.Delta},
	}
	for l := range spec.Affine() {
		in, out := spec.Layers[l], spec.Layers[l+1]
		n.affine = append(n.affine, &affine{
			w: mat.NewDense(in, out, n.params.W(l)), b: n.params.B(l),
			dw: mat.NewDense(in, out, n.grad.W(l)), db: n.grad.B(l),
		})
		if l+1 < spec.Affine() {
			n.activation = append(n.activation, newActivation(spec.Activation))
		}
	}
	return n, nil
}

// Name returns "backprop".
func (n *Network) Name() string { return "backprop" }

// Params returns the weights the network computes with, not a copy: what is
// written to Flat is what the next call uses. Flat itself must not be
// replaced.
func (n *Network) Params() *gradtwin.Params { return n.params }

// Loss returns the loss of a batch, L = −(1/B) Σ t·ln(y + δ).
func (n *Network) Loss(b gradtwin.Batch) (float64, error) {
	if err := b.Validate(n.spec); err != nil {
		return 0, err
	}
	return n.forward(b), nil
}

// Gradient writes the gradient of the batch's loss to dst, in the order of
// Params().Flat. It panics when dst has another length.
func (n *Network) Gradient(ctx context.Context, dst []float64, b gradtwin.Batch) error {
	if len(dst) != len(n.grad.Flat) {
		panic(fmt.Sprintf("backprop: gradient of %d elements into %d", len(n.grad.Flat), len(dst)))
	}
	if err := n.differentiate(ctx, b); err != nil {
		return err
	}
	copy(dst, n.grad.Flat)
	return nil
}

// Step takes one step of gradient descent, w ← w − lr·∂L/∂w, and returns the
// loss of the same batch after it. A cancelled or failed step leaves the
// weights as they were.
func (n *Network) Step(ctx context.Context, b gradtwin.Batch, lr float64) (float64, error) {
	if !(lr >= 0) || math.IsInf(lr, 1) {
		return 0, fmt.Errorf("learning rate %v: want a finite number, 0 or more", lr)
	}
	if err := n.differentiate(ctx, b); err != nil {
		return 0, err
	}
	floats.AddScaled(n.params.Flat, -lr, n.grad.Flat)
	return n.forward(b), nil
}

// Predict writes the most probable class of each row of x, rows×inputs, to
// dst, whose length is the number of rows. Of equally probable classes it is
// the first.
func (n *Network) Predict(dst []int, x []float64) error {
	if in := n.spec.Inputs(); len(x) != len(dst)*in {
		return fmt.Errorf("predict: %d inputs for %d rows: want %d (%d a row)", len(x), len(dst), len(dst)*in, in)
	}
	if len(dst) == 0 {
		return nil
	}
	z := n.logits(x, len(dst))
	for r := range dst {
		dst[r] = floats.MaxIdx(z.RawRowView(r))
	}
	return nil
}

// Probabilities writes the probability of each class for each row of x, rows×inputs,
// to dst, rows×classes.
func (n *Network) Probabilities(dst, x []float64) error {
	in, classes := n.spec.Inputs(), n.spec.Classes()
	rows := len(x) / in
	if len(x) != rows*in || len(dst) != rows*classes {
		return fmt.Errorf("probabilities: %d inputs and %d probabilities: want %d and %d a row", len(x), len(dst), in,
			classes)
	}
	if rows == 0 {
		return nil
	}
	z := n.logits(x, rows)
	for r := range rows {
		row := dst[r*classes : (r+1)*classes]
		copy(row, z.RawRowView(r))
		softmax(row)
	}
	return nil
}

// differentiate sets grad to the gradient of a batch's loss.
func (n *Network) differentiate(ctx context.Context, b gradtwin.Batch) error {
	if err := b.Validate(n.spec); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	n.forward(b)
	n.backward()
	return nil
}

// logits runs the rows of x through all layers but the last one.
func (n *Network) logits(x []float64, rows int) *mat.Dense {
	a := mat.NewDense(rows, n.spec.Inputs(), x)
	for l, layer := range n.affine {
		a = layer.forward(a)
		if l < len(n.activation) {
			a = n.activation[l].forward(a)
		}
	}
	return a
}

// forward returns the loss of a valid batch.
func (n *Network) forward(b gradtwin.Batch) float64 {
	return n.last.forward(n.logits(b.X, b.Len()), b.Labels)
}

// backward takes the layers of the last forward pass in the opposite order. The
// derivative with respect to the first layer's input, the pixels, is left out:
// nothing needs it.
func (n *Network) backward() {
	d := n.last.backward()
	for l := len(n.affine) - 1; l > 0; l-- {
		n.affine[l].backward(d)
		d = n.activation[l-1].backward(n.affine[l].backwardInput(d))
	}
	n.affine[0].backward(d)
}
