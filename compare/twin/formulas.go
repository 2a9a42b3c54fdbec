package twin

import (
	"context"
	"fmt"
	"math"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/internal/stats"
)

// FormulaSweep is the error of three difference formulas against their step h for
// one element: on logarithmic axes the forward difference's rises with slope 1, the
// central one's with slope 2 and the five-point one's with slope 4, wherever
// truncation makes it; at small h rounding makes all of them, about ε/h.
type FormulaSweep struct {
	Element  string         `json:"element"` // as in W1[74,49]
	Symbolic float64        `json:"symbolic"`
	Steps    []float64      `json:"steps"` // h, ascending
	Formulas []FormulaError `json:"formulas"`
}

// FormulaError is one formula's curve.
type FormulaError struct {
	Formula string `json:"formula"` // forward, central, five-point
	// Error is |symbolic − numeric| at each step, math.MaxFloat64 where the loss is
	// not a finite number.
	Error []float64 `json:"error"`
	Best  float64   `json:"best"` // the step with the smallest error
	// Where truncation makes the error it is Scale·h^Order. Slope is how steeply it
	// rises there, as measured. Slope and Scale are 0 where kinks of the loss hide it
	// at every step.
	Order float64 `json:"order"`
	Slope float64 `json:"slope,omitempty"`
	Scale float64 `json:"scale,omitempty"`
}

// Sweeps measures the error against the step for what a check looked at: that of
// central differences at SweepElements, and that of three formulas at the clearest of
// them. gradient is the symbolic one.
func Sweeps(ctx context.Context, f gradtwin.Function, gradient []float64,
	check *compare.Report) (*Sweep, *FormulaSweep, error) {
	elements := SweepElements(gradient, check)
	s, err := NewSweep(ctx, f, gradient, check.Noise, elements)
	if err != nil || len(elements) == 0 {
		return s, nil, err
	}
	i := elements[s.Clearest()]
	formulas, err := NewFormulaSweep(ctx, f, i, gradient[i])
	return s, formulas, err
}

// NewFormulaSweep measures the curves of element i, whose symbolic gradient is
// given. The element is put back by assignment.
func NewFormulaSweep(ctx context.Context, f gradtwin.Function, i int, symbolic float64) (*FormulaSweep, error) {
	s := &FormulaSweep{Element: f.Layout().Element(i), Symbolic: symbolic, Steps: sweepSteps()}
	// Saitoh's formula and its two neighbours: see numeric.Formula.
	s.Formulas = []FormulaError{
		{Formula: "forward", Order: 1},
		{Formula: "central", Order: 2},
		{Formula: "five-point", Order: 4},
	}
	x := f.At(i)
	defer f.Set(i, x)
	loss := func(at float64) (float64, error) {
		f.Set(i, at)
		v, err := f.Loss()
		if err != nil {
			return 0, fmt.Errorf("loss with %s at %g: %w", s.Element, at, err)
		}
		return v, nil
	}
	for _, h := range s.Steps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var v [5]float64 // at x−2h, …, x+2h
		for j := range v {
			var err error
			if v[j], err = loss(x + float64(j-2)*h); err != nil {
				return nil, err
			}
		}
		for j, d := range []float64{
			(v[3] - v[2]) / h,
			(v[3] - v[1]) / (2 * h),
			(v[0] - 8*v[1] + 8*v[3] - v[4]) / (12 * h),
		} {
			s.Formulas[j].Error = append(s.Formulas[j].Error, stats.Finite(math.Abs(d-symbolic)))
		}
	}
	for j := range s.Formulas {
		e := &s.Formulas[j]
		best := lowest(e.Error)
		e.Best = s.Steps[best]
		// Below the best step rounding rules.
		e.Slope, e.Scale = truncation(s.Steps[best:], e.Error[best:], e.Order)
	}
	return s, nil
}
