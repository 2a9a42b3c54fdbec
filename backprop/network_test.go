package backprop_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"

	"gradtwin"
	"gradtwin/backprop"
	"gradtwin/compare"
	"gradtwin/compare/twin"
	"gradtwin/internal/golden"
	"gradtwin/numeric"
)

var _ twin.Backend = (*backprop.Network)(nil)

// tolRounding is, relative to the largest value, what another order of summation
// does to sums of a few hundred terms, whose terms nearly cancel now and then:
// some thousand times 2⁻⁵³.
const tolRounding = 1e-12

// networks are the golden cases, computed by NumPy.
func networks(t testing.TB) []golden.Case { return golden.Networks(t, "../testdata/network.json") }

// newNetwork builds a case's network with the weights of the case.
func newNetwork(t testing.TB, c golden.Case, delta float64) *backprop.Network {
	t.Helper()
	spec := c.Spec()
	spec.Delta = delta
	n, err := backprop.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	copy(n.Params().Flat, c.Params)
	return n
}

func near(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if bound := tolRounding * floats.Norm(want, math.Inf(1)); !floats.EqualApprox(got, want, bound) {
		t.Errorf("%s:\n got %v\nwant %v\nmore than %g apart", what, got, want, bound)
	}
}

func TestNetworkGolden(t *testing.T) {
	for _, c := range networks(t) {
		t.Run(c.String(), func(t *testing.T) {
			n := newNetwork(t, c, c.Delta)
			loss, err := n.Loss(c.Batch())
			if err != nil {
				t.Fatal(err)
			}
			near(t, "loss", []float64{loss}, []float64{c.Loss})

			grad := make([]float64, len(c.Params))
			if err := n.Gradient(context.Background(), grad, c.Batch()); err != nil {
				t.Fatal(err)
			}
			near(t, "gradient", grad, c.Gradient)

			plain := newNetwork(t, c, 0)
			if err := plain.Gradient(context.Background(), grad, c.Batch()); err != nil {
				t.Fatal(err)
			}
			near(t, "gradient without δ", grad, c.Gradient0)

			probabilities := make([]float64, len(c.Probabilities))
			if err := n.Probabilities(probabilities, c.X); err != nil {
				t.Fatal(err)
			}
			near(t, "probabilities", probabilities, c.Probabilities)

			classes := c.Layers[len(c.Layers)-1]
			got, want := make([]int, len(c.Labels)), make([]int, len(c.Labels))
			for i := range want {
				row := c.Probabilities[i*classes : (i+1)*classes]
				want[i] = slices.Index(row, slices.Max(row))
			}
			if err := n.Predict(got, c.X); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, want) {
				t.Errorf("predict: got %v, want %v", got, want)
			}
		})
	}
}

func TestNetworkStep(t *testing.T) {
	const lr = 0.05
	for _, c := range networks(t) {
		n := newNetwork(t, c, c.Delta)
		loss, err := n.Step(context.Background(), c.Batch(), lr)
		if err != nil {
			t.Fatal(err)
		}
		want := slices.Clone(c.Params)
		floats.AddScaled(want, -lr, c.Gradient)
		near(t, c.String()+": weights after the step", n.Params().Flat, want)
		if again, err := n.Loss(c.Batch()); err != nil || loss != again {
			t.Errorf("%v: Step returned %v, the loss after it is %v, %v", c, loss, again, err)
		}
	}
}

// pair is a batch's loss with the gradient to check from backpropagation, and
// the losses from the network as plain code.
func pair(t testing.TB, spec gradtwin.Spec, rows int) twin.Pair {
	t.Helper()
	n, err := backprop.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := numeric.New(spec, numeric.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := gradtwin.NewRand(8)
	n.Params().Init(r, gradtwin.Init{})
	copy(plain.Params().Flat, n.Params().Flat)
	b := gradtwin.Batch{X: make([]float64, rows*spec.Inputs()), Labels: make([]int, rows)}
	for i := range b.X {
		b.X[i] = math.Abs(r.Normal())
	}
	for i := range b.Labels {
		b.Labels[i] = i % spec.Classes()
	}
	return twin.Pair{Symbolic: n, Numeric: plain, Batch: b}
}

func TestNetworkChecked(t *testing.T) {
	for _, a := range []gradtwin.Activation{gradtwin.ReLU, gradtwin.Sigmoid, gradtwin.Tanh} {
		for _, delta := range []float64{0, 1e-7, 0.1} {
			t.Run(fmt.Sprintf("%v/delta=%g", a, delta), func(t *testing.T) {
				spec := gradtwin.Spec{Layers: []int{12, 9, 7, 5}, Activation: a, Delta: delta}
				compare.Assert(t, pair(t, spec, 6), compare.Options{Strict: true})
			})
		}
	}
}

// Where y_c underflows to 0, the loss without δ is infinite and its slope still
// that of the logits.
func TestGradientUnderflow(t *testing.T) {
	n, err := backprop.New(gradtwin.Spec{Layers: []int{1, 2}})
	if err != nil {
		t.Fatal(err)
	}
	copy(n.Params().W(0), []float64{1000, 0})
	grad := make([]float64, 4)
	if err := n.Gradient(context.Background(), grad, gradtwin.Batch{X: []float64{1}, Labels: []int{1}}); err != nil {
		t.Fatal(err)
	}
	if want := []float64{1, -1, 1, -1}; !slices.Equal(grad, want) {
		t.Errorf("gradient %v, want %v", grad, want)
	}
}

func TestNetworkCancelled(t *testing.T) {
	c := networks(t)[0]
	n := newNetwork(t, c, c.Delta)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := n.Step(ctx, c.Batch(), 0.1); !errors.Is(err, context.Canceled) {
		t.Errorf("Step: %v, want %v", err, context.Canceled)
	}
	if err := n.Gradient(ctx, make([]float64, len(c.Params)), c.Batch()); !errors.Is(err, context.Canceled) {
		t.Errorf("Gradient: %v, want %v", err, context.Canceled)
	}
	if !slices.Equal(n.Params().Flat, c.Params) {
		t.Error("a cancelled step changed the weights")
	}
}

func TestNetworkErrors(t *testing.T) {
	if _, err := backprop.New(gradtwin.Spec{Layers: []int{3}}); err == nil ||
		!strings.Contains(err.Error(), "layers [3]") {
		t.Errorf("New: %v, want an error", err)
	}
	c := networks(t)[0]
	n := newNetwork(t, c, c.Delta)
	if _, err := n.Loss(gradtwin.Batch{}); err == nil || !strings.Contains(err.Error(), "no rows") {
		t.Errorf("Loss: %v, want an error", err)
	}
	for _, lr := range []float64{-0.1, math.NaN(), math.Inf(1)} {
		if _, err := n.Step(context.Background(), c.Batch(), lr); err == nil ||
			!strings.Contains(err.Error(), "learning rate") {
			t.Errorf("Step with learning rate %v: %v, want an error", lr, err)
		}
	}
	if err := n.Predict(make([]int, 2), c.X[:c.Layers[0]]); err == nil ||
		!strings.Contains(err.Error(), "inputs for 2 rows") {
		t.Errorf("Predict: %v, want an error", err)
	}
	if err := n.Probabilities(make([]float64, 1), c.X[:c.Layers[0]]); err == nil ||
		!strings.Contains(err.Error(), "inputs and 1 probabilities") {
		t.Errorf("Probabilities: %v, want an error", err)
	}
	if err := n.Predict(nil, nil); err != nil {
		t.Errorf("Predict of no rows: %v", err)
	}
}
