package compare

import "math"

func isNotFinite(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }

// firstNotFinite returns the place of the first NaN or infinity, −1 without one.
func firstNotFinite(list []float64) int {
	for i, x := range list {
		if isNotFinite(x) {
			return i
		}
	}
	return -1
}

// finite keeps NaN and infinities, which JSON cannot represent, out of a report.
func finite(x float64) float64 {
	if isNotFinite(x) {
		return math.MaxFloat64
	}
	return x
}
