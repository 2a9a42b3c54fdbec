package graph_test

import (
	"context"
	"math"
	"testing"

	"gradtwin"
	"gradtwin/graph"
)

// Rows whose logits are far from those of the first row. Gorgonia's own softmax
// subtracts the first row's logit from all of them, and gives NaN.
func TestSoftmaxFarRows(t *testing.T) {
	// One input, two classes, no hidden layer: the logits are (x·w, 0).
	for _, o := range []graph.Options{{}, {Float32: true}} {
		for _, delta := range []float64{0, 1e-7} {
			n := newNetwork(t, gradtwin.Spec{Layers: []int{1, 2}, Delta: delta}, 2, o)
			n.Params().Flat[0] = 1
			b := gradtwin.Batch{X: []float64{2000, 1}, Labels: []int{0, 1}}
			loss, err := n.Loss(b)
			if err != nil {
				t.Fatal(err)
			}
			// (0 + ln(1 + e)) / 2, the δ of 1e-7 aside.
			if want := 0.6566308437591114; !(math.Abs(loss-want) <= 1e-6) {
				t.Errorf("%+v, δ %v: loss %v, want %v", o, delta, loss, want)
			}
			g := make([]float64, 4)
			if err := n.Gradient(context.Background(), g, b); err != nil {
				t.Fatal(err)
			}
			// The first row is sure of its class, the second has y₀ = e/(1+e):
			// ∂L/∂W = x·(y − t)/B.
			want := 0.36552928931500245
			for i, sign := range []float64{1, -1, 1, -1} {
				if !(math.Abs(g[i]-sign*want) <= 1e-6) {
					t.Errorf("%+v, δ %v: gradient %v, want ±%v", o, delta, g, want)
					break
				}
			}
		}
	}
}
