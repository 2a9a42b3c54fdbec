package compare

import (
	"context"
	"errors"
	"math"

	"gradtwin/internal/stats"
)

// climb takes differences along a line until the ladder has a verdict.
func (j *judge) climb(ctx context.Context, e *evaluator, at *place, l *ladder, on line) (outcome, error) {
	o, err := j.verdict(ctx, e, at, l, on)
	if err != nil || o.verdict != Wrong {
		return o, err
	}
	hidden, err := j.hidesInOne(ctx, e, at, l, on, o)
	uneven := false
	if err == nil && !hidden {
		uneven, err = j.isRough(ctx, e, at, l, on, o)
	}
	switch {
	case errors.Is(err, errSpent):
		return o, nil // what the differences say stands
	case hidden:
		o.verdict = Unseen
	case uneven:
		o.verdict = Inconclusive
		o.remarks |= rough
	}
	return o, err
}

func (j *judge) verdict(ctx context.Context, e *evaluator, at *place, l *ladder, on line) (outcome, error) {
	if err := j.descend(ctx, e, at, l, on); err != nil {
		return outcome{}, err
	}
	if l.end == settled {
		if err := j.lookBetween(ctx, e, at, l, on); err != nil {
			return outcome{}, err
		}
	}
	if l.end == kinked {
		if err := j.lookCloser(ctx, e, at, l, on); err != nil {
			return outcome{}, err
		}
	}
	if l.end == hidden && len(l.differences) > 0 {
		if err := j.lookAgain(ctx, e, at, l, on); err != nil {
			return outcome{}, err
		}
	}
	n := len(l.differences)
	switch {
	case n == 0:
		// No step of the ladder moves the element.
		return outcome{verdict: Unseen, symbolic: on.slope(at.g), numeric: math.NaN(), bound: math.Inf(1),
			step: l.firstStep}, nil
	case l.end == agreed:
		return l.outcome(OK, l.sharpest()), nil
	}
	if o, ok := l.edge(); ok {
		return o, nil
	}
	lo, hi, tolerance, ok := l.hull()
	visible := ok && hi-lo > jumpNoise*tolerance
	q := l.differences[n-1]
	if visible && lo-tolerance <= q.a && q.a <= hi+tolerance {
		o := l.outcome(Kink, n-1)
		o.backward, o.forward = q.backward(), q.forward()
		return o, nil
	}
	return j.atKinks(ctx, e, at, l, on)
}

func (j *judge) descend(ctx context.Context, e *evaluator, at *place, l *ladder, on line) error {
	for l.next > 0 {
		s, err := on.difference(ctx, e, at, l.next)
		if err != nil {
			return err
		}
		l.advance(s)
	}
	return nil
}

// between is the part of the last step at which a difference must confirm two that
// agree with each other and not with the symbolic value.
const between = 0.6

// lookBetween makes sure that two differences that agree do not by chance, as
// those of a fast oscillation may.
func (j *judge) lookBetween(ctx context.Context, e *evaluator, at *place, l *ladder, on line) error {
	_, q := l.last()
	s, err := on.difference(ctx, e, at, between*q.h)
	if err != nil {
		return err
	}
	l.complete(&s)
	if pair := (&series{limits: l.limits, differences: []difference{q, s}}); pair.isSettled() {
		return nil
	}
	l.end, l.next = 0, q.h/shrink
	return j.descend(ctx, e, at, l, on)
}

