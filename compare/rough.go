package compare

import (
	"context"
	"math"
)

const (
	// roughPoints is how many points on either side of a place show how even the loss
	// is between them.
	roughPoints = 8
	// roughRatio is how many times larger than the measured noise jumps at larger steps
	// must be to count: then that noise is not all there is.
	roughRatio = 64
	// finerSteps is at how many steps, each shrink² times smaller than the one before, the
	// difference of a wrong value is looked for again: a derivative does not depend on
	// the step, and what the stairs of a loss show does.
	finerSteps = 3
)

// isRough reports whether the loss is so rough along a line that the gap which made
// an outcome wrong may be nothing but that: a staircase, an oscillation or a solver
// that stops early, whose jumps lie farther apart than the short lines on which the
// noise was measured, or amplified rounding of which those lines showed too little.
// It looks between the points of the outcome's difference and, where these agree
// with the symbolic value better, of larger ones: the small step may show one stair.
// And it takes smaller steps, which must show the same; where noise hides those, the
// gradients within the step tell a step that is too large.
func (c *climb) isRough(ctx context.Context, o outcome) (bool, error) {
	var f [2*roughPoints + 1]float64
	var whole, atStep difference // at a step, and at the outcome's
	f[roughPoints] = c.at.f
	for h := o.step; h <= shrink*shrink*max(c.l.firstStep, o.step); h *= shrink * shrink {
		for k := roughPoints; k > 0; k-- {
			s, err := c.difference(ctx, h*float64(k)/roughPoints)
			if err != nil || s.lost {
				return false, err
			}
			f[roughPoints+k], f[roughPoints-k] = s.fp, s.fm
			if k == roughPoints {
				whole = s
			}
			if h > o.step && whole.gap() > o.gap()/3 {
				break // no better than the small step
			}
		}
		noise := largestJump(f[:])
		if h == o.step {
			atStep = whole
			noise = max(noise, fourthDifference(f[:roughPoints+1]), fourthDifference(f[roughPoints:]))
		} else if noise <= roughRatio*c.j.at.noise.short || whole.gap() > o.gap()/3 {
			continue
		}
		if c.j.options.C*noise/h >= whole.gap() {
			return true, nil
		}
	}
	return c.moves(ctx, o, atStep)
}

// moves reports whether the difference that made an outcome wrong is another at
// smaller steps, by far more than their noise and a kink explain: what a kink within
// the step leaves is between the one-sided slopes. It is by a good part of the gap, or
// it is more than once, further than those slopes are apart: so what is left of a fast
// oscillation grows as the step shrinks.
func (c *climb) moves(ctx context.Context, o outcome, atStep difference) (bool, error) {
	lo, hi := min(atStep.forward(), atStep.backward()), max(atStep.forward(), atStep.backward())
	times := 0
	h := o.step
	for k := range finerSteps {
		h /= shrink * shrink
		if roughRatio*c.l.leastNoise(h) > o.gap() {
			if k == 0 {
				return c.follows(ctx, o)
			}
			break
		}
		s, err := c.difference(ctx, h)
		if err != nil || s.lost {
			return false, err
		}
		beyond := max(lo-s.d, s.d-hi) - (hi - lo)
		if beyond > max(roughRatio*s.noise, o.gap()/settleRatio) {
			return true, nil
		}
		if beyond > max(roughRatio*s.noise, settleRatio*(hi-lo), math.Abs(s.d)/settleRatio) {
			times++
		}
	}
	return times > 1, nil
}

// follows reports whether the symbolic gradient changes within the step of a
// difference by more than the gap, and is on average what the difference is: then it
// is that of the loss, whose kinks or curves the step was too large for. A wrong one
// is wrong on average too.
func (c *climb) follows(ctx context.Context, o outcome) (bool, error) {
	const points = 2 * roughPoints
	g := make([]float64, len(c.at.g))
	lo, hi, sum := o.symbolic, o.symbolic, 0.0
	for k := range points {
		// From both ends inwards: where those have the slope of the place, so have the
		// others.
		t := o.step * float64(points-1-k/2*2) / points
		if k%2 == 1 {
			t = -t
		}
		if err := c.on.gradient(ctx, c.e, c.at, t, g); err != nil {
			return false, err
		}
		v := c.on.slope(g)
		lo, hi, sum = min(lo, v), max(hi, v), sum+v
		if k == 1 && hi-lo < o.gap()/2 {
			return false, nil
		}
	}
	return hi-lo >= o.gap() && math.Abs(sum/points-o.numeric) <= o.gap()/settleRatio, nil
}

// largestJump returns by how much a step from one of some equidistant values to the
// next is above, or below, those before and after it. A kink has none: there the
// steps go from one size to another.
func largestJump(f []float64) float64 {
	jump := 0.0
	for k := 1; k+2 < len(f); k++ {
		before, step, after := f[k]-f[k-1], f[k+1]-f[k], f[k+2]-f[k+1]
		if above := min(step-before, step-after); above > 0 {
			jump = max(jump, above)
		} else if below := min(before-step, after-step); below > 0 {
			jump = max(jump, below)
		}
	}
	return jump
}

// fourthDifference returns the largest fourth difference of equidistant values over
// √70: nothing of a polynomial of the third degree, and the noise where there is but
// noise (Hamming, Numerical Methods for Scientists and Engineers, 1973, chapter 10).
func fourthDifference(f []float64) float64 {
	largest := 0.0
	for ; len(f) >= 5; f = f[1:] {
		largest = max(largest, math.Abs(f[0]-4*f[1]+6*f[2]-4*f[3]+f[4]))
	}
	return largest / math.Sqrt(70)
}
