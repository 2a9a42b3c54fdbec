package compare

import (
	"context"
	"math"
)

const (
	// roughPoints is how many points on either side of a place show how even the loss
	// is between them.
	roughPoints = 8
	// rougher is how many times larger than the measured noise jumps at larger steps
	// must be to count: then that noise is not all there is.
	rougher = 64
)

// isRough reports whether the loss is so rough along a line that the gap which made
// an outcome wrong may be nothing but that: a staircase, an oscillation or a solver
// that stops early, whose jumps lie farther apart than the short lines on which the
// noise was measured, or amplified rounding of which those lines showed too little.
// It looks between the points of the outcome's difference and, where these agree
// with the symbolic value better, of larger ones: the small step may show one stair.
func (j *judge) isRough(ctx context.Context, e *evaluator, at *place, l *ladder, on line, o outcome) (bool, error) {
	var f [2*roughPoints + 1]float64
	f[roughPoints] = at.f
	for h := o.step; h <= shrink*shrink*max(l.first, o.step); h *= shrink * shrink {
		var s sample
		for k := 1; k <= roughPoints; k++ {
			var err error
			if s, err = on.difference(ctx, e, at, h*float64(k)/roughPoints); err != nil || s.lost {
				return false, err
			}
			f[roughPoints+k], f[roughPoints-k] = s.fp, s.fm
		}
		noise := largestJump(f[:])
		if h == o.step {
			noise = max(noise, fourthDifference(f[:roughPoints+1]), fourthDifference(f[roughPoints:]))
		} else if noise <= rougher*j.at.noise.near || s.gap() > o.gap()/3 {
			continue
		}
		if j.options.C*noise/h >= s.gap() {
			return true, nil
		}
	}
	return false, nil
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
