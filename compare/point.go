package compare

import (
	"context"
	"fmt"
	"math"

	"gradtwin"
)

// point is where a gradient is judged.
type point struct {
	x       []float64 // the elements, as the function holds them
	f       float64   // the loss
	g       []float64 // the gradient that is being judged
	largest []float64 // of each tensor: the largest |g|
}

// evaluator calls one function, counts its calls, and puts elements back.
type evaluator struct {
	ctx    context.Context
	f      Function
	layout gradtwin.Layout
	at     *point
	work
}

func (e *evaluator) loss() (float64, error) {
	if err := e.ctx.Err(); err != nil {
		return 0, err
	}
	e.Calls++
	return e.f.Loss()
}

// sample is the loss on both sides of an element, or of a point on a line.
type sample struct {
	h           float64 // the step asked for
	right, left float64 // the realised distances
	fp, f0, fm  float64 // the loss to the right, at the point, to the left
	a, d        float64 // the symbolic derivative and the central difference
	vanished    bool    // the step is lost in the element's rounding
	noise       float64 // of d: C·ε/h
	bound       float64 // of |a − d|
}

// pair measures the loss at x ± h of element i and puts the element back.
func (e *evaluator) pair(i int, h float64) (sample, error) {
	x := e.at.x[i]
	defer e.f.Set(i, x)
	s := sample{h: h, f0: e.at.f, a: e.at.g[i]}
	var err error
	e.f.Set(i, x+h)
	s.right = e.f.At(i) - x
	if s.fp, err = e.loss(); err != nil {
		return s, e.wrap(i, x+h, err)
	}
	// The same distance to the left, as far as it can be realised: a difference
	// that is not central has an error of first order.
	e.f.Set(i, x-s.right)
	s.left = x - e.f.At(i)
	if s.fm, err = e.loss(); err != nil {
		return s, e.wrap(i, x-s.right, err)
	}
	s.vanished = s.right <= 0 || s.left <= 0
	s.d = (s.fp - s.fm) / (s.right + s.left)
	return s, nil
}

func (e *evaluator) wrap(i int, x float64, err error) error {
	if e.ctx.Err() != nil {
		return err
	}
	return fmt.Errorf("loss with %s at %v: %w", e.layout.Element(i), x, err)
}

// along moves the elements from..to to x + t·dir and returns the loss there.
// They stay there.
func (e *evaluator) along(dir []float64, from, to int, t float64) (float64, error) {
	for i := from; i < to; i++ {
		e.f.Set(i, e.at.x[i]+t*dir[i])
	}
	return e.loss()
}

// restore puts the elements from..to back by assignment: adding what was
// subtracted would round.
func (e *evaluator) restore(from, to int) {
	for i := from; i < to; i++ {
		e.f.Set(i, e.at.x[i])
	}
}

// unchanged tells whether all elements still have the point's bits.
func (e *evaluator) unchanged(by string) error {
	for i, x := range e.at.x {
		if now := e.f.At(i); math.Float64bits(now) != math.Float64bits(x) {
			return &ChangedError{Element: e.layout.Element(i), Before: x, After: now, By: by}
		}
	}
	return nil
}

// gradient runs the function's gradient into dst, which holds NaN before, so
// that an element nobody writes shows.
func (e *evaluator) gradient(dst []float64) error {
	for i := range dst {
		dst[i] = math.NaN()
	}
	if err := e.ctx.Err(); err != nil {
		return err
	}
	e.Gradients++
	if err := e.f.Gradient(dst); err != nil {
		return fmt.Errorf("gradient: %w", err)
	}
	return nil
}

// finiteGradient is gradient at the point to check, where every element has to
// be a number.
func (e *evaluator) finiteGradient(dst []float64) error {
	if err := e.gradient(dst); err != nil {
		return err
	}
	if i := firstNotFinite(dst); i >= 0 {
		return &NonFiniteError{What: "gradient", Element: e.layout.Element(i), Value: dst[i]}
	}
	return nil
}

// begin reads the point where the function stands: the loss and the gradient
// twice each, with the same bits, and no element changed by either.
func (e *evaluator) begin() error {
	n := e.layout.Len()
	p := &point{x: make([]float64, n), g: make([]float64, n)}
	e.at = p
	for i := range p.x {
		p.x[i] = e.f.At(i)
		if isNotFinite(p.x[i]) {
			return &NonFiniteError{What: "value", Element: e.layout.Element(i), Value: p.x[i]}
		}
	}
	var err error
	if p.f, err = e.loss(); err != nil {
		return fmt.Errorf("loss: %w", err)
	}
	if isNotFinite(p.f) {
		return &NonFiniteError{What: "loss", Value: p.f}
	}
	if err := e.unchanged("a run of the loss"); err != nil {
		return err
	}
	if err := e.finiteGradient(p.g); err != nil {
		return err
	}
	if err := e.unchanged("a run of the gradient"); err != nil {
		return err
	}
	again := make([]float64, n)
	f, err := e.loss()
	if err != nil {
		return fmt.Errorf("loss: %w", err)
	}
	if math.Float64bits(f) != math.Float64bits(p.f) {
		return &UnsteadyError{What: "loss", First: p.f, Second: f}
	}
	if err := e.finiteGradient(again); err != nil {
		return err
	}
	for i, g := range p.g {
		if math.Float64bits(g) != math.Float64bits(again[i]) {
			return &UnsteadyError{What: "gradient", Element: e.layout.Element(i), First: g, Second: again[i]}
		}
	}
	p.measure(e.layout)
	return e.unchanged("a second run")
}

func (p *point) measure(layout gradtwin.Layout) {
	p.largest = make([]float64, len(layout))
	from := 0
	for k, t := range layout {
		for _, g := range p.g[from : from+t.Len()] {
			p.largest[k] = math.Max(p.largest[k], math.Abs(g))
		}
		from += t.Len()
	}
}
