package compare

import "gradtwin/internal/stats"

const (
	// maxLadder limits the differences of one ladder.
	maxLadder = 24
	// atPointRatio is how much smaller than the element, or than the step before, the step
	// is at which a kink counts as one at the point.
	atPointRatio = 256
)

// ladder takes differences along one line and decides at which step the next one
// is taken, and when there are enough.
type ladder struct {
	series
	next         float64 // the step of the next difference; 0 when the ladder has ended
	end          ending
	resumed      bool // a kink was looked at more closely and is none at the place
	agreedBefore bool // the difference before agreed
	largeAgreed  int  // index of a difference that agreed at a step too large to count alone; -1 for none
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
	first := l.firstStep
	if l.tried > 0 {
		first = l.tried
	}
	return &ladder{series: series{limits: l}, next: first, largeAgreed: -1}
}

// advance takes the difference at l.next and decides how to go on.
func (l *ladder) advance(s difference) {
	l.complete(&s)
	trying := l.tried > 0
	l.tried = 0
	if s.lost {
		l.stop(hidden)
		if trying {
			l.next, l.end = l.firstStep, 0
		}
		return
	}
	l.differences = append(l.differences, s)
	switch ok := l.agrees(); {
	case ok && !l.improves(s, trying):
		if l.isTooLarge(s) && l.largeAgreed < 0 {
			l.largeAgreed, l.next = len(l.differences)-1, l.within
			return
		}
		l.stop(agreed)
	case l.largeAgreed >= 0 && s.gap() <= s.bound:
		l.stop(agreed)
	case ok && !trying:
		l.agreedBefore = true
		l.next = s.h / shrink
	case trying:
		// Options.Step was too small or too large: the steps of the checker follow.
		l.differences = l.differences[:0]
		l.next = l.firstStep
	case l.isSettled() && l.isSmooth():
		if l.isTooLarge(s) && s.gap() > shrink*l.leastNoise(l.within) {
			l.next = l.within
			return
		}
		l.stop(settled)
	case !l.resumed && l.isKinked():
		l.stop(kinked)
	case l.hides(s) && l.leapt():
		// The step was too small to show anything: those between follow.
		l.differences = l.differences[:1]
		l.next = l.differences[0].h / shrink
	case l.hides(s) || len(l.differences) >= maxLadder:
		l.stop(hidden)
	default:
		l.next = l.after(s)
	}
}

// leapt reports whether the second difference was taken at a much smaller step than
// the one that follows the first.
func (l *ladder) leapt() bool {
	if len(l.differences) != 2 {
		return false
	}
	p, q := l.last()
	return !stats.IsNotFinite(p.d) && p.h > shrink*shrink*q.h
}

// agrees reports whether the last difference agrees with the symbolic value.
// The bound grows as the step shrinks, so after the first step the gap must also
// have become smaller by more than the bound's growth could feign.
func (l *ladder) agrees() bool {
	n := len(l.differences)
	if n == 0 {
		return false
	}
	s := l.differences[n-1]
	if stats.IsNotFinite(s.d) {
		return false
	}
	gap := s.gap()
	return gap <= l.relative(s) || gap <= s.bound && (n == 1 || l.agreedBefore || gap <= l.differences[n-2].gap()/2)
}

// improves reports whether another step can show what agrees more sharply: noise
// hides a part of the tensor's gradients that counts, and there is less of it
// where Options.Step is left, or where the loss is not as large on both sides.
func (l *ladder) improves(s difference, trying bool) bool {
	noise := s.bound - l.relative(s)
	return noise > l.coarse && (trying || l.leastNoise(s.h/shrink) < noise/2)
}

// after returns the step that follows a difference: a smaller one, and much
// smaller where the step reaches beyond the element's own size and the loss is
// not finite there, or shows a kink that may be no nearer than 0 is.
func (l *ladder) after(s difference) float64 {
	h := s.h / shrink
	if stats.IsNotFinite(s.d) && s.h > l.least && l.least > 0 {
		return min(h, l.least/shrink)
	}
	if l.own == 0 || s.h <= l.own/atPointRatio {
		return h
	}
	lo, hi := min(s.forward(), s.backward()), max(s.forward(), s.backward())
	if len(l.differences) == 1 && s.oneSided() && s.jumps() &&
		lo-s.noise <= s.a && s.a <= hi+s.noise {
		return min(h, max(defaultStep*l.own, atPointRatio*l.leastNoise(s.h)*s.h/s.jump()))
	}
	return h
}

func (l *ladder) stop(e ending) { l.next, l.end = 0, e }

// sharpest returns the index of the difference that agrees and has the least noise.
func (l *ladder) sharpest() int {
	if l.largeAgreed >= 0 {
		return l.largeAgreed
	}
	return len(l.differences) - 1
}

// outcome is the verdict with the values of the k-th difference.
func (l *ladder) outcome(v Verdict, k int) outcome {
	s := l.differences[k]
	return outcome{verdict: v, symbolic: s.a, numeric: s.d, bound: s.bound, noise: s.noise, step: s.h,
		taken: len(l.differences)}
}
