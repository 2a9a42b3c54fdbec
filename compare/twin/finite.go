package twin

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

func isNotFinite(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }

// firstNotFinite returns the index of the first element that is NaN or
// infinite, −1 when none is.
func firstNotFinite(x []float64) int {
	// gonum's sum takes a quarter of the loop's time, and hides neither NaN nor
	// an infinity; only a sum that overflows has the loop look in vain.
	if !isNotFinite(floats.Sum(x)) {
		return -1
	}
	for i, v := range x {
		if isNotFinite(v) {
			return i
		}
	}
	return -1
}

// finite returns the largest number for NaN and infinities, which JSON cannot
// represent.
func finite(x float64) float64 {
	if isNotFinite(x) {
		return math.MaxFloat64
	}
	return x
}
