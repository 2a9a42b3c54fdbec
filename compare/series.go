package compare

import (
	"math"

	"gradtwin/internal/stats"
)

const (
	// settle is how many times nearer to each other than to the symbolic value
	// two differences must be for it to be wrong. A difference that still moves by
	// a power law has 4^p − 1 here, above 1/settle for all p > 0.17.
	settle = 4
	// fixed is the part of the jump by which one-sided slopes may change with the
	// step and still show a kink at the point itself: one at distance d changes
	// them by 3d/h of it.
	fixed = 1.0 / 1024
	// smooth is how many times smaller than the gap the jump between the one-sided
	// slopes must be for two differences to decide without a smaller step: then
	// no kink within the step makes the gap.
	smooth = 16
)

// series is differences along one line at smaller and smaller steps, and what
// they say of the symbolic derivative. Where they come from is another's affair:
// the loss, or a function's own engine.
type series struct {
	limits
	differences []difference
}

// last returns the last two differences; there must be two.
func (l *series) last() (p, q difference) {
	n := len(l.differences)
	return l.differences[n-2], l.differences[n-1]
}

// isSettled reports whether the last two differences agree with each other and
// not with the symbolic value.
func (l *series) isSettled() bool {
	if len(l.differences) < 2 {
		return false
	}
	p, q := l.last()
	apart := gapBetween(p.d, q.d)
	// Differences that grow as the step shrinks have not settled, though the
	// symbolic value may be larger still.
	return apart <= q.gap()/settle && apart <= max(math.Abs(p.d), math.Abs(q.d))/settle+p.noise+q.noise &&
		!math.IsInf(q.gap(), 1)
}

// isKinked reports whether the one-sided slopes differ and stay as they are while
// the step shrinks: a kink at the point itself.
func (l *series) isKinked() bool {
	if len(l.differences) < 2 {
		return false
	}
	p, q := l.last()
	if !p.oneSided() || !q.oneSided() || stats.IsNotFinite(p.jump()) || stats.IsNotFinite(q.jump()) {
		return false
	}
	change := fixed*q.jump() + q.noise
	return q.jumps() &&
		math.Abs(p.forward()-q.forward()) <= change && math.Abs(p.backward()-q.backward()) <= change
}

// hull returns the one-sided slopes, extrapolated from the last two steps to
// step zero, which leaves a kink's jump and takes out the curvature that would
// look like one; and how exact they are.
func (l *series) hull() (lo, hi, tolerance float64, ok bool) {
	if len(l.differences) < 2 {
		return 0, 0, 0, false
	}
	p, q := l.last()
	if !p.oneSided() || !q.oneSided() {
		return 0, 0, 0, false
	}
	to0 := func(tp, dp, tq, dq float64) float64 { return (tp*dq - tq*dp) / (tp - tq) }
	forward := to0(p.right, p.forward(), q.right, q.forward())
	backward := to0(p.left, p.backward(), q.left, q.backward())
	if stats.IsNotFinite(forward) || stats.IsNotFinite(backward) {
		return 0, 0, 0, false
	}
	lo, hi = min(forward, backward), max(forward, backward)
	tolerance = q.noise + l.rounding + l.rtol*max(math.Abs(lo), math.Abs(hi))
	// Where the function itself jumps the slopes grow without end as h shrinks,
	// and no derivative is right.
	return lo, hi, tolerance, q.jump() <= 2*p.jump()
}

// best returns the place of the difference that is worth printing: of those at the
// end that say the same, the first, which has the least noise.
func (l *series) best() int {
	k := len(l.differences) - 1
	for ; k > 0; k-- {
		p, q := l.differences[k-1], l.differences[k]
		if gapBetween(p.d, q.d) > q.noise+l.relative(q) {
			break
		}
	}
	return k
}
