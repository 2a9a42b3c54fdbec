package compare

import "math"

// difference is the loss on both sides of a place on a line, and its slope there as
// the two give it and as the gradient does.
type difference struct {
	h            float64 // the step asked for
	right, left  float64 // the realised distances; 0 of an engine's difference
	fp, f0, fm   float64 // the loss to the right, at the place, to the left; none of an engine's
	a, d         float64 // the symbolic derivative and the central difference
	noise, bound float64 // C·ε/h, and what |a − d| may be
	lost         bool    // the step is lost in the rounding of what it moves
}

func (s difference) gap() float64 { return gapBetween(s.a, s.d) }

// oneSided reports whether the loss is known on each side.
func (s difference) oneSided() bool { return s.right > 0 && s.left > 0 }

func (s difference) forward() float64 { return (s.fp - s.f0) / s.right }

func (s difference) backward() float64 { return (s.f0 - s.fm) / s.left }

// jump is the difference of the one-sided slopes.
func (s difference) jump() float64 { return math.Abs(s.forward() - s.backward()) }

const (
	// jumpNoise is how much noisier the difference of two extrapolated one-sided
	// slopes is than a central difference: they have the loss at the point in
	// common, with opposite signs, and weigh it by 5/4 each.
	jumpNoise = 4
	// visibleJump is how many times larger than the noise of a difference a jump between
	// the one-sided slopes must be to be seen.
	visibleJump = 8 * jumpNoise
)

// jumps reports whether the one-sided slopes differ by more than noise makes.
func (s difference) jumps() bool { return s.jump() > visibleJump*s.noise }

// still reports whether the loss has the same bits on both sides and between.
func (s difference) still() bool { return s.oneSided() && s.fp == s.f0 && s.fm == s.f0 }

// gapBetween returns |a − b|, +Inf for a NaN.
func gapBetween(a, b float64) float64 {
	d := math.Abs(a - b)
	if math.IsNaN(d) {
		return math.Inf(1)
	}
	return d
}

// varied returns how much the loss differs from that at the place.
func (s difference) varied() float64 {
	if !s.oneSided() {
		return math.Abs(s.d) * s.h // as far as an engine's difference tells
	}
	return max(math.Abs(s.fp-s.f0), math.Abs(s.fm-s.f0))
}
