package compare

import (
	"math"

	"gradtwin/internal/stats"
)

// visibleChange is how much the symbolic value may change the loss at a step for that step to
// show whether it does, relative to what the loss was seen to vary by at steps up to
// visibleSteps times as large.
const (
	visibleChange = 0.3
	visibleSteps  = 64
)

// steadySteps is how many differences in a row, with their one-sided slopes, must
// be the same, to one part in steadyParts, to show that a loss is no fast oscillation.
const (
	steadySteps = 5
	steadyParts = 64
)

// loudNoise is the noise of the loss relative to itself above which gradients beside the
// point prove nothing: those of a chaotic loss all differ.
const loudNoise = 1e-4

// contradictionRatio is how many times larger the gap must be at the last step than at
// two larger ones for the differences to contradict each other.
const contradictionRatio = 32

// isFine reports whether a step is small enough for the symbolic value to be seen,
// or the loss does not vary at all, or as a straight line does.
func (l *series) isFine(q difference) bool {
	near, all := 0.0, 0.0
	for _, s := range l.differences {
		if v := s.varied(); !stats.IsNotFinite(v) {
			all = max(all, v)
			if s.h <= visibleSteps*q.h {
				near = max(near, v)
			}
		}
	}
	return math.Abs(q.a)*q.h <= visibleChange*near || all <= shrink*l.factor*l.noise.short || l.isSteady()
}

// isSteady reports whether enough differences in a row are the same.
func (l *series) isSteady() bool {
	row := 1
	for k := 1; k < len(l.differences) && row < steadySteps; k++ {
		p, q := l.differences[k-1], l.differences[k]
		if sameSlope(p.d, q.d) && (!q.oneSided() ||
			sameSlope(p.forward(), q.forward()) && sameSlope(p.backward(), q.backward())) {
			row++
		} else {
			row = 1
		}
	}
	return row == steadySteps
}

func sameSlope(a, b float64) bool { return gapBetween(a, b) <= math.Abs(b)/steadyParts }

// isSmooth reports whether the one-sided slopes, without the curvature between
// them, are so near to each other that no kink within the step can make the gap,
// and the step so small that the symbolic value would change the loss by no more
// than it was seen to vary: of a fast oscillation a larger step shows nothing.
func (l *series) isSmooth() bool {
	_, q := l.last()
	if !q.oneSided() || q.gap() <= q.bound || !l.isFine(q) {
		return false
	}
	if q.jump() <= q.gap()/smoothRatio {
		return true
	}
	lo, hi, _, ok := l.hull()
	return ok && hi-lo+jumpNoise*q.noise <= q.gap()/smoothRatio
}

// contradicts reports whether the differences say different things: the loss jumps
// at the place, or they went away from a symbolic value that two of them almost
// agreed with. A loss that moves by steps does either.
func (l *series) contradicts() bool {
	n := len(l.differences)
	q := l.differences[n-1]
	for k := 1; k < n; k++ {
		if max(l.differences[k-1].gap(), l.differences[k].gap()) < q.gap()/contradictionRatio {
			return true
		}
	}
	if n == 1 || !q.oneSided() {
		return false
	}
	return q.jumps() && q.jump() > 2*l.differences[n-2].jump()
}

// isLoud reports whether the noise of the loss is so large beside the loss itself
// that it must come from amplified rounding.
func (l *series) isLoud() bool {
	size := 0.0
	for _, s := range l.differences {
		for _, f := range []float64{s.fp, s.f0, s.fm} {
			if !stats.IsNotFinite(f) {
				size = max(size, math.Abs(f))
			}
		}
	}
	return l.roundoff == doubleRoundoff && l.noise.short > loudNoise*size
}
