package compare

import (
	"errors"
	"math"
	"slices"

	"gradtwin"
)

// Precision says what was set against what.
type Precision string

// The precisions of a check.
const (
	Double Precision = "float64"
	Mixed  Precision = "float32 gradient, float64 loss"
	Single Precision = "float32"
)

// widened is a float32 function with the loss of its float64 version. Elements
// are rounded to float32 in both.
type widened struct{ narrow, wide Function }

// widen returns the function to check in place of f: f itself where it is in
// float64 or has no float64 version. Then the error says why.
//
// The differences of a float64 loss see errors a thousand times smaller than
// the noise of a float32 loss lets through.
func widen(f Function) (Function, error) {
	w, ok := f.(Widener)
	if n, tells := f.(interface{ Float32() bool }); !ok || tells && !n.Float32() {
		return f, nil
	}
	wide, err := w.Float64()
	if err != nil {
		return f, err
	}
	return &widened{narrow: f, wide: wide}, nil
}

func (w *widened) Layout() gradtwin.Layout      { return w.narrow.Layout() }
func (w *widened) At(i int) float64             { return w.narrow.At(i) }
func (w *widened) Loss() (float64, error)       { return w.wide.Loss() }
func (w *widened) Gradient(dst []float64) error { return w.narrow.Gradient(dst) }

func (w *widened) Set(i int, x float64) {
	w.narrow.Set(i, x)
	w.wide.Set(i, w.narrow.At(i))
}

// Clone implements Cloner where both versions do.
func (w *widened) Clone() (Function, error) {
	narrow, ok := w.narrow.(Cloner)
	wide, also := w.wide.(Cloner)
	if !ok || !also {
		return nil, errors.ErrUnsupported
	}
	n, err := narrow.Clone()
	if err != nil {
		return nil, err
	}
	x, err := wide.Clone()
	return &widened{narrow: n, wide: x}, err
}

const (
	// gradientRounding is how many unit roundoffs of a tensor's largest
	// gradient a symbolic element may be off: it is a sum of terms of that
	// size, which may cancel.
	gradientRounding = 16
	// maxGradientRounding bounds what a measurement can make of it: at a point
	// on kinks the gradient jumps, which is no rounding.
	maxGradientRounding = 1024
	// gradientRuns is how many gradients its noise is measured from.
	gradientRuns = 4
)

// measurePrecision finds out in which precision loss and gradient are, and how
// far rounding may take the symbolic values of each tensor. A float32 gradient
// is a sum whose terms can be larger than the largest element, so its noise is
// measured: the spread of each element over points one unit in the last place
// away, of which the median in each tensor counts.
func (c *checker) measurePrecision() error {
	e := c.workers[0]
	p := e.at
	c.rounding = make([]float64, len(c.layout))
	unit := doubleUnit
	c.precision = Double
	switch {
	case c.unit == singleUnit:
		c.precision, unit = Single, singleUnit
	case singlePrecision(p.g):
		c.precision, unit = Mixed, singleUnit
	}
	for k := range c.layout {
		c.rounding[k] = gradientRounding * unit
	}
	if unit == doubleUnit {
		return nil
	}
	defer e.restore(0, len(p.x))
	n := len(p.x)
	runs := make([][]float64, gradientRuns)
	for run := range runs {
		r := c.random(purposeGradient, run)
		for i, x := range p.x {
			away := float32(math.Inf(1 - 2*int(r.Uint64()&1)))
			e.f.Set(i, float64(math.Nextafter32(float32(x), away)))
		}
		runs[run] = make([]float64, n)
		if err := e.gradient(runs[run]); err != nil {
			return err
		}
	}
	spread := make([]float64, n)
	for i := range spread {
		mean, squares := 0.0, 0.0
		for _, g := range runs {
			mean += g[i] / gradientRuns
		}
		for _, g := range runs {
			squares += (g[i] - mean) * (g[i] - mean)
		}
		spread[i] = math.Sqrt(squares / (gradientRuns - 1))
	}
	for k := range c.layout {
		moved := slices.DeleteFunc(spread[c.offsets[k]:c.offsets[k+1]:c.offsets[k+1]], func(s float64) bool { return !(s > 0) })
		if len(moved) > 0 && p.largest[k] > 0 {
			measured := c.o.C * Median(moved) / p.largest[k]
			c.rounding[k] = max(c.rounding[k], min(measured, maxGradientRounding*unit))
		}
	}
	return nil
}
