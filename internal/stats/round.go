package stats

import (
	"math"
	"strconv"
)

// Round returns the number of so many decimal digits that is nearest to x.
func Round(x float64, digits int) float64 {
	v, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'e', digits-1, 64), 64) // it reads what it wrote
	return v
}

// RoundUp returns the smallest number of so many decimal digits that is not below
// a positive x, up to the rounding of its last digit.
func RoundUp(x float64, digits int) float64 {
	if v := Round(x, digits); v >= x {
		return v
	}
	return Round(x+math.Pow(10, math.Floor(math.Log10(x))-float64(digits-1)), digits)
}
