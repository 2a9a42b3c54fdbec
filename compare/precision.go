package compare

import (
	"errors"
	"math"
	"slices"

	"gradtwin"
	"gradtwin/internal/stats"
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
	// The noise of a gradient is measured on some short lines: gradientSpacing is
	// far enough for the roundings at two points to differ where a probability is
	// near 1, and near enough for few kinks to lie between them.
	gradientLines   = 3
	gradientPoints  = 6
	gradientSpacing = 1e-5
)

// measurePrecision finds out in which precision loss and gradient are, and how
// far rounding may take the symbolic values of each tensor. A float32 gradient
// is a sum whose terms can be larger than the largest element, so its noise is
// measured, as that of the loss is: by differences of third order along short
// lines, which leave nothing of what is smooth. The median over the lines counts,
// for a kink on a line is no noise; of each tensor that in its elements, and of an
// element its own where it is more.
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
	var lines [gradientLines][]float64
	for line := range lines {
		var err error
		if lines[line], err = c.gradientNoise(line); err != nil {
			return err
		}
	}
	c.gradientNoises = make([]float64, len(p.x))
	for i := range c.gradientNoises {
		on := make([]float64, gradientLines)
		for line := range lines {
			on[line] = lines[line][i]
		}
		if noise := stats.Median(on); noise > 0 { // not of a NaN
			c.gradientNoises[i] = noise
		}
	}
	for k := range c.layout {
		own := c.gradientNoises[c.offsets[k]:c.offsets[k+1]]
		moved := slices.DeleteFunc(slices.Clone(own), func(s float64) bool { return s == 0 })
		if len(moved) > 0 && p.largest[k] > 0 {
			measured := c.o.C * stats.Median(moved) / p.largest[k]
			c.rounding[k] = max(c.rounding[k], min(measured, maxGradientRounding*unit))
		}
		for i := range own {
			own[i] = min(own[i], maxGradientRounding*unit*p.largest[k]/c.o.C)
		}
	}
	return nil
}

// gradientNoise returns the noise of each element of the gradient on one line
// through the point.
func (c *checker) gradientNoise(line int) ([]float64, error) {
	e := c.workers[0]
	p, n := e.at, len(e.at.x)
	defer e.restore(0, n)
	runs := make([][]float64, gradientPoints)
	for k := range runs {
		r := c.random(purposeGradient, line)
		for i, x := range p.x {
			step := gradientSpacing * float64(k+1) * math.Max(1, math.Abs(x))
			if r.Uint64()&1 == 0 {
				step = -step
			}
			e.f.Set(i, x+step)
		}
		runs[k] = make([]float64, n)
		if err := e.gradient(runs[k]); err != nil {
			return nil, err
		}
	}
	noise := make([]float64, n)
	for i := range noise {
		squares := 0.0
		for k := 3; k < gradientPoints; k++ {
			d := runs[k][i] - 3*runs[k-1][i] + 3*runs[k-2][i] - runs[k-3][i]
			squares += d * d / (1 + 9 + 9 + 1) // of noise ε the difference has √20·ε
		}
		noise[i] = math.Sqrt(squares / (gradientPoints - 3))
	}
	return noise, nil
}
