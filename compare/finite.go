package compare

import "slices"

// firstNotFinite returns the index of the first element that is NaN or
// infinite, −1 when none is.
func firstNotFinite(x []float64) int { return slices.IndexFunc(x, isNotFinite) }
