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

	"gradtwin"
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
			for _, relative := range []bool{false, true} {
				worst := func(h float64) float64 {
					n := newNetwork(t, c.Spec(), numeric.Options{Engine: engine, Formula: f.formula, Step: h, Relative: relative})
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
					t.Errorf("%v, %v, relative %v: the error with h=%g is %.4g times that with %g, want %g to %g", engine, f.formula,
						relative, f.large, r, f.small, f.atLeast, f.most)
				}
			}
		}
	}
}

// The estimated error is about the error: never much too small, and not
// hundreds of times too large in the mean.
func TestEstimatedError(t *testing.T) {
	const (
		tooSmall = 1.5 // Richardson's estimate leaves out the next term of the error
		tooLarge = 300 // rounding is estimated by what it can be, and seldom is
	)
	for _, c := range networks(t) {
		if c.Activation == gradtwin.ReLU {
			continue // a kink may lie between the points
		}
		for _, o := range []numeric.Options{
			{}, {Step: 1e-2}, {Step: 1e-6}, {Step: 1e-5, Relative: true},
			{Formula: numeric.Forward}, {Formula: numeric.Forward, Step: 1e-5},
			{Formula: numeric.FivePoint}, {Formula: numeric.FivePoint, Step: 1e-2},
		} {
			for _, engine := range engines() {
				o.Engine = engine
				t.Run(fmt.Sprintf("%v/%v,%v,h=%g,relative=%v", c, engine, o.Formula, o.Step, o.Relative), func(t *testing.T) {
					n := newNetwork(t, c.Spec(), o)
					copy(n.Params().Flat, c.Params)
					grad, errs := make([]float64, len(c.Params)), make([]float64, len(c.Params))
					if err := n.Estimated(context.Background(), grad, errs, c.Batch()); err != nil {
						t.Fatal(err)
					}
					sumErr, sumTrue := 0.0, 0.0
					for i, g := range grad {
						err := math.Abs(g - c.Gradient[i])
						sumTrue += err
						sumErr += errs[i]
						if err > tooSmall*errs[i] {
							t.Errorf("element %d is off by %g, estimated %g", i, err, errs[i])
						}
					}
					if sumErr > tooLarge*sumTrue {
						t.Errorf("errors are estimated as %g times what they are", sumErr/sumTrue)
					}
				})
			}
		}
	}
}

// At a kink, the estimated error is as large as the kink makes it.
func TestEstimatedErrorAtKink(t *testing.T) {
	c := networks(t)[0]
	spec := c.Spec()
	spec.Layers = []int{1, 1, 2}
	for _, engine := range engines() {
		n := newNetwork(t, spec, numeric.Options{Engine: engine, Step: 1e-3})
		// z = 1·1 − 1.0015 reaches the kink between h and 2h.
		copy(n.Params().Flat, []float64{1, -1.0015, 3, -3, 0, 0})
		b := c.Batch()
		b.X, b.Labels = []float64{1}, []int{0}
		grad, errs := make([]float64, 6), make([]float64, 6)
		if err := n.Estimated(context.Background(), grad, errs, b); err != nil {
			t.Fatal(err)
		}
		if grad[0] != 0 || errs[0] < 0.01 {
			t.Errorf("%v: derivative %v with an estimated error of %v at a kink", engine, grad[0], errs[0])
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
		other := newNetwork(t, c.Spec(), numeric.Options{Engine: engine, Formula: numeric.FivePoint, Relative: true,
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
