package compare

import (
	"cmp"
	"math"
)

const (
	// shrink is the ratio of one step to the next: it takes curvature down by
	// 16 and leaves room for a dozen steps above the noise.
	shrink = 4
	// nearStep is the step, relative to what moves, below which the noise of near
	// points counts.
	nearStep = 1e-9
	// even is the part of the loss's rise on both sides that a difference is at most
	// where the point is a minimum.
	even = 1e-2
)

const (
	// settle is how many times nearer to each other than to the symbolic value
	// two differences must be for it to be wrong. A difference that still moves by
	// a power law has 4^p − 1 here, above 1/settle for all p > 0.17.
	settle = 4
	// jumpNoise is how much noisier the difference of two extrapolated one-sided
	// slopes is than a central difference: they have the loss at the point in
	// common, with opposite signs, and weigh it by 5/4 each.
	jumpNoise = 4
	// fixed is the part of the jump by which one-sided slopes may change with the
	// step and still show a kink at the point itself: one at distance d changes
	// them by 3d/h of it.
	fixed = 1.0 / 1024
	// smooth is how many times smaller than the gap the jump between the one-sided
	// slopes must be for two differences to decide without a smaller step: then
	// no kink within the step makes the gap.
	smooth = 16
)

const (
	// maxLadder limits the differences of one ladder.
	maxLadder = 24
	// closer is how much smaller than the element, or than the step before, the step
	// is at which a kink counts as one at the point.
	closer = 256
)

// limits is what a ladder goes by.
type limits struct {
	tried    float64 // Options.Step: the first difference is taken there; 0 is none
	first    float64 // the step of the first difference after it
	rtol     float64
	rounding float64 // of the symbolic value
	factor   float64 // C
	noise    lossNoise
	own      float64 // the size of what moves, on average; 0 of an element that is 0
	least    float64 // the smallest of those sizes
	within   float64 // the step from which on it counts what it shows; 0: any
	unit     float64 // unit roundoff of the loss
	coarse   float64 // noise of a difference above which a larger step is wanted
}

// series is differences along one line at smaller and smaller steps, and what
// they say of the symbolic derivative. Where they come from is another's affair:
// the loss, or a function's own engine.
type series struct {
	limits
	samples []sample
}

// ladder takes differences along one line and decides at which step the next one
// is taken, and when there are enough.
type ladder struct {
	series
	next    float64 // the step of the next difference; 0 when the ladder has ended
	end     ending
	resumed bool // a kink was looked at more closely and is none at the place
	agreed  bool // the difference before agreed
	held    int  // one more than the place of a sample that agreed at a step too large to count alone
}

// ending says why a ladder has ended.
type ending uint8

const (
	agreed  ending = iota + 1 // the last difference agrees
	settled                   // the last two agree with each other and not with the symbolic value, and no kink is near
	kinked                    // the one-sided slopes differ, and do not change with the step
	hidden                    // noise, or the rounding of what moves, hides what a smaller step could show
)

func newLadder(l limits) *ladder {
	first := l.first
	if l.tried > 0 {
		first = l.tried
	}
	return &ladder{series: series{limits: l}, next: first}
}

// complete sets a difference's noise and bound.
func (l *limits) complete(s *sample) {
	s.noise = l.leastNoise(s.h)
	for _, f := range []float64{s.fp, s.fm} {
		if !isNotFinite(f) {
			s.noise = max(s.noise, l.factor*roundingOf*l.unit*math.Abs(f)/s.h)
		}
	}
	s.bound = l.relative(*s) + s.noise
	if rise := math.Abs(s.fp-s.f0) + math.Abs(s.fm-s.f0); s.oneSided() && s.gap() > s.bound && !isNotFinite(rise) &&
		math.Abs(s.fp-s.fm) <= even*rise {
		// At a minimum of a sum of squares the loss is far larger beside the point than
		// where its noise was measured, and its noise grows with its root.
		s.bound += s.noise * math.Sqrt(max(1, max(math.Abs(s.fp), math.Abs(s.fm))/l.noise.level))
	}
}

