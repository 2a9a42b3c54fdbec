package compare

import "math"

// fine is the part of what the loss was seen to vary by, at steps up to fineSteps
// times as large, that the symbolic value may change it by at a step that shows
// whether it does.
const (
	fine      = 0.3
	fineSteps = 64
)

// steadySteps is how many differences in a row with their one-sided slopes must be the same, to one
// part in steady, to show that a loss is no fast oscillation.
const (
	steadySteps = 5
	steady      = 64
)

// isFine reports whether a step is small enough for the symbolic value to be seen,
// or the loss does not vary at all, or as a straight line does.
func (l *series) isFine(q sample) bool {
	near, all := 0.0, 0.0
	for _, s := range l.samples {
		if v := s.varied(); !isNotFinite(v) {
			all = max(all, v)
			if s.h <= fineSteps*q.h {
				near = max(near, v)
			}
		}
	}
	return math.Abs(q.a)*q.h <= fine*near || all <= shrink*l.factor*l.noise.near || l.isSteady()
}

// contradicted is how many times larger the gap must be at the last step than at
// two larger ones for the differences to contradict each other.
const contradicted = 32

// contradicts reports whether the differences say different things: the loss jumps
// at the place, or they went away from a symbolic value that two of them almost
// agreed with. A loss that moves by steps does either.
func (l *series) contradicts() bool {
	n := len(l.samples)
	q := l.samples[n-1]
	for k := 1; k < n; k++ {
		if max(l.samples[k-1].gap(), l.samples[k].gap()) < q.gap()/contradicted {
			return true
		}
	}
	if n == 1 || !q.oneSided() {
		return false
	}
	return q.jump() > 8*jumpNoise*q.noise && q.jump() > 2*l.samples[n-2].jump()
}

// isSteady reports whether enough differences in a row are the same.
func (l *series) isSteady() bool {
	row := 1
	for k := 1; k < len(l.samples) && row < steadySteps; k++ {
		p, q := l.samples[k-1], l.samples[k]
		if same(p.d, q.d) && (!q.oneSided() || same(p.forward(), q.forward()) && same(p.backward(), q.backward())) {
			row++
		} else {
			row = 1
		}
	}
	return row == steadySteps
}
