package twin_test

import (
	"context"
	"math"
	"testing"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/compare/twin"
	"gradtwin/compare/twin/twintest"
)

// The errors of sin at 1 are known: h·sin(1)/2, h²·cos(1)/6 and h⁴·cos(1)/30.
func TestFormulaSweep(t *testing.T) {
	x := []float64{1}
	f := compare.Of(func(x []float64) float64 { return math.Sin(x[0]) },
		func(dst, x []float64) { dst[0] = math.Cos(x[0]) }, x)
	s, err := twin.NewFormulaSweep(context.Background(), f, 0, math.Cos(1))
	if err != nil {
		t.Fatal(err)
	}
	if f.At(0) != 1 {
		t.Errorf("the element was left at %v", f.At(0))
	}
	k := 0
	for k < len(s.Steps) && s.Steps[k] < 0.009 {
		k++
	}
	h := s.Steps[k]
	for j, want := range []struct {
		formula      string
		slope, error float64
	}{
		{"forward", 1, h * math.Sin(1) / 2},
		{"central", 2, h * h * math.Cos(1) / 6},
		{"five-point", 4, h * h * h * h * math.Cos(1) / 30},
	} {
		got := s.Formulas[j]
		if line := got.Scale * math.Pow(h, want.slope); math.Abs(line/want.error-1) > 0.05 {
			t.Errorf("%s: the line of slope %g is at %g, want %g", got.Formula, want.slope, line, want.error)
		}
		// The next term of the series is of relative size h for the first, h² for
		// the others, and rounding of about 1e-14 counts for the last.
		if got.Formula != want.formula || math.Abs(got.Error[k]/want.error-1) > 0.02 ||
			math.Abs(got.Slope-want.slope) > 0.05 {
			t.Errorf("%s at h = %g: error %g and slope %g, want %g and %g",
				got.Formula, h, got.Error[k], got.Slope, want.error, want.slope)
		}
	}
}

// A smooth network shows all three orders, one with ReLU at its kinks not.
func TestFormulaSweepOfNetwork(t *testing.T) {
	spec := gradtwin.Spec{Layers: []int{40, 30, 20, 5}, Activation: gradtwin.Tanh, Delta: 1e-7}
	pair := twintest.NewPair(t, spec, 7, 50, 3)
	gradient := make([]float64, pair.Layout().Len())
	if err := pair.Gradient(gradient); err != nil {
		t.Fatal(err)
	}
	last := len(gradient) - 1 // of the last bias
	s, err := twin.NewFormulaSweep(context.Background(), pair, last, gradient[last])
	if err != nil {
		t.Fatal(err)
	}
	for j, order := range []float64{1, 2, 4} {
		if f := s.Formulas[j]; math.Abs(f.Slope-order) > 0.1 {
			t.Errorf("%s: slope %g, want %g", f.Formula, f.Slope, order)
		}
	}
	if a, b, c := s.Formulas[0].Best, s.Formulas[1].Best, s.Formulas[2].Best; !(a < b && b < c) {
		t.Errorf("best steps %g, %g, %g: want rising ones", a, b, c)
	}
}
