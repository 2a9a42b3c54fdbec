package compare

import (
	"cmp"
	"math"

	"gradtwin/internal/stats"
)

const (
	// shrink is the ratio of one step to the next: it takes curvature down by
	// 16 and leaves room for a dozen steps above the noise.
	shrink = 4
	// shortMove is the step, relative to what moves, below which the noise over short
	// moves counts.
	shortMove = 1e-9
	// minimumSkew is the largest part of the loss's rise on both sides by which the two
	// losses may differ where the point is a minimum.
	minimumSkew = 1e-2
)

// limits holds the steps, the noise and the tolerances that a ladder decides with.
type limits struct {
	tried     float64 // Options.Step: the first difference is taken there; 0 is none
	firstStep float64 // the step of the first difference after it
	rtol      float64
	rounding  float64 // of the symbolic value
	factor    float64 // C
	noise     lossNoise
	own       float64 // the size of what moves, on average; 0 of an element that is 0
	least     float64 // the smallest of those sizes
	within    float64 // the step from which on it counts what it shows; 0: any
	roundoff  float64 // unit roundoff of the loss
	coarse    float64 // noise of a difference above which a larger step is wanted
}

// samePlace is the step, relative to the usual size of a tensor's elements, above which
// a difference may show another place: a smaller step must confirm it.
const samePlace = 1.0 / 16

// complete sets a difference's noise and bound.
func (l *limits) complete(s *difference) {
	s.noise = l.leastNoise(s.h)
	for _, f := range []float64{s.fp, s.fm} {
		if !stats.IsNotFinite(f) {
			s.noise = max(s.noise, l.factor*roundingOf*l.roundoff*math.Abs(f)/s.h)
		}
	}
	s.bound = l.relative(*s) + s.noise
	if rise := math.Abs(s.fp-s.f0) + math.Abs(s.fm-s.f0); s.oneSided() && s.gap() > s.bound && !stats.IsNotFinite(rise) &&
		math.Abs(s.fp-s.fm) <= minimumSkew*rise {
		// At a minimum of a sum of squares the loss is far larger beside the point than
		// where its noise was measured, and its noise grows with its root.
		s.bound += s.noise * math.Sqrt(max(1, max(math.Abs(s.fp), math.Abs(s.fm))/l.noise.lossSize))
	}
}

// leastNoise is the noise of a difference at step h when the loss is as large on
// both sides as between them.
func (l *limits) leastNoise(h float64) float64 {
	if h < shortMove*cmp.Or(l.own, 1) {
		return l.factor * l.noise.short / h
	}
	return l.factor * l.noise.long / h
}

// relative is the part of the bound that does not come from the loss's noise.
func (l *limits) relative(s difference) float64 {
	size := math.Abs(s.a)
	if d := math.Abs(s.d); !stats.IsNotFinite(d) {
		size = max(size, d)
	}
	return l.rtol*size + l.rounding
}

// hides reports whether noise hides what a step smaller than that of s could show.
func (l *limits) hides(s difference) bool { return s.gap() <= shrink*l.leastNoise(s.h)+l.rounding }

// isTooLarge reports whether a step is too large to count alone.
func (l *limits) isTooLarge(s difference) bool { return l.within > 0 && s.h > l.within }

// setWithin makes steps that reach beyond a part of the given size count only
// with a smaller one.
func (l *limits) setWithin(size float64) {
	if l.within = 0; size > 0 && max(l.firstStep, l.tried) > samePlace*size {
		l.within = samePlace * size
	}
}

const (
	// settleRatio is how many times nearer to each other than to the symbolic value
	// two differences must be for it to be wrong. A difference that still moves by
	// a power law has 4^p − 1 here, above 1/settleRatio for all p > 0.17.
	settleRatio = 4
	// kinkDrift is the part of the jump by which one-sided slopes may change with the
	// step and still show a kink at the point itself: one at distance d changes
	// them by 3d/h of it.
	kinkDrift = 1.0 / 1024
	// smoothRatio is how many times smaller than the gap the jump between the one-sided
	// slopes must be for two differences to decide without a smaller step: then
	// no kink within the step makes the gap.
	smoothRatio = 16
)

// series is differences along one line at smaller and smaller steps, and what
// they say of the symbolic derivative. They come from the loss, or from a function's
// own engine.
type series struct {
	limits
	differences []difference
}

// newest returns the last difference; there must be one.
func (l *series) newest() difference { return l.differences[len(l.differences)-1] }

// last returns the last two differences; there must be two.
func (l *series) last() (p, q difference) {
	n := len(l.differences)
	return l.differences[n-2], l.differences[n-1]
}

// pair returns two differences alone.
func (l *series) pair(p, q difference) *series { return &series{l.limits, []difference{p, q}} }

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
	return apart <= q.gap()/settleRatio && apart <= max(math.Abs(p.d), math.Abs(q.d))/settleRatio+p.noise+q.noise &&
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
	change := kinkDrift*q.jump() + q.noise
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

// best returns the index of the difference that is worth printing: of those at the
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
