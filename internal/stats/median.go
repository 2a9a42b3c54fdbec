// Package stats summarises measured values.
package stats

import (
	"math"
	"slices"
)

// Median returns the median, NaN of nothing. It leaves x as it is.
func Median(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(x))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}
