package stats

import (
	"math"
	"strconv"
)

// RoundUp returns the smallest number of so many decimal digits that is not below
// a positive x, up to the rounding of its last digit.
func RoundUp(x float64, digits int) float64 {
	round := func(x float64) float64 {
		v, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'e', digits-1, 64), 64)
		return v
	}
	if v := round(x); v >= x {
		return v
	}
	return round(x + math.Pow(10, math.Floor(math.Log10(x))-float64(digits-1)))
}
