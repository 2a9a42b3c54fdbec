package compare

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// difference is the loss on both sides of a place on a line, and its slope there as
// the two give it and as the gradient does.
type difference struct {
	h            float64 // the step asked for
	right, left  float64 // the realised distances; 0 of an engine's difference
	fp, f0, fm   float64 // the loss to the right, at the place, to the left; none of an engine's
	a, d         float64 // the symbolic derivative and the central difference
	noise, bound float64 // C·ε/h, and what |a − d| may be
	lost         bool    // the step is lost in the rounding of what it moves
}

func (s difference) gap() float64 { return gapBetween(s.a, s.d) }

// oneSided reports whether the loss is known on each side.
func (s difference) oneSided() bool { return s.right > 0 && s.left > 0 }

func (s difference) forward() float64 { return (s.fp - s.f0) / s.right }

func (s difference) backward() float64 { return (s.f0 - s.fm) / s.left }

// jump is the difference of the one-sided slopes.
func (s difference) jump() float64 { return math.Abs(s.forward() - s.backward()) }

const (
	// jumpNoise is how much noisier the difference of two extrapolated one-sided
	// slopes is than a central difference: they have the loss at the point in
	// common, with opposite signs, and weigh it by 5/4 each.
	jumpNoise = 4
	// visibleJump is how many times larger than the noise of a difference a jump between
	// the one-sided slopes must be to be seen. The factor 8 is chosen, not derived: a
	// larger one leaves more of the small kinks unseen.
	visibleJump = 8 * jumpNoise
)

// jumps reports whether the one-sided slopes differ by more than noise makes.
func (s difference) jumps() bool { return s.jump() > visibleJump*s.noise }

// still reports whether the loss has the same bits on both sides and between.
func (s difference) still() bool { return s.oneSided() && s.fp == s.f0 && s.fm == s.f0 }

// gapBetween returns |a − b|, +Inf for a NaN.
func gapBetween(a, b float64) float64 {
	d := math.Abs(a - b)
	if math.IsNaN(d) {
		return math.Inf(1)
	}
	return d
}

// varied returns how much the loss differs from that at the place.
func (s difference) varied() float64 {
	if !s.oneSided() {
		return math.Abs(s.d) * s.h // as far as an engine's difference tells
	}
	return max(math.Abs(s.fp-s.f0), math.Abs(s.fm-s.f0))
}

// line is a straight line through a place: along one element, or along a
// direction through several.
type line interface {
	// difference measures the loss on both sides of the place at step h and puts
	// the elements back.
	difference(ctx context.Context, e *evaluator, at *place, h float64) (difference, error)
	// gradient writes the gradient at a point of the line, t from the place, to dst
	// and puts the elements back.
	gradient(ctx context.Context, e *evaluator, at *place, t float64, dst []float64) error
	// slope returns what the gradient g gives along the line.
	slope(g []float64) float64
}

// elementLine is the line along element i.
type elementLine struct {
	i      int
	change float64 // added to the symbolic value, by the negative control
}

func (l elementLine) slope(g []float64) float64 { return g[l.i] + l.change }

func (l elementLine) gradient(ctx context.Context, e *evaluator, at *place, t float64, dst []float64) error {
	defer e.f.Set(l.i, at.x[l.i])
	e.f.Set(l.i, at.x[l.i]+t)
	return e.gradient(ctx, dst)
}

func (l elementLine) difference(ctx context.Context, e *evaluator, at *place, h float64) (difference, error) {
	x := at.x[l.i]
	defer e.f.Set(l.i, x)
	s := difference{h: h, f0: at.f, a: l.slope(at.g)}
	var err error
	e.f.Set(l.i, x+h)
	s.right = e.f.At(l.i) - x
	if s.fp, err = e.loss(ctx); err != nil {
		return s, wrapLoss(ctx, fmt.Sprintf("loss with %s at %v", e.at.layout.Element(l.i), x+h), err)
	}
	// The same distance to the left, as far as it can be realised: a difference
	// that is not central has an error of first order.
	e.f.Set(l.i, x-s.right)
	s.left = x - e.f.At(l.i)
	if s.fm, err = e.loss(ctx); err != nil {
		return s, wrapLoss(ctx, fmt.Sprintf("loss with %s at %v", e.at.layout.Element(l.i), x-s.right), err)
	}
	s.lost = s.right <= 0 || s.left <= 0
	s.d = (s.fp - s.fm) / (s.right + s.left)
	return s, nil
}

// direction is the line along a direction through some elements.
type direction struct {
	index  []int     // the elements that move
	w      []float64 // how far each does; index and w have one length
	change float64   // added to the first element's symbolic value, by the negative control
	right  []float64 // where the elements are to the right: scratch
	terms  []float64 // of a sum: scratch
}

// lostShare is the part of a direction's elements that must still move at a step:
// a difference that leaves out more says nothing of the tensor.
const lostShare = 0.5

func (l *direction) slope(g []float64) float64 {
	l.terms = append(l.terms[:0], l.change*l.w[0])
	for j, i := range l.index {
		l.terms = append(l.terms, g[i]*l.w[j])
	}
	return floats.SumCompensated(l.terms)
}

func (l *direction) gradient(ctx context.Context, e *evaluator, at *place, t float64, dst []float64) error {
	defer l.restore(e, at)
	for j, i := range l.index {
		e.f.Set(i, at.x[i]+t*l.w[j])
	}
	return e.gradient(ctx, dst)
}

func (l *direction) difference(ctx context.Context, e *evaluator, at *place, h float64) (difference, error) {
	defer l.restore(e, at)
	s := difference{h: h, right: h, left: h, f0: at.f}
	wrap := func(err error) error {
		return wrapLoss(ctx, "loss along a direction through "+e.at.layout.Element(l.index[0]), err)
	}
	l.right = l.right[:0]
	for j, i := range l.index {
		e.f.Set(i, at.x[i]+h*l.w[j])
		l.right = append(l.right, e.f.At(i))
	}
	var err error
	if s.fp, err = e.loss(ctx); err != nil {
		return s, wrap(err)
	}
	l.terms = l.terms[:0]
	moving := 0
	for j, i := range l.index {
		e.f.Set(i, at.x[i]-(l.right[j]-at.x[i]))
		// The symbolic derivative goes by the steps as they were realised.
		moved := l.right[j] - e.f.At(i)
		if moved != 0 {
			moving++
		}
		l.terms = append(l.terms, at.g[i]*moved)
		if j == 0 {
			l.terms = append(l.terms, l.change*moved)
		}
	}
	s.lost = float64(moving) < lostShare*float64(len(l.index))
	if s.fm, err = e.loss(ctx); err != nil {
		return s, wrap(err)
	}
	s.a = floats.SumCompensated(l.terms) / (2 * h)
	s.d = (s.fp - s.fm) / (2 * h)
	return s, nil
}

// least returns the smallest move of an element.
func (l *direction) least() float64 {
	least := math.Inf(1)
	for _, w := range l.w {
		least = min(least, math.Abs(w))
	}
	return least
}

// restore puts the elements back.
func (l *direction) restore(e *evaluator, at *place) {
	for _, i := range l.index {
		e.f.Set(i, at.x[i])
	}
}
