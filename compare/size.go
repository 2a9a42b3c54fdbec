package compare

import "math"

// size is what a move of an element is relative to: 1 for small ones.
func size(x float64) float64 { return max(1, math.Abs(x)) }

// meanSize returns the mean magnitude of the elements that are not 0.
func meanSize(x []float64) float64 {
	n, mean := 0.0, 0.0
	for _, v := range x {
		if v != 0 {
			n++
			mean += (math.Abs(v) - mean) / n
		}
	}
	return mean
}

// largestOf returns the largest magnitude.
func largestOf(g []float64) float64 {
	most := 0.0
	for _, v := range g {
		most = max(most, math.Abs(v))
	}
	return most
}
