package graph_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"

	"gradtwin"
	"gradtwin/compare/twin"
	"gradtwin/graph"
)

var _ twin.Backend = (*graph.Stock)(nil)

func newStock(t *testing.T, spec gradtwin.Spec, batch int, weights []float64) *graph.Stock {
	t.Helper()
	s, err := graph.NewStock(spec, batch)
	if err != nil {
		t.Fatal(err)
	}
	copy(s.Params().Flat, weights)
	return s
}

func TestStockGolden(t *testing.T) {
	for _, c := range networks(t) {
		t.Run(c.String(), func(t *testing.T) {
			s := newStock(t, c.Spec(), 2, c.Params)
			grad := make([]float64, len(c.Params))
			for range 2 { // bound gradients add up over runs
				loss, err := s.Loss(c.Batch())
				if err != nil {
					t.Fatal(err)
				}
				near(t, "loss", []float64{loss}, []float64{c.Loss}, tolRounding)
				if err := s.Gradient(t.Context(), grad, c.Batch()); err != nil {
					t.Fatal(err)
				}
				near(t, "gradient", grad, c.Gradient, tolGradient64)
			}
			classes := c.Layers[len(c.Layers)-1]
			got, want := make([]int, len(c.Labels)), make([]int, len(c.Labels))
			for i := range want {
				row := c.Probabilities[i*classes : (i+1)*classes]
				want[i] = slices.Index(row, slices.Max(row))
			}
			if err := s.Predict(got, c.X); err != nil || !slices.Equal(got, want) {
				t.Errorf("predict: got %v, want %v, error %v", got, want, err)
			}
			spec := c.Spec()
			spec.Delta = 0
			if err := newStock(t, spec, 1, c.Params).Gradient(t.Context(), grad, c.Batch()); err != nil {
				t.Fatal(err)
			}
			near(t, "gradient without δ", grad, c.Gradient0, tolGradient64)
		})
	}
}

func TestStockStep(t *testing.T) {
	for _, c := range networks(t) {
		s := newStock(t, c.Spec(), 1, c.Params)
		want := slices.Clone(c.Params)
		for _, lr := range []float64{0.05, 0.01} {
			grad := make([]float64, len(c.Params))
			if err := s.Gradient(t.Context(), grad, c.Batch()); err != nil {
				t.Fatal(err)
			}
			floats.AddScaled(want, -lr, grad)
			loss, err := s.Step(t.Context(), c.Batch(), lr)
			if err != nil {
				t.Fatal(err)
			}
			near(t, c.String()+": weights after the step", s.Params().Flat, want, tolGradient64)
			if again, err := s.Loss(c.Batch()); err != nil || loss != again {
				t.Errorf("%v: Step returned %v, the loss after it is %v, %v", c, loss, again, err)
			}
		}
	}
}

func TestStockErrors(t *testing.T) {
	if _, err := graph.NewStock(gradtwin.Spec{Layers: []int{3}}, 1); err == nil ||
		!strings.Contains(err.Error(), "layers [3]") {
		t.Errorf("NewStock: %v, want an error", err)
	}
	c := networks(t)[0]
	if _, err := graph.NewStock(c.Spec(), 0); err == nil || !strings.Contains(err.Error(), "batch of 0 rows") {
		t.Errorf("NewStock: %v, want an error", err)
	}
	s := newStock(t, c.Spec(), 1, c.Params)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Step(ctx, c.Batch(), 0.1); !errors.Is(err, context.Canceled) {
		t.Errorf("Step: %v, want %v", err, context.Canceled)
	}
	if err := s.Gradient(ctx, make([]float64, len(c.Params)), c.Batch()); !errors.Is(err, context.Canceled) {
		t.Errorf("Gradient: %v, want %v", err, context.Canceled)
	}
	if _, err := s.Step(t.Context(), c.Batch(), math.NaN()); err == nil ||
		!strings.Contains(err.Error(), "learning rate") {
		t.Errorf("Step: %v, want an error", err)
	}
	if _, err := s.Loss(gradtwin.Batch{}); err == nil || !strings.Contains(err.Error(), "no rows") {
		t.Errorf("Loss: %v, want an error", err)
	}
	if err := s.Predict(make([]int, 2), c.X[:c.Layers[0]]); err == nil ||
		!strings.Contains(err.Error(), "inputs for 2 rows") {
		t.Errorf("Predict: %v, want an error", err)
	}
	if !slices.Equal(s.Params().Flat, c.Params) {
		t.Error("a failed call changed the weights")
	}
}
