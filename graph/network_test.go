package graph_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/compare/twin"
	"gradtwin/graph"
	"gradtwin/internal/golden"
)

var _ twin.Backend = (*graph.Network)(nil)
var (
	_ compare.Cloner      = (*graph.Wrapped)(nil)
	_ compare.Widener     = (*graph.Wrapped)(nil)
	_ compare.SecondOrder = (*graph.Wrapped)(nil)
)

const (
	// tolRounding bounds what another order of summation does to sums of a few
	// hundred terms of size 1 in float64: some hundred times 2⁻⁵³.
	tolRounding = 1e-13
	// tolGradient64 is the same behind a backward pass, where a sum's terms
	// nearly cancel now and then.
	tolGradient64 = 1e-12
	// tolFloat32 is the rounding of single precision, 2⁻²⁴ = 6e-8, over the
	// same sums.
	tolFloat32 = 1e-5
)

// networks are the golden cases, computed by NumPy.
func networks(t testing.TB) []golden.Case { return golden.Networks(t, "../testdata/network.json") }

func newNetwork(t testing.TB, spec gradtwin.Spec, batch int, o graph.Options) *graph.Network {
	t.Helper()
	n, err := graph.New(spec, batch, o)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// near fails where a value differs from the one wanted by more than tol times
// the largest value wanted.
func near(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	scale := 0.0
	for _, w := range want {
		scale = max(scale, math.Abs(w))
	}
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= tol*scale) {
			t.Errorf("%s[%d]:\n got %.17g\nwant %.17g\ndifference %g, bound %g", what, i, got[i],
				want[i], got[i]-want[i], tol*scale)
			return
		}
	}
}

func TestNetworkGolden(t *testing.T) {
	ctx := context.Background()
	for _, c := range networks(t) {
		for _, o := range []graph.Options{{}, {Float32: true}} {
			for _, extra := range []int{0, 3} {
				t.Run(fmt.Sprintf("%v/float32=%v/batch+%d", c, o.Float32, extra), func(t *testing.T) {
					tolLoss, tolGrad := tolRounding, tolGradient64
					if o.Float32 {
						tolLoss, tolGrad = tolFloat32, tolFloat32
					}
					n := newNetwork(t, c.Spec(), len(c.Labels)+extra, o)
					copy(n.Params().Flat, c.Params)

					loss, err := n.Loss(c.Batch())
					if err != nil {
						t.Fatal(err)
					}
					near(t, "loss", []float64{loss}, []float64{c.Loss}, tolLoss)

					grad := make([]float64, len(c.Params))
					if err := n.Gradient(ctx, grad, c.Batch()); err != nil {
						t.Fatal(err)
					}
					near(t, "gradient", grad, c.Gradient, tolGrad)

					classes := c.Layers[len(c.Layers)-1]
					want := make([]int, len(c.Labels))
					for i := range want {
						row := c.Probabilities[i*classes : (i+1)*classes]
						want[i] = slices.Index(row, slices.Max(row))
					}
					got := make([]int, len(want))
					if err := n.Predict(got, c.X); err != nil {
						t.Fatal(err)
					}
					if !slices.Equal(got, want) {
						t.Errorf("predict: got %v, want %v", got, want)
					}
				})
			}
		}
	}
}

// Without δ the loss is the plain cross-entropy.
func TestNetworkDelta0(t *testing.T) {
	for _, c := range networks(t) {
		spec := c.Spec()
		spec.Delta = 0
		n := newNetwork(t, spec, len(c.Labels)+1, graph.Options{})
		copy(n.Params().Flat, c.Params)

		classes := spec.Classes()
		want := 0.0
		for i, class := range c.Labels {
			want -= math.Log(c.Probabilities[i*classes+class]) / float64(len(c.Labels))
		}
		loss, err := n.Loss(c.Batch())
		if err != nil {
			t.Fatal(err)
		}
		near(t, c.String()+": loss", []float64{loss}, []float64{want}, tolRounding)
		grad := make([]float64, len(c.Params))
		if err := n.Gradient(context.Background(), grad, c.Batch()); err != nil {
			t.Fatal(err)
		}
		near(t, c.String()+": gradient", grad, c.Gradient0, tolGradient64)
	}
}

