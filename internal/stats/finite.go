package stats

import (
	"encoding/json"
	"math"

	"gonum.org/v1/gonum/floats"
)

// IsNotFinite reports whether x is NaN or an infinity.
func IsNotFinite(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }

// FirstNotFinite returns the index of the first element that is NaN or infinite,
// −1 where none is.
func FirstNotFinite(x []float64) int {
	// gonum's sum takes a quarter of the loop's time, and hides neither NaN nor
	// an infinity; only a sum that overflows has the loop look in vain.
	if !IsNotFinite(floats.Sum(x)) {
		return -1
	}
	for i, v := range x {
		if IsNotFinite(v) {
			return i
		}
	}
	return -1
}

// Finite returns the largest number in place of NaN and infinities, which JSON
// cannot represent.
func Finite(x float64) float64 {
	if IsNotFinite(x) {
		return math.MaxFloat64
	}
	return x
}

// Nullable is a number that is null in JSON where it is not finite.
type Nullable float64

// MarshalJSON implements json.Marshaler.
func (n Nullable) MarshalJSON() ([]byte, error) {
	if IsNotFinite(float64(n)) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}
