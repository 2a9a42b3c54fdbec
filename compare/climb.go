package compare

import (
	"context"
	"errors"
	"math"

	"gradtwin/internal/stats"
)

// run takes differences along the line until there is a verdict.
func (c *climb) run(ctx context.Context) (outcome, error) {
	o, err := c.verdict(ctx)
	if err != nil || o.verdict != Wrong {
		return o, err
	}
	hides, err := c.hidesInOne(ctx, o)
	uneven := false
	if err == nil && !hides {
		uneven, err = c.isRough(ctx, o)
	}
	switch {
	case errors.Is(err, errSpent):
		return o, nil // what the differences say stands
	case hides:
		o.verdict = Unseen
	case uneven:
		o.verdict = Inconclusive
		o.remarks |= rough
	}
	return o, err
}

// verdict takes differences until the ladder has ended, makes sure of how it ended with
// one or a few more, and decides the verdict.
func (c *climb) verdict(ctx context.Context) (outcome, error) {
	if err := c.descend(ctx); err != nil {
		return outcome{}, err
	}
	for _, look := range []struct {
		after ending
		again func(context.Context) error
	}{{settled, c.lookBetween}, {kinked, c.lookCloser}, {hidden, c.lookAgain}} {
		if c.l.end != look.after || len(c.l.differences) == 0 {
			continue
		}
		if err := look.again(ctx); err != nil {
			return outcome{}, err
		}
	}
	n := len(c.l.differences)
	switch {
	case n == 0:
		// No step of the ladder moves the element.
		return outcome{verdict: Unseen, symbolic: c.on.slope(c.at.g), numeric: math.NaN(), bound: math.Inf(1),
			step: c.l.firstStep}, nil
	case c.l.end == agreed:
		return c.l.outcome(OK, c.l.sharpest()), nil
	}
	if o, ok := c.l.edge(); ok {
		return o, nil
	}
	lo, hi, tolerance, ok := c.l.hull()
	visible := ok && hi-lo > jumpNoise*tolerance
	q := c.l.differences[n-1]
	if visible && lo-tolerance <= q.a && q.a <= hi+tolerance {
		o := c.l.outcome(Kink, n-1)
		o.backward, o.forward = q.backward(), q.forward()
		return o, nil
	}
	return c.atKinks(ctx)
}

// betweenStep is the part of the last step at which a difference must confirm two that
// agree with each other and not with the symbolic value.
const betweenStep = 0.6

// lookBetween makes sure that two differences that agree do not by chance, as
// those of a fast oscillation may.
func (c *climb) lookBetween(ctx context.Context) error {
	_, q := c.l.last()
	s, err := c.difference(ctx, betweenStep*q.h)
	if err != nil {
		return err
	}
	if c.l.pair(q, s).isSettled() {
		return nil
	}
	return c.goOn(ctx)
}

// goOn takes smaller steps than the last, though the ladder had ended.
func (c *climb) goOn(ctx context.Context) error {
	c.l.end, c.l.next = 0, c.l.newest().h/shrink
	return c.descend(ctx)
}

// lookCloser makes sure that what looks like a kink at the point is not a near
// one. A value at the ends of the one-sided slopes or in their middle is what
// conventions give, and counts where the step is small beside the element itself.
// Any other is checked with the smallest step at which noise leaves the jump to be
// seen, and the ladder goes on where it was if that shows something else.
func (c *climb) lookCloser(ctx context.Context) error {
	lo, hi, tolerance, _ := c.l.hull()
	_, q := c.l.last()
	if q.a < lo-tolerance || q.a > hi+tolerance {
		return nil
	}
	width := hi - lo
	usual := false
	for _, v := range []float64{lo, hi, lo + width/2} {
		usual = usual || math.Abs(q.a-v) <= tolerance+width/atPointRatio
	}
	small := c.l.own == 0 || q.h <= c.l.own/atPointRatio
	if usual && small {
		return nil
	}
	h := 16 * jumpNoise * c.l.factor * c.l.noise.short / width
	if usual {
		h = max(h, min(q.h/atPointRatio, defaultStep*c.l.own))
	}
	if h > q.h/shrink {
		return nil
	}
	s, err := c.difference(ctx, h)
	if err != nil || s.lost {
		return err
	}
	if c.l.pair(q, s).isKinked() {
		return nil
	}
	c.l.resumed = true
	return c.goOn(ctx)
}

// lookAgain gives a ladder that ended in noise one more difference: at a larger
// step where there is but one, and at a smaller one where the last two still
// move.
func (c *climb) lookAgain(ctx context.Context) error {
	if len(c.l.differences) == 1 {
		first := c.l.newest()
		s, err := c.difference(ctx, shrink*first.h)
		if err != nil {
			return err
		}
		c.l.differences = []difference{s, first}
		if s.gap() <= s.bound {
			c.l.differences, c.l.end, c.l.largeAgreed = c.l.differences[:1], agreed, -1
			return nil
		}
	}
	if c.l.isSettled() {
		return nil
	}
	s, err := c.difference(ctx, c.l.newest().h/shrink)
	if err != nil || s.lost {
		return err
	}
	c.l.differences = append(c.l.differences, s)
	if c.l.agrees() {
		c.l.end = agreed
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
		valid := gap <= bound && (k == 1 || gap <= last/2)
		stable := k > 1 && math.Abs(limit-before) <= gap/settleRatio && gap > bound
		before = limit
		if valid || stable && o.verdict != Wrong {
			o.numeric, o.forward, o.backward, o.bound, o.noise, o.step = limit, limit, limit, bound, q.noise, q.h
			o.verdict, o.remarks = Wrong, extrapolated
		}
		if valid {
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