// lookCloser makes sure that what looks like a kink at the point is not a near
// one. A value at the ends of the one-sided slopes or in their middle is what
// conventions give, and counts where the step is small beside the element itself.
// Any other is checked with the smallest step at which noise leaves the jump to be
// seen, and the ladder goes on where it was if that shows something else.
func (j *judge) lookCloser(ctx context.Context, e *evaluator, at *place, l *ladder, on line) error {
	lo, hi, tolerance, _ := l.hull()
	_, q := l.last()
	if q.a < lo-tolerance || q.a > hi+tolerance {
		return nil
	}
	width := hi - lo
	usual := false
	for _, v := range []float64{lo, hi, lo + width/2} {
		usual = usual || math.Abs(q.a-v) <= tolerance+width/closer
	}
	small := l.own == 0 || q.h <= l.own/closer
	if usual && small {
		return nil
	}
	h := 16 * jumpNoise * l.factor * l.noise.near / width
	if usual {
		h = max(h, min(q.h/closer, defaultStep*l.own))
	}
	if h > q.h/shrink {
		return nil
	}
	s, err := on.difference(ctx, e, at, h)
	if err != nil || s.lost {
		return err
	}
	l.complete(&s)
	if near := (&series{limits: l.limits, differences: []difference{q, s}}); near.isKinked() {
		return nil
	}
	l.resumed, l.end, l.next = true, 0, q.h/shrink
	return j.descend(ctx, e, at, l, on)
}

// lookAgain gives a ladder that ended in noise one more difference: at a larger
// step where there is but one, and at a smaller one where the last two still
// move.
func (j *judge) lookAgain(ctx context.Context, e *evaluator, at *place, l *ladder, on line) error {
	differenceAt := func(h float64) (difference, error) {
		s, err := on.difference(ctx, e, at, h)
		l.complete(&s)
		return s, err
	}
	if len(l.differences) == 1 {
		s, err := differenceAt(shrink * l.differences[0].h)
		if err != nil {
			return err
		}
		l.differences = []difference{s, l.differences[0]}
		if s.gap() <= s.bound {
			l.differences, l.end, l.held = l.differences[:1], agreed, 0
			return nil
		}
	}
	if _, q := l.last(); !l.isSettled() {
		s, err := differenceAt(q.h / shrink)
		if err != nil || s.lost {
			return err
		}
		l.differences = append(l.differences, s)
		if l.agrees() {
			l.end = agreed
		}
	}
	return nil
}

// edge returns the verdict where the loss is not finite on a side of the point at
// all steps: the other side's slope is what there is.
func (l *ladder) edge() (outcome, bool) {
	where := left | right
	for _, s := range l.differences {
		where &= s.undefined()
	}
	if where == 0 {
		return outcome{}, false
	}
	o := l.outcome(Inconclusive, len(l.differences)-1)
	o.undefined = where
	if where == left|right {
		return o, true
	}
	before, gap := math.NaN(), math.Inf(1)
	for k := 1; k < len(l.differences); k++ {
		p, q := l.differences[k-1], l.differences[k]
		limit := p.toZero(q, where)
		bound := l.relative(difference{a: q.a, d: limit}) + jumpNoise*q.noise
		last := gap
		gap = gapBetween(q.a, limit)
		agrees := gap <= bound && (k == 1 || gap <= last/2)
		settled := k > 1 && math.Abs(limit-before) <= gap/settle && gap > bound
		before = limit
		if agrees || settled && o.verdict != Wrong {
			o.numeric, o.forward, o.backward, o.bound, o.noise, o.step = limit, limit, limit, bound, q.noise, q.h
			o.verdict = Wrong
		}
		if agrees {
			o.verdict = Kink
			break
		}
	}
	return o, true
}

// undefined returns the sides on which the loss is not finite.
func (s difference) undefined() side {
	var at side
	if stats.IsNotFinite(s.fm) {
		at |= left
	}
	if stats.IsNotFinite(s.fp) {
		at |= right
	}
	return at
}

// toZero extrapolates the slope on the side where the loss is finite from two
// steps to step zero.
func (p difference) toZero(q difference, undefined side) float64 {
	if undefined == right {
		return (p.left*q.backward() - q.left*p.backward()) / (p.left - q.left)
	}
	return (p.right*q.forward() - q.right*p.forward()) / (p.right - q.right)
}
