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
	// nearStep is the step, relative to what moves, below which the noise of near
	// points counts.
	nearStep = 1e-9
	// even is the largest part of the loss's rise on both sides by which the two
	// losses may differ where the point is a minimum.
	even = 1e-2
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

// within is the step, relative to the usual size of a tensor's elements, above which
// a difference may show another place: a smaller step must confirm it.
const within = 1.0 / 16

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
		math.Abs(s.fp-s.fm) <= even*rise {
		// At a minimum of a sum of squares the loss is far larger beside the point than
		// where its noise was measured, and its noise grows with its root.
		s.bound += s.noise * math.Sqrt(max(1, max(math.Abs(s.fp), math.Abs(s.fm))/l.noise.lossSize))
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
func (l *limits) relative(s difference) float64 {
	size := math.Abs(s.a)
	if d := math.Abs(s.d); !stats.IsNotFinite(d) {
		size = max(size, d)
	}
	return l.rtol*size + l.rounding
}

// hides reports whether noise hides what a step smaller than that of s could show.
func (l *limits) hides(s difference) bool { return s.gap() <= shrink*l.leastNoise(s.h)+l.rounding }

// isFar reports whether a step is too large to count alone.
func (l *limits) isFar(s difference) bool { return l.within > 0 && s.h > l.within }

// lookWithin makes steps that reach beyond a part of the given size count only
// with a smaller one.
func (l *limits) lookWithin(size float64) {
	if l.within = 0; size > 0 && max(l.firstStep, l.tried) > within*size {
		l.within = within * size
	}
}
