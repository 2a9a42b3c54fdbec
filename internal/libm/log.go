// Package libm has the natural logarithm of the GNU C library, bit for bit.
//
// NumPy's normal draws go through the C library's log, and Go's math.Log
// rounds differently in about one result of thirty.
package libm

import "math"

const (
	ln2Hi = 0x1.62e42fefa38p-1 // ln 2, the first bits: times an exponent it is exact
	ln2Lo = 0x1.ef35793c7673p-45

	tableStart = 0x3fe6000000000000 // the bits of 0.6875
	tableBits  = 7

	nearOneFrom = 0x3fee000000000000 // the bits of 1 − 2⁻⁴
	nearOneTo   = 0x3ff1090000000000 // the bits of 1 + 0x1.09p-4
)

// Log returns the natural logarithm of x as glibc 2.28 and later compute it on
// a processor with fused multiply-add: ln x = k·ln 2 + ln c + ln(z/c), with
// x = 2ᵏz, c from a table and a polynomial for the rest. The method and its
// constants are those of Arm's Optimized Routines. x must be positive and
// normal; other arguments get math.Log's answer.
func Log(x float64) float64 {
	bits := math.Float64bits(x)
	if bits < 0x0010000000000000 || bits >= 0x7ff0000000000000 {
		return math.Log(x)
	}
	if bits >= nearOneFrom && bits < nearOneTo {
		return logNearOne(x - 1)
	}
	offset := bits - tableStart
	entry := logTable[offset>>(52-tableBits)%(1<<tableBits)]
	k := float64(int64(offset) >> 52)
	z := math.Float64frombits(bits - offset&(0xfff<<52))
	r := math.FMA(z, entry[0], -1)
	head := math.FMA(k, ln2Hi, entry[1])
	hi := head + r
	lo := math.FMA(k, ln2Lo, head-hi+r)
	r2 := r * r
	p := math.FMA(r2, math.FMA(r, logPoly[4], logPoly[3]), math.FMA(r, logPoly[2], logPoly[1]))
	return math.FMA(r*r2, p, math.FMA(r2, logPoly[0], lo)) + hi
}

// logNearOne returns ln(1 + r) where the table would lose the small result's
// last digits.
func logNearOne(r float64) float64 {
	if r == 0 {
		return 0
	}
	b := &nearOnePoly
	r2 := r * r
	r3 := r * r2
	three := func(i int) float64 { return math.FMA(r2, b[i+2], math.FMA(r, b[i+1], b[i])) }
	p := math.FMA(r3, math.FMA(r3, math.FMA(r3, b[10], three(7)), three(4)), three(1))
	// −r²/2 in two parts, the first exact.
	w := r * (1 << 27)
	rHi := r + w - w
	rLo := r - rHi
	w = float64(rHi*rHi) * b[0]
	hi := r + w
	lo := r - hi + w
	lo = math.FMA(b[0]*rLo, rHi+r, lo)
	return math.FMA(r3, p, lo) + hi
}

// logPoly approximates ln(1+r) − r for |r| < 2⁻⁷, over r².
var logPoly = [5]float64{
	-0x1.0000000000001p-1, 0x1.555555551305bp-2, -0x1.fffffffeb459p-3,
	0x1.999b324f10111p-3, -0x1.55575e506c89fp-3,
}

// nearOnePoly approximates ln(1+r) − r for −2⁻⁴ ≤ r < 0x1.09p-4, over r².
var nearOnePoly = [11]float64{
	-0.5, 0x1.5555555555577p-2, -0x1.ffffffffffdcbp-3, 0x1.999999995dd0cp-3,
	-0x1.55555556745a7p-3, 0x1.24924a344de3p-3, -0x1.fffffa4423d65p-4,
	0x1.c7184282ad6cap-4, -0x1.999eb43b068ffp-4, 0x1.78182f7afd085p-4,
	-0x1.5521375d145cdp-4,
}
