package compare

import (
	"math"

	"gradtwin/internal/stats"
)

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
