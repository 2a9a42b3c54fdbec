package numeric_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/diff/fd"

	"gradtwin/numeric"
)

var formulas = []numeric.Formula{numeric.Central, numeric.Forward, numeric.FivePoint}

// gonumFormula is gonum's form of a formula; it has no five points of its own.
func gonumFormula(f numeric.Formula) fd.Formula {
	switch f {
	case numeric.Central:
		return fd.Central
	case numeric.Forward:
		return fd.Forward
	}
	return fd.Formula{Derivative: 1, Step: 1e-3, Stencil: []fd.Point{
		{Loc: -2, Coeff: 1. / 12}, {Loc: -1, Coeff: -8. / 12}, {Loc: 1, Coeff: 8. / 12}, {Loc: 2, Coeff: -1. / 12},
	}}
}

// gonum's diff/fd on the loss as a function of the weights.
func TestAgainstGonum(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 4))
		s, p, b := randomCase(r)
		formula, h := formulas[r.IntN(len(formulas))], []float64{1e-4, 1e-3, 1e-2}[r.IntN(3)]
		t.Run(fmt.Sprintf("%d/%v,%v,rows=%d,h=%g,%v", seed, s.Layers, s.Activation, b.Len(), h, formula), func(t *testing.T) {
			loss := newNetwork(t, s, numeric.Options{})
			want := fd.Gradient(nil, func(x []float64) float64 {
				copy(loss.Params().Flat, x)
				l, err := loss.Loss(b)
				if err != nil {
					t.Fatal(err)
				}
				return l
			}, p.Flat, &fd.Settings{Formula: gonumFormula(formula), Step: h})
			for _, engine := range engines() {
				got := gradient(t, s, numeric.Options{Engine: engine, Formula: formula, Step: h}, p, b)
				near(t, engine.String(), got, want, differenceBound(s, p, b, h))
			}
		})
	}
}

// How fast the errors fall with h, on a network without kinks, against
// gradients that NumPy computed with complex numbers.
func TestFormulaOrder(t *testing.T) {
	c := networks(t)[2]
	for _, engine := range engines() {
		for _, f := range []struct {
			formula       numeric.Formula
			large, small  float64
			atLeast, most float64 // how much smaller the error is with the small step
		}{
			{numeric.Forward, 1e-2, 1e-3, 9.5, 10.5},
			{numeric.Central, 1e-2, 1e-3, 95, 105},
			{numeric.FivePoint, 4e-2, 1e-2, 230, 270}, // 4⁴ = 256
		} {
			worst := func(h float64) float64 {
				n := newNetwork(t, c.Spec(), numeric.Options{Engine: engine, Formula: f.formula, Step: h})
				copy(n.Params().Flat, c.Params)
				grad := make([]float64, len(c.Params))
				if err := n.Gradient(context.Background(), grad, c.Batch()); err != nil {
					t.Fatal(err)
				}
				w := 0.0
				for i, g := range grad {
					w = max(w, math.Abs(g-c.Gradient[i]))
				}
				return w
			}
			if r := worst(f.large) / worst(f.small); r < f.atLeast || r > f.most {
				t.Errorf("%v, %v: the error with h=%g is %.4g times that with %g, want %g to %g", engine, f.formula,
					f.large, r, f.small, f.atLeast, f.most)
			}
		}
	}
}

func TestFormulaText(t *testing.T) {
	for _, f := range formulas {
		text, err := f.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var got numeric.Formula
		if err := got.UnmarshalText(text); err != nil || got != f {
			t.Errorf("%s read back as %v, %v", text, got, err)
		}
	}
	if err := new(numeric.Formula).UnmarshalText([]byte("backward")); err == nil || !strings.Contains(err.Error(), `formula "backward"`) {
		t.Errorf("an unknown formula: %v", err)
	}
	if _, err := numeric.New(networks(t)[0].Spec(), numeric.Options{Formula: 9}); err == nil ||
		!strings.Contains(err.Error(), "formula Formula(9)") {
		t.Errorf("New with an unknown formula: %v", err)
	}
}

// Differences are central and absolute, whatever the gradient is.
func TestDifferencesFormula(t *testing.T) {
	c := networks(t)[1]
	want := make([]float64, len(c.Params))
	got := slices.Clone(want)
	for _, engine := range engines() {
		n := newNetwork(t, c.Spec(), numeric.Options{Engine: engine})
		other := newNetwork(t, c.Spec(), numeric.Options{Engine: engine, Formula: numeric.FivePoint,
			Step: 1e-2})
		copy(n.Params().Flat, c.Params)
		copy(other.Params().Flat, c.Params)
		if err := n.Gradient(context.Background(), want, c.Batch()); err != nil {
			t.Fatal(err)
		}
		if err := other.Differences(context.Background(), got, 0, c.Batch(), numeric.DefaultStep); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v: the differences depend on the gradient's formula", engine)
		}
	}
}
