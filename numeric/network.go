package numeric

import (
	"context"
	"fmt"
	"math"

	"gradtwin"
)

// Network is the fully connected network as plain code, with gradients from
// central differences. It is not for two goroutines at once.
type Network struct {
	spec    gradtwin.Spec
	options Options
	params  *gradtwin.Params
	forward *forward
	model   *model
	engine  *incremental // nil with the plain engine
	grad    []float64    // of a step

	plan        plan // of the gradient
	centralPlan plan // without its step
}

// New builds the network; it takes batches of any size. The weights are zero:
// see Params.
func New(spec gradtwin.Spec, o Options) (*Network, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	o, err := o.resolve()
	if err != nil {
		return nil, err
	}
	params := gradtwin.NewParams(spec)
	n := &Network{spec: spec, options: o, params: params, forward: newForward(spec, params)}
	n.model = newModel(n.forward)
	n.plan, n.centralPlan = newPlan(o.Formula, o.Step), newPlan(Central, 0)
	if o.Engine == Incremental {
		n.engine = newIncremental(n.model, o.Workers)
	}
	return n, nil
}

// Name returns "numeric".
func (n *Network) Name() string { return "numeric" }

// Params returns the weights the network computes with, not a copy: what is
// written to Flat is what the next call uses. Flat itself must not be
// replaced.
func (n *Network) Params() *gradtwin.Params { return n.params }

// Loss returns the loss of a batch, L = −(1/B) Σ t·ln(y + δ).
func (n *Network) Loss(b gradtwin.Batch) (float64, error) {
	if err := b.Validate(n.spec); err != nil {
		return 0, err
	}
	return n.forward.loss(b), nil
}

// Gradient writes the numerical gradient of the batch's loss to dst, in the
// order of Params().Flat. It panics when dst has another length. A cancelled
// call leaves the weights as they were, and dst with any values.
func (n *Network) Gradient(ctx context.Context, dst []float64, b gradtwin.Batch) error {
	if len(dst) != len(n.params.Flat) {
		panic(fmt.Sprintf("numeric: gradient of %d elements into %d", len(n.params.Flat), len(dst)))
	}
	return n.differentiate(ctx, dst, 0, b, n.plan)
}

// Differences writes the central differences (f(x+h) − f(x−h)) / 2h of the
// elements from, from+1, … of Params().Flat to dst, as many as it has, whatever
// formula the network's gradient has, with the absolute step h. An element gets
// the same bits with others or without. It panics when there are not so many.
func (n *Network) Differences(ctx context.Context, dst []float64, from int, b gradtwin.Batch, h float64) error {
	if from < 0 || len(dst) > len(n.params.Flat)-from {
		panic(fmt.Sprintf("numeric: differences of the elements %d to %d of %d", from, from+len(dst), len(n.params.Flat)))
	}
	if err := checkStep(h); err != nil {
		return err
	}
	p := n.centralPlan
	p.h = h
	return n.differentiate(ctx, dst, from, b, p)
}

// CheapDifferences tells whether Differences of all elements cost at most as much as
// a few hundred losses, as they do with the incremental engine.
func (n *Network) CheapDifferences() bool { return n.engine != nil }

// differentiate writes the derivatives of the elements from from on to dst.
func (n *Network) differentiate(ctx context.Context, dst []float64, from int, b gradtwin.Batch, p plan) error {
	if err := b.Validate(n.spec); err != nil {
		return err
	}
	if n.engine != nil {
		return n.engine.gradient(ctx, dst, from, b, p, n.options.Progress)
	}
	return plain(ctx, dst, from, n.forward, b, &p, n.options.Progress)
}

// Step takes one step of gradient descent, w ← w − lr·∂L/∂w, and returns the
// loss of the same batch after it. A cancelled or failed step leaves the
// weights as they were.
func (n *Network) Step(ctx context.Context, b gradtwin.Batch, lr float64) (float64, error) {
	if !(lr >= 0) || math.IsInf(lr, 1) {
		return 0, fmt.Errorf("learning rate %v: want a finite number, 0 or more", lr)
	}
	if n.grad == nil {
		n.grad = make([]float64, len(n.params.Flat))
	}
	if err := n.Gradient(ctx, n.grad, b); err != nil {
		return 0, err
	}
	w := n.params.Flat
	for i, g := range n.grad {
		w[i] -= lr * g
	}
	return n.forward.loss(b), nil
}