// leastNoise is the noise of a difference at step h when the loss is as large on
// both sides as between them.
func (l *limits) leastNoise(h float64) float64 {
	if h < nearStep*cmp.Or(l.own, 1) {
		return l.factor * l.noise.near / h
	}
	return l.factor * l.noise.far / h
}

// relative is the part of the bound that does not come from the loss's noise.
func (l *limits) relative(s sample) float64 {
	size := math.Abs(s.a)
	if d := math.Abs(s.d); !isNotFinite(d) {
		size = max(size, d)
	}
	return l.rtol*size + l.rounding
}

// add takes the difference at l.next and decides how to go on.
func (l *ladder) add(s sample) {
	l.complete(&s)
	trying := l.tried > 0
	l.tried = 0
	if s.lost {
		l.stop(hidden)
		if trying {
			l.next, l.end = l.first, 0
		}
		return
	}
	l.samples = append(l.samples, s)
	switch ok := l.agrees(); {
	case ok && !l.improves(s, trying):
		if l.isFar(s) && l.held == 0 {
			l.held, l.next = len(l.samples), l.within
			return
		}
		l.stop(agreed)
	case l.held > 0 && s.gap() <= s.bound:
		l.stop(agreed)
	case ok && !trying:
		l.agreed = true
		l.next = s.h / shrink
	case trying:
		// Options.Step was too small or too large: the steps of the checker follow.
		l.samples = l.samples[:0]
		l.next = l.first
	case l.isSettled() && l.isSmooth():
		if l.isFar(s) && s.gap() > shrink*l.leastNoise(l.within) {
			l.next = l.within
			return
		}
		l.stop(settled)
	case !l.resumed && l.isKinked():
		l.stop(kinked)
	case l.hides(s) && l.leapt():
		// The step was too small to show anything: those between follow.
		l.samples = l.samples[:1]
		l.next = l.samples[0].h / shrink
	case l.hides(s) || len(l.samples) >= maxLadder:
		l.stop(hidden)
	default:
		l.next = l.after(s)
	}
}

// hides reports whether noise hides what a step smaller than that of s could show.
func (l *limits) hides(s sample) bool { return s.gap() <= shrink*l.leastNoise(s.h)+l.rounding }

// leapt reports whether the second difference was taken at a much smaller step than
// the one that follows the first.
func (l *ladder) leapt() bool {
	if len(l.samples) != 2 {
		return false
	}
	p, q := l.last()
	return !isNotFinite(p.d) && p.h > shrink*shrink*q.h
}

// isFar reports whether a step is too large to count alone.
func (l *limits) isFar(s sample) bool { return l.within > 0 && s.h > l.within }

// lookWithin makes steps that reach beyond a part of the given size count only
// with a smaller one.
func (l *limits) lookWithin(size float64) {
	if l.within = 0; size > 0 && max(l.first, l.tried) > within*size {
		l.within = within * size
	}
}

// sharpest returns the place of the sample that agrees and has the least noise.
func (l *ladder) sharpest() int {
	if l.held > 0 {
		return l.held - 1
	}
	return len(l.samples) - 1
}

// improves reports whether another step can show what agrees more sharply: noise
// hides a part of the tensor's gradients that counts, and there is less of it
// where Options.Step is left, or where the loss is not as large on both sides.
func (l *ladder) improves(s sample, trying bool) bool {
	noise := s.bound - l.relative(s)
	return noise > l.coarse && (trying || l.leastNoise(s.h/shrink) < noise/2)
}

// after returns the step that follows a difference: a smaller one, and much
// smaller where the step reaches beyond the element's own size and the loss is
// not finite there, or shows a kink that may be no nearer than 0 is.
func (l *ladder) after(s sample) float64 {
	h := s.h / shrink
	if isNotFinite(s.d) && s.h > l.least && l.least > 0 {
		return min(h, l.least/shrink)
	}
	if l.own == 0 || s.h <= l.own/closer {
		return h
	}
	lo, hi := min(s.forward(), s.backward()), max(s.forward(), s.backward())
	if len(l.samples) == 1 && s.oneSided() && s.jump() > 8*jumpNoise*s.noise && lo-s.noise <= s.a && s.a <= hi+s.noise {
		return min(h, max(defaultStep*l.own, closer*l.leastNoise(s.h)*s.h/s.jump()))
	}
	return h
}

