package main

import (
	"fmt"
	"math"
	"math/big"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// constants holds those already written, each in all lanes of a Group.
var constants = map[string]Mem{}

// bitsConst returns the constant with the given bits in all lanes.
func bitsConst(name string, bits uint64) Mem {
	if m, ok := constants[name]; ok {
		return m
	}
	m := GLOBL(name, RODATA|NOPTR)
	for lane := range groupBytes / 8 {
		DATA(8*lane, U64(bits))
	}
	constants[name] = m
	return m
}

func floatConst(name string, v float64) Mem { return bitsConst(name, math.Float64bits(v)) }

// number returns a constant in all lanes: from the register it was kept in, or
// from memory.
func (i isa) number(name string, v float64) Op {
	if r, ok := i.kept[name]; ok {
		return r
	}
	return floatConst(name, v)
}

// keep keeps the numbers that exp needs in registers, where there are 32.
func (i isa) keep() isa {
	if i.parts > 1 {
		return i
	}
	i.kept = map[string]reg.VecVirtual{}
	for _, c := range expNumbers() {
		r := i.vec()
		VMOVUPD(floatConst(c.name, c.value), r)
		i.kept[c.name] = r
	}
	return i
}

type namedNumber struct {
	name  string
	value float64
}

// expNumbers returns the constants of expParts.
func expNumbers() []namedNumber {
	ln2 := ln2Big()
	hi, _ := ln2.Float64()
	lo, _ := new(big.Float).Sub(ln2, big.NewFloat(hi)).Float64()
	numbers := []namedNumber{
		{"expLow", expLow},
		// Adding 1.5·2⁵² rounds to a whole number and leaves it in the lowest
		// bits; 1023 more make it the exponent of 2ᵏ.
		{"magic", 0x1.8p52 + 1023},
		{"log2e", math.Log2E},
		{"minusLn2Hi", -hi},
		{"minusLn2Lo", -lo},
	}
	for d, c := range expCoefficients() {
		numbers = append(numbers, namedNumber{fmt.Sprintf("exp%d", d), c})
	}
	return numbers
}

const (
	// expDegree is the degree of the polynomial for (eʳ − 1 − r)/r², |r| ≤ ln2/2:
	// the least whose error, below 2e-17, does not count beside the rounding.
	expDegree = 9
	// expLow is where exp stops falling: e⁻⁷⁰⁸ is the last power of e, by whole
	// numbers, that is still a normal float64.
	expLow = -708
)

// expParts returns s = 2ᵏ and y = eʳ − 1 with eˣ = s + s·y, for x of at most
// 708; x is clamped at expLow and overwritten. NaN makes y NaN.
//
// x = k·ln2 + r with |r| ≤ ln2/2, as in Tang, "Table-driven implementation of
// the exponential function", ACM TOMS 15 (1989), without the table.
func (i isa) expParts(xs []reg.VecVirtual) (s, y []reg.VecVirtual) {
	c := map[string]Op{}
	for _, n := range expNumbers() {
		c[n.name] = i.number(n.name, n.value)
	}
	// Step by step for all of them: one after the other, the steps of one would
	// wait for each other longer than the processor looks ahead. A number is
	// loaded once for all.
	loaded := func(name string) Op {
		if _, ok := c[name].(Mem); !ok {
			return c[name]
		}
		r := i.vec()
		VMOVUPD(c[name], r)
		return r
	}
	s, q := make([]reg.VecVirtual, len(xs)), make([]reg.VecVirtual, len(xs))
	low := loaded("expLow").(reg.VecVirtual)
	for _, r := range xs {
		VMAXPD(r, low, r)
	}
	magic, log2e := loaded("magic"), loaded("log2e")
	for p, r := range xs {
		s[p] = i.vec()
		VMOVUPD(magic, s[p])
		VFMADD231PD(log2e, r, s[p])
	}
	ln2Hi, ln2Lo := loaded("minusLn2Hi"), loaded("minusLn2Lo")
	for p, r := range xs {
		k := i.vec()
		VSUBPD(magic, s[p], k)
		VFMADD231PD(ln2Hi, k, r)
		VFMADD231PD(ln2Lo, k, r)
		VPSLLQ(U8(52), s[p], s[p])
	}
	last := loaded(fmt.Sprintf("exp%d", expDegree))
	for p := range xs {
		q[p] = i.vec()
		VMOVUPD(last, q[p])
	}
	for d := expDegree - 1; d >= 0; d-- {
		number := loaded(fmt.Sprintf("exp%d", d))
		for p, r := range xs {
			VFMADD213PD(number, r, q[p])
		}
	}
	for p, r := range xs {
		r2 := i.vec()
		VMULPD(r, r, r2)
		VFMADD213PD(r, r2, q[p])
	}
	return s, q
}

// exp returns eˣ; it overwrites x.
func (i isa) exp(x []reg.VecVirtual) []reg.VecVirtual {
	s, y := i.expParts(x)
	for p := range y {
		VFMADD213PD(s[p], s[p], y[p])
	}
	return y
}

// sigmoid replaces x by 1/(1 + e⁻ˣ).
func (i isa) sigmoid(x []reg.VecVirtual) {
	for p := range x {
		VXORPD(bitsConst("sign", 1<<63), x[p], x[p])
		top := i.vec()
		VMOVUPD(floatConst("expHigh", -expLow), top)
		VMINPD(x[p], top, x[p])
	}
	s, y := i.expParts(x)
	for p := range x {
		one := i.vec()
		VMOVUPD(floatConst("one", 1), one)
		VFMADD213PD(s[p], s[p], y[p])
		VADDPD(one, y[p], y[p])
		VDIVPD(y[p], one, x[p])
	}
}

// tanh replaces x by (1 − e)/(1 + e) with e = exp(−2|x|) and x's sign. With
// e = s + s·y, the numerator (1 − s) − s·y keeps its digits near 0, where it
// is −y.
func (i isa) tanh(x []reg.VecVirtual) {
	var sign, twice []reg.VecVirtual
	for p := range x {
		g, t := i.vec(), i.vec()
		VANDPD(bitsConst("sign", 1<<63), x[p], g)
		VORPD(bitsConst("sign", 1<<63), x[p], t) // −|x|
		VADDPD(t, t, t)
		sign, twice = append(sign, g), append(twice, t)
	}
	s, y := i.expParts(twice)
	for p := range x {
		num, den := i.vec(), i.vec()
		VMOVUPD(floatConst("one", 1), num)
		VADDPD(s[p], num, den)
		VSUBPD(s[p], num, num)
		VFNMADD231PD(s[p], y[p], num)
		VFMADD231PD(s[p], y[p], den)
		VDIVPD(den, num, num)
		VORPD(sign[p], num, x[p])
	}
}

// log replaces x by ln x, for positive, normal x or NaN.
//
// x = 2ᵏ·m with √½ ≤ m < √2, and ln m from s = (m−1)/(m+1): the method and the
// coefficients of FreeBSD's e_log.c, as in Go's math.Log.
func (i isa) log(x reg.VecVirtual) {
	const (
		one      = 0x3ff0000000000000
		sqrtHalf = 0x3fe6a09e667f3bcd
		mantissa = 1<<52 - 1
		power52  = 0x4330000000000000 // 2⁵²
	)
	t, k, nan := i.vec(), i.vec(), i.vec()
	VSUBPD(x, x, nan) // 0, or NaN
	VPADDQ(bitsConst("oneOverSqrtHalf", one-sqrtHalf), x, t)
	VPSRLQ(U8(52), t, k)
	VORPD(bitsConst("power52", power52), k, k)
	VSUBPD(floatConst("power52Bias", 0x1p52+1023), k, k)
	m := t
	VANDPD(bitsConst("mantissa", mantissa), t, m)
	VPADDQ(bitsConst("sqrtHalf", sqrtHalf), m, m)

	f, s, z, r, half := m, i.vec(), i.vec(), i.vec(), i.vec()
	VSUBPD(floatConst("one", 1), m, f)
	VADDPD(floatConst("two", 2), f, s)
	VDIVPD(s, f, s)
	VMULPD(s, s, z)
	VMULPD(f, f, half)
	VMULPD(floatConst("half", 0.5), half, half)
	coefficients := []float64{
		6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01, 2.222219843214978396e-01,
		1.818357216161805012e-01, 1.531383769920937332e-01, 1.479819860511658591e-01,
	}
	last := len(coefficients) - 1
	VMOVUPD(floatConst(fmt.Sprintf("log%d", last), coefficients[last]), r)
	for d := last - 1; d >= 0; d-- {
		VFMADD213PD(floatConst(fmt.Sprintf("log%d", d), coefficients[d]), z, r)
	}
	VFMADD213PD(half, z, r) // f²/2 + R
	VMULPD(s, r, r)
	VFMADD231PD(floatConst("logLn2Lo", 1.90821492927058770002e-10), k, r)
	VSUBPD(r, half, half)
	VSUBPD(f, half, half)
	VFMSUB213PD(half, constVec(i, "logLn2Hi", 6.93147180369123816490e-01), k)
	VADDPD(nan, k, x)
}

func constVec(i isa, name string, v float64) reg.VecVirtual {
	r := i.vec()
	VMOVUPD(floatConst(name, v), r)
	return r
}

const precision = 200 // bits

// ln2Big returns ln 2 = Σ 1/(n·2ⁿ).
func ln2Big() *big.Float {
	sum, power := number(0), number(1)
	for n := 1; n < precision; n++ {
		power.Quo(power, number(2))
		sum.Add(sum, new(big.Float).Quo(power, number(float64(n))))
	}
	return sum
}

// expCoefficients returns the polynomial that interpolates (eʳ − 1 − r)/r² in
// the Chebyshev points of |r| ≤ ln2/2, lowest power first.
func expCoefficients() []float64 {
	const n = expDegree + 1
	var x, table, poly [n]*big.Float
	for j := range n {
		x[j] = number(math.Ln2 / 2 * math.Cos(math.Pi*(float64(j)+0.5)/n))
		// Σ rᵏ/(k+2)!
		sum, term := number(0), number(0.5)
		for k := 1; k < 60; k++ {
			sum.Add(sum, term)
			term = new(big.Float).Mul(term, x[j])
			term.Quo(term, number(float64(k+2)))
		}
		table[j] = sum
		poly[j] = number(0)
	}
	// Newton's divided differences, then his form multiplied out.
	for order := 1; order < n; order++ {
		for j := n - 1; j >= order; j-- {
			d := new(big.Float).Sub(table[j], table[j-1])
			table[j] = d.Quo(d, new(big.Float).Sub(x[j], x[j-order]))
		}
	}
	for j := n - 1; j >= 0; j-- {
		for d := n - 1; d >= 0; d-- { // poly·(r − x[j]) + table[j]
			next := number(0)
			if d > 0 {
				next.Set(poly[d-1])
			}
			poly[d] = next.Sub(next, new(big.Float).Mul(poly[d], x[j]))
		}
		poly[0].Add(poly[0], table[j])
	}
	c := make([]float64, n)
	for d := range c {
		c[d], _ = poly[d].Float64()
	}
	return c
}

func number(v float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(v) }
