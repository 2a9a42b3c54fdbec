package compare

import (
	"context"
	"math"
)

// element applies the rule to element i of tensor k.
func (j *judge) element(ctx context.Context, e *evaluator, k, i int) (outcome, error) {
	if j.at.noise.chaotic {
		return outcome{i: i, verdict: Inconclusive, symbolic: j.at.g[i], numeric: math.NaN(), bound: math.Inf(1)}, nil
	}
	c := j.climb(e, &j.at.place, elementLine{i: i}, j.limits(k, i, moveSize(j.at.x[i])))
	o, err := c.run(ctx)
	if err != nil {
		return o, err
	}
	if own := math.Abs(j.at.x[i]); o.verdict == Inconclusive && own > 0 && own < 1 {
		// The element's own size may be what counts, not 1.
		relative := j.limits(k, i, own)
		relative.tried = 0
		r := j.climb(e, &j.at.place, elementLine{i: i}, relative)
		again, err := r.run(ctx)
		if err != nil {
			return o, err
		}
		if again.verdict != Inconclusive {
			o, c = again, r
		}
	}
	o.i = i
	if o.verdict == OK && j.isUnseen(o, k) {
		if err := c.lookAtZero(ctx, &o); err != nil {
			return o, err
		}
	}
	return j.narrowed(ctx, e, k, o)
}

// lookAtZero says what an element is that agrees and yet shows nothing: right where
// the loss does not move at all, valid where it is the middle of two slopes that
// show well, and else unseen.
func (c *climb) lookAtZero(ctx context.Context, o *outcome) error {
	stands, err := c.standsStill(ctx, moveSize(c.at.x[o.i]))
	if err != nil {
		return err
	}
	if stands {
		o.remarks |= still
		return nil
	}
	o.verdict = Unseen
	s := c.l.newest()
	if !s.jumps() {
		return nil
	}
	t, err := c.difference(ctx, s.h/shrink)
	if err != nil || t.lost {
		return err
	}
	if c.l.pair(s, t).isKinked() {
		o.verdict, o.backward, o.forward = Kink, t.backward(), t.forward()
	}
	return nil
}

// narrowed returns the outcome of a float32 function, whose formula was judged in
// float64. Its gradient must be that one, rounded; where it is not, it is judged
// by the same losses, for at a kink both may be valid.
func (j *judge) narrowed(ctx context.Context, e *evaluator, k int, o outcome) (outcome, error) {
	n := j.at.narrow
	if n == nil {
		return o, nil
	}
	exact, rounding := o.symbolic, n.bound[o.i]
	if math.Abs(n.g[o.i]-exact) > rounding && o.verdict != Inconclusive {
		i := o.i
		l := j.limits(k, i, moveSize(j.at.x[i]))
		l.rounding += rounding
		judged, err := j.climb(e, &j.at.place, elementLine{i: i, change: n.g[i] - exact}, l).run(ctx)
		judged.i = i
		return judged, err
	}
	o.symbolic = n.g[o.i]
	o.bound += rounding
	if o.verdict == OK && exact != 0 && j.isUnseen(o, k) {
		o.verdict = Unseen
	}
	return o, nil
}

// block judges elements of one tensor one by one, as far as its budget goes. It
// follows u.followed wrong ones to the end.
func (j *judge) block(ctx context.Context, e *evaluator, u unit, en *engine, f *finding) error {
	proven := map[engineWord]bool{agreeing: true}
	for _, word := range []engineWord{unseen, unmoved} {
		var err error
		if proven[word], err = en.proves(ctx, j, e, u, word); err != nil {
			return err
		}
	}
	wrong := 0
	for _, i := range u.elements {
		shown := en.outcome(i)
		o, pursued := shown.outcome, true
		var err error
		switch {
		case proven[shown.word]:
			switch shown.word {
			case unseen:
				o.verdict = Unseen
			case unmoved:
				o.remarks |= still
			}
			o, err = j.narrowed(ctx, e, u.k, o)
		case wrong < u.followed:
			o, err = j.element(ctx, e, u.k, i)
		case en == nil:
			o, pursued, err = j.firstOutcome(ctx, e, u.k, i)
		default:
			pursued = false
		}
		if err != nil {
			return err
		}
		f.judged++
		if pursued {
			f.Tally.add(o)
		} else {
			o.verdict = Inconclusive
			f.Tally.Unfollowed++
		}
		if o.verdict == Wrong {
			wrong++
		}
		if j.options.Each != nil {
			f.each = append(f.each, o)
		}
	}
	return nil
}

// firstOutcome judges an element by its first difference, and by the whole rule
// where that agrees: then it was pursued to the end.
func (j *judge) firstOutcome(ctx context.Context, e *evaluator, k, i int) (o outcome, pursued bool, err error) {
	c := j.climb(e, &j.at.place, elementLine{i: i}, j.limits(k, i, moveSize(j.at.x[i])))
	s, err := c.difference(ctx, c.l.next)
	if err != nil {
		return outcome{}, false, err
	}
	if s.gap() > s.bound {
		c.l.differences = append(c.l.differences, s)
		o = c.l.outcome(Inconclusive, 0)
		o.i = i
		return o, false, nil
	}
	o, err = j.element(ctx, e, k, i)
	return o, true, err
}

// keptElements is how many elements a block has at least for its results to be
// kept from one loss to the next: what begins and ends that costs a few losses.
const keptElements = 32

// keptBlock is block with the function's results kept, where it can keep them.
// Where it turns out that they were not to be relied on, the block is judged
// again without.
func (j *judge) keptBlock(ctx context.Context, e *evaluator, u unit, en *engine, f *finding) error {
	k, ok := e.f.(Keeper)
	if !ok || len(u.elements) < keptElements || !j.keeps(ctx, k, u) {
		return j.block(ctx, e, u, en, f)
	}
	before, left := e.work, e.budget
	if k.Keep() != nil {
		return j.block(ctx, e, u, en, f)
	}
	err := j.block(ctx, e, u, en, f)
	if k.Release() == nil {
		return err
	}
	e.work, e.budget = before, left
	*f = newFinding()
	e.restore(j.at.x)
	return j.block(ctx, e, u, en, f)
}

// keeps reports whether the loss beside the point is the same with results kept
// as without: it may not be that of a type around the function that sets elements
// in a way of its own. These losses are not counted.
func (j *judge) keeps(ctx context.Context, k Keeper, u unit) bool {
	i := u.elements[0]
	x := j.at.x[i]
	defer k.Set(i, x)
	if ctx.Err() != nil || k.Keep() != nil {
		return false
	}
	_, err := k.Loss()
	k.Set(i, x+j.firstStep(u.k)*moveSize(x))
	kept, errKept := k.Loss()
	if k.Release() != nil || err != nil || errKept != nil || ctx.Err() != nil {
		return false
	}
	whole, err := k.Loss()
	return err == nil && math.Float64bits(whole) == math.Float64bits(kept)
}
