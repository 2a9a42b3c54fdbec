package compare

import "math"

// nested is how many times wider than the loss's one-sided slopes the range of
// the gradients beside the point is where several kinks meet, and simple one over
// the part of it by which a value may lie beyond at a simple kink.
const (
	nested = 1.25
	simple = 64
)

// span is the range of the slopes that the gradients beside the point give along
// a line, and where its ends are.
type span struct {
	lo, hi         float64
	atLo, atHi     int // the neighbors
	ringLo, ringHi ring
}

func (s *span) width() float64 { return s.hi - s.lo }

func emptySpan() span { return span{lo: math.Inf(1), hi: math.Inf(-1)} }

// extend takes a ring's gradients into the range.
func (s *span) extend(r ring, on line) {
	for k, g := range r.gradients {
		if i, ok := on.(elementLine); ok && len(r.moved) > 0 && !r.moved[k][i.i] {
			continue
		}
		v := on.slope(g)
		if v < s.lo {
			s.lo, s.atLo, s.ringLo = v, k, r
		}
		if v > s.hi {
			s.hi, s.atHi, s.ringHi = v, k, r
		}
	}
}

// contains reports whether a value lies in the range, or beyond it by no more than
// its width where it is wider than the one-sided slopes of the loss. At a simple
// kink it is not, and those slopes are the valid values and what lies between
// them.
func (s *span) contains(a float64, l *series) bool {
	lo, hi, tolerance, ok := l.hull()
	slack := s.width()
	if ok && s.width() <= nested*(hi-lo) {
		slack = tolerance + s.width()/simple
	}
	return s.lo-slack <= a && a <= s.hi+slack
}
