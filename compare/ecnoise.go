package compare

import (
	"math"
	"slices"
)

// noisePoints is how many points of a line noise is estimated from. Moré and Wild
// use 7 to 9.
const noisePoints = 9

// ecNoise estimates the noise of a function, the standard deviation of the
// rounding in its values, from values at the points t on a short line.
// Differences of high order leave nothing of a smooth function and, scaled,
// keep the noise. It also returns how the line should change when the estimate
// is not a good one: −1 for a shorter line, +1 for a longer one, 0 for a good
// estimate.
//
// Moré and Wild, Estimating computational noise, SIAM J. Sci. Comput. 33
// (2011), algorithm ECnoise, with divided differences, because the points are
// not equally spaced: a loss that is rounded to a grid can rise by whole steps
// of it between equally spaced points, and look free of noise. Where no order
// gives an estimate, this is the highest that is the mean of three or more.
func ecNoise(t, values []float64) (noise float64, change int) {
	const orders = noisePoints - 1
	scale := largestOf(values)
	if scale == 0 {
		return 0, +1
	}
	var level [orders]float64
	var signs [orders]bool // the differences of this order have both signs
	for j := range orders {
		squares, zeros := 0.0, 0
		lo, hi := math.Inf(1), math.Inf(-1)
		n := len(values) - 1 - j
		for i := range n {
			d := dividedDifference(t[i:i+j+2], values[i:i+j+2], scale)
			if d == 0 {
				zeros++
			}
			squares += d * d
			lo, hi = min(lo, d), max(hi, d)
		}
		if j == 0 && 2*zeros >= len(values) {
			change = +1
		}
		level[j] = scale * math.Sqrt(squares/float64(n))
		signs[j] = lo < 0 && hi > 0
	}
	highest := level[orders-3]
	if change != 0 {
		return highest, change
	}
	if lo, hi := slices.Min(values), slices.Max(values); hi/scale-lo/scale > 0.1 {
		return highest, -1
	}
	for k := 0; k+2 < orders; k++ {
		three := level[k : k+3]
		if signs[k] && slices.Max(three) <= 4*slices.Min(three) {
			return level[k], 0
		}
	}
	return highest, -1
}

// dividedDifference returns the divided difference of the values at the points
// t relative to scale, so that of values of noise ε·scale it has the noise ε.
func dividedDifference(t, values []float64, scale float64) float64 {
	sum, squares := 0.0, 0.0
	for k := range t {
		weight := 1.0
		for m := range t {
			if m != k {
				weight /= t[k] - t[m]
			}
		}
		// Differences to the first value are exact where the line is short.
		sum += weight * (values[k]/scale - values[0]/scale)
		squares += weight * weight
	}
	return sum / math.Sqrt(squares)
}

// grain returns the spacing of the grid that the values lie on, 0 where there is
// none: a loss that was rounded to a few digits, or one that moves by steps. Its
// noise is that of rounding, the spacing over √12.
func grain(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	least, equal, levels := math.Inf(1), 0, 1
	for i, v := range sorted[1:] {
		if d := v - sorted[i]; d > 0 {
			least = min(least, d)
			levels++
		} else {
			equal++
		}
	}
	size := max(math.Abs(sorted[0]), math.Abs(sorted[len(sorted)-1]))
	if math.IsInf(least, 1) || least < 64*doubleRoundoff*size {
		return 0 // the grid of float64 itself
	}
	if levels < 3 {
		return 0 // one step may be the loss's own
	}
	if stairs*equal >= len(values) {
		return least
	}
	for i, v := range sorted[1:] {
		steps := (v - sorted[i]) / least
		if math.Abs(steps-math.Round(steps)) > 0.01 {
			return 0
		}
	}
	return least
}

// stairs is one over the part of the values that are equal where the loss moves by
// steps that are no regular grid.
const stairs = 4