func (l *ladder) stop(e ending) { l.next, l.end = 0, e }

// last returns the last two samples; there must be two.
func (l *series) last() (p, q sample) {
	n := len(l.samples)
	return l.samples[n-2], l.samples[n-1]
}

// agrees reports whether the last difference agrees with the symbolic value.
// The bound grows as the step shrinks, so after the first step the gap must also
// have become smaller by more than the bound's growth could feign.
func (l *ladder) agrees() bool {
	n := len(l.samples)
	if n == 0 {
		return false
	}
	s := l.samples[n-1]
	if isNotFinite(s.d) {
		return false
	}
	gap := s.gap()
	return gap <= l.relative(s) || gap <= s.bound && (n == 1 || l.agreed || gap <= l.samples[n-2].gap()/2)
}

func same(a, b float64) bool { return distance(a, b) <= math.Abs(b)/steady }

// isSettled reports whether the last two differences agree with each other and
// not with the symbolic value.
func (l *series) isSettled() bool {
	if len(l.samples) < 2 {
		return false
	}
	p, q := l.last()
	apart := distance(p.d, q.d)
	// Differences that grow as the step shrinks have not settled, though the
	// symbolic value may be larger still.
	return apart <= q.gap()/settle && apart <= max(math.Abs(p.d), math.Abs(q.d))/settle+p.noise+q.noise &&
		!math.IsInf(q.gap(), 1)
}

// isSmooth reports whether the one-sided slopes, without the curvature between
// them, are so near to each other that no kink within the step can make the gap,
// and the step so small that the symbolic value would change the loss by no more
// than it was seen to vary: of a fast oscillation a larger step shows nothing.
func (l *series) isSmooth() bool {
	_, q := l.last()
	if !q.oneSided() || q.gap() <= q.bound || !l.isFine(q) {
		return false
	}
	if q.jump() <= q.gap()/smooth {
		return true
	}
	lo, hi, _, ok := l.hull()
	return ok && hi-lo+jumpNoise*q.noise <= q.gap()/smooth
}

// isKinked reports whether the one-sided slopes differ and stay as they are while
// the step shrinks: a kink at the point itself.
func (l *series) isKinked() bool {
	if len(l.samples) < 2 {
		return false
	}
	p, q := l.last()
	if !p.oneSided() || !q.oneSided() || isNotFinite(p.jump()) || isNotFinite(q.jump()) {
		return false
	}
	change := fixed*q.jump() + q.noise
	return q.jump() > 8*jumpNoise*q.noise &&
		math.Abs(p.forward()-q.forward()) <= change && math.Abs(p.backward()-q.backward()) <= change
}

// hull returns the one-sided slopes, extrapolated from the last two steps to
// step zero, which leaves a kink's jump and takes out the curvature that would
// look like one; and how exact they are.
func (l *series) hull() (lo, hi, tolerance float64, ok bool) {
	if len(l.samples) < 2 {
		return 0, 0, 0, false
	}
	p, q := l.last()
	if !p.oneSided() || !q.oneSided() {
		return 0, 0, 0, false
	}
	to0 := func(tp, dp, tq, dq float64) float64 { return (tp*dq - tq*dp) / (tp - tq) }
	forward := to0(p.right, p.forward(), q.right, q.forward())
	backward := to0(p.left, p.backward(), q.left, q.backward())
	if isNotFinite(forward) || isNotFinite(backward) {
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
	k := len(l.samples) - 1
	for ; k > 0; k-- {
		p, q := l.samples[k-1], l.samples[k]
		if distance(p.d, q.d) > q.noise+l.relative(q) {
			break
		}
	}
	return k
}