func TestNetworkStep(t *testing.T) {
	const lr = 0.05
	for _, c := range networks(t) {
		n := newNetwork(t, c.Spec(), len(c.Labels), graph.Options{})
		copy(n.Params().Flat, c.Params)
		loss, err := n.Step(context.Background(), c.Batch(), lr)
		if err != nil {
			t.Fatal(err)
		}
		want := slices.Clone(c.Params)
		for i, g := range c.Gradient {
			want[i] -= lr * g
		}
		near(t, c.String()+": weights after the step", n.Params().Flat, want, tolRounding)
		again, err := n.Loss(c.Batch())
		if err != nil {
			t.Fatal(err)
		}
		if loss != again {
			t.Errorf("%v: Step returned %v, the loss after it is %v", c, loss, again)
		}
	}
}

func TestNetworkStepCancelled(t *testing.T) {
	c := networks(t)[0]
	n := newNetwork(t, c.Spec(), len(c.Labels), graph.Options{})
	copy(n.Params().Flat, c.Params)
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
	c := networks(t)[0]
	for _, bad := range []struct {
		spec  gradtwin.Spec
		batch int
		want  string
	}{
		{gradtwin.Spec{Layers: []int{3}}, 1, "layers [3]"},
		{c.Spec(), 0, "batch of 0 rows"},
		{c.Spec(), -1, "batch of -1 rows"},
	} {
		if _, err := graph.New(bad.spec, bad.batch, graph.Options{}); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("New(%v, %d): %v, want an error with %q", bad.spec, bad.batch, err, bad.want)
		}
	}

	n := newNetwork(t, c.Spec(), 2, graph.Options{})
	x := func(rows int) []float64 { return make([]float64, rows*c.Layers[0]) }
	nan := x(1)
	nan[1] = math.NaN()
	for _, bad := range []struct {
		batch gradtwin.Batch
		want  string
	}{
		{gradtwin.Batch{}, "no rows"},
		{gradtwin.Batch{X: x(3), Labels: make([]int, 3)}, "3 rows: the graph was built for at most 2"},
		{gradtwin.Batch{X: x(1), Labels: make([]int, 2)}, "6 inputs for 2 rows"},
		{gradtwin.Batch{X: x(1), Labels: []int{3}}, "label 3 of row 0"},
		{gradtwin.Batch{X: nan, Labels: []int{0}}, "input 1 of row 0 is NaN"},
	} {
		if _, err := n.Loss(bad.batch); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("Loss: %v, want an error with %q", err, bad.want)
		}
	}
	good := gradtwin.Batch{X: x(1), Labels: []int{0}}
	for _, lr := range []float64{-0.1, math.NaN(), math.Inf(1)} {
		if _, err := n.Step(context.Background(), good, lr); err == nil || !strings.Contains(err.Error(), "learning rate") {
			t.Errorf("Step with learning rate %v: %v, want an error", lr, err)
		}
	}
	if err := n.Predict(make([]int, 2), x(1)); err == nil || !strings.Contains(err.Error(), "6 inputs for 2 rows") {
		t.Errorf("Predict: %v, want an error", err)
	}
}

// Two networks share nothing that changes, though Gorgonia keeps some nodes as
// package variables.
func TestNetworksInParallel(t *testing.T) {
	c := networks(t)[0]
	losses := make(chan float64, 4)
	for range cap(losses) {
		go func() {
			n, err := graph.New(c.Spec(), len(c.Labels), graph.Options{})
			if err != nil {
				t.Error(err)
				losses <- 0
				return
			}
			copy(n.Params().Flat, c.Params)
			var loss float64
			for range 20 {
				if loss, err = n.Step(context.Background(), c.Batch(), 0.1); err != nil {
					t.Error(err)
				}
			}
			losses <- loss
		}()
	}
	first := <-losses
	for range cap(losses) - 1 {
		if loss := <-losses; loss != first {
			t.Errorf("losses %v and %v after the same steps", first, loss)
		}
	}
}
