// Package words writes numbers and plurals as a person would.
package words

import (
	"math"
	"strconv"
	"strings"
	"time"

	"gradtwin/internal/stats"
)

// Commas writes a number with a comma at every thousand.
func Commas(v float64) string {
	s := strconv.FormatFloat(v, 'f', -1, 64)
	if len(s) > 12 { // 0.30000000000000004
		s = strconv.FormatFloat(stats.Round(v, 12), 'f', -1, 64)
	}
	whole, rest, _ := strings.Cut(s, ".")
	if rest != "" {
		rest = "." + rest
	}
	return grouped(whole) + rest
}

// Int writes an integer with a comma at every thousand.
func Int(n int) string { return grouped(strconv.Itoa(n)) }

// grouped puts a comma at every thousand of a decimal integer.
func grouped(digits string) string {
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

var superscripts = strings.NewReplacer("-", "⁻", "0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵", "6", "⁶",
	"7", "⁷", "8", "⁸", "9", "⁹")

// Number writes a value with all its digits: 0.25, 1,000, 5·10⁻⁷.
func Number(v float64) string {
	if a := math.Abs(v); v == 0 || a >= 1e-3 && a < 1e6 {
		return strings.Replace(Commas(v), "-", "−", 1)
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', -1, 64), "e")
	e, _ := strconv.Atoi(exponent)
	power := "10" + superscripts.Replace(strconv.Itoa(e))
	switch mantissa {
	case "1":
		return power
	case "-1":
		return "−" + power
	}
	return strings.Replace(mantissa, "-", "−", 1) + "·" + power
}

// Digits writes a number with n significant digits, and – where it is not
// finite.
func Digits(v float64, n int) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "–"
	}
	return Number(stats.Round(v, n))
}

// Above writes a positive number with two digits, rounded up, so that what is
// above the one that is written is above the number too.
func Above(v float64) string { return Number(stats.RoundUp(v, 2)) }

// Count writes a count and what is counted: 1 step, 1,000 steps.
func Count(n int, one, many string) string { return Int(n) + " " + Plural(n, one, many) }

// Plural returns one for 1 and many for any other count.
func Plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// Percent writes a share as a percentage with two decimals.
func Percent(share float64) string { return strconv.FormatFloat(100*share, 'f', 2, 64) + " %" }

// longest is the longest time that a time.Duration can hold, in seconds.
const longest = float64(math.MaxInt64 / int64(time.Second))

// Seconds writes a time with three significant digits, one of minutes to the second
// and one of hours to the minute, and – where it is NaN.
func Seconds(s float64) string {
	switch {
	case math.IsNaN(s):
		return "–"
	case s >= longest:
		return "centuries"
	case s >= 3600:
		return strings.TrimSuffix(time.Duration(s*float64(time.Second)).Round(time.Minute).String(), "0s")
	case s >= 60:
		return time.Duration(s * float64(time.Second)).Round(time.Second).String()
	case s >= 1:
		return Digits(s, 3) + " s"
	case s >= 1e-3:
		return Digits(1e3*s, 3) + " ms"
	default:
		return Digits(1e6*s, 3) + " µs"
	}
}

// Bytes writes an amount of memory.
func Bytes(n float64) string {
	for _, unit := range []string{"B", "KiB", "MiB"} {
		if n < 1024 {
			return Digits(n, 3) + " " + unit
		}
		n /= 1024
	}
	return Digits(n, 3) + " GiB"
}

// Shape writes the lengths of a tensor's axes, as 784×50, and () where there are none.
func Shape(shape []int) string {
	if len(shape) == 0 {
		return "()"
	}
	lengths := make([]string, len(shape))
	for axis, n := range shape {
		lengths[axis] = strconv.Itoa(n)
	}
	return strings.Join(lengths, "×")
}

// Unfollowed says what is known of the n elements that a check did not judge further:
// of each, its difference by losses disagreed; with a function's own engine, that one's
// differences disagreed or did not decide.
func Unfollowed(n int, byEngine bool) string {
	if byEngine {
		return Plural(n, "disagrees or is undecided", "disagree or are undecided")
	}
	return Plural(n, "disagrees", "disagree")
}
