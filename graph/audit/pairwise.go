package audit

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"
)

// binaryOp is an element-wise operation of two operands: of one shape, or of two
// that broadcast, where f also takes the axes along which each is repeated.
type binaryOp struct {
	f      any
	ref    func(a, b float64) float64
	low    float64
	design string
	same   []any // what a comparison also takes: true, for numbers in place of booleans
}

func compared(f any, ref func(a, b float64) bool) binaryOp {
	return binaryOp{f, func(a, b float64) float64 { return truth(ref(a, b)) }, -2, stepwise, []any{true}}
}

var pairwiseOps = []binaryOp{
	{f: gorgonia.Add, ref: plus, low: -2},
	{f: gorgonia.Sub, ref: minus, low: -2},
	{f: gorgonia.HadamardProd, ref: times, low: -2},
	{f: gorgonia.HadamardDiv, ref: over, low: 0.5},
	{f: gorgonia.Div, ref: over, low: 0.5},
	{f: gorgonia.Pow, ref: math.Pow, low: 0.5},
	{f: gorgonia.MinBetween, ref: math.Min, low: -2},
	{f: gorgonia.MaxBetween, ref: math.Max, low: -2},
	compared(gorgonia.Lt, func(a, b float64) bool { return a < b }),
	compared(gorgonia.Lte, func(a, b float64) bool { return a <= b }),
	compared(gorgonia.Gt, func(a, b float64) bool { return a > b }),
	compared(gorgonia.Gte, func(a, b float64) bool { return a >= b }),
	compared(gorgonia.Eq, func(a, b float64) bool { return a == b }),
	compared(gorgonia.Ne, func(a, b float64) bool { return a != b }),
}

func (p binaryOp) of(variant string, a, b input) testCase {
	return op(variant, pairs(p.ref), p.f, append([]any{a, b}, p.same...)...).without(p.design)
}

// ofShapes is the case of two operands of one shape, or of a tensor and a scalar.
func (p binaryOp) ofShapes(a, b []int) testCase {
	variant := dims(a)
	if len(a) != len(b) {
		variant += ", " + dims(b)
	}
	return p.of(variant, in("a", p.low, 2, a...), in("b", p.low, 2, b...))
}

// ofItself is the case of x and x.
func (p binaryOp) ofItself(shape []int) testCase {
	p.low = max(p.low, 0.3)
	return p.ofShapes(shape, shape).ofItself()
}

// ofConstant is the case with a constant on the left or on the right.
func (p binaryOp) ofConstant(left bool, shape, of []int) testCase {
	a, b := in("a", p.low, 2, shape...), in("b", p.low, 2, of...)
	a.Constant, b.Constant = left, !left
	side := map[bool]string{true: "left", false: "right"}[left]
	return p.of(fmt.Sprintf("%s, %s, the %s one constant", dims(shape), dims(of), side), a, b)
}

func pairwise() (cases []testCase) {
	for _, p := range pairwiseOps {
		for _, s := range everyRank {
			cases = append(cases, p.ofShapes(s, s))
		}
		for _, s := range [][]int{{4}, {2, 3}, {2, 3, 2}} {
			cases = append(cases, p.ofShapes(s, nil), p.ofShapes(nil, s))
		}
		scalar, matrix := []int{}, []int{2, 3}
		cases = append(cases, p.ofItself(scalar), p.ofItself(matrix), p.ofConstant(true, matrix, matrix),
			p.ofConstant(false, matrix, matrix), p.ofConstant(true, nil, matrix), p.ofConstant(false, matrix, nil))
		if op := name(p.f); op == "MinBetween" || op == "MaxBetween" {
			cases = append(cases, p.of("2, at a tie", given("a", []float64{0.5, 1}, 2), given("b", []float64{0.5, 0}, 2)))
		}
	}
	return cases
}

// power is Pow with a constant exponent, which has rules of its own.
func power(exponent float64, shape []int) testCase {
	low := 0.4
	if exponent >= 1 && exponent == math.Trunc(exponent) {
		low = -2
	}
	return op(fmt.Sprintf("%s to the constant %v", dims(shape), exponent),
		each(func(x float64) float64 { return math.Pow(x, exponent) }),
		gorgonia.Pow, in("x", low, 2, shape...), number(exponent))
}

var exponents = []float64{2, 3, 0.5, -1, 1, 0, 2.5}

func powers() (cases []testCase) {
	for _, exponent := range exponents {
		for _, s := range [][]int{{}, {4}, {2, 3}} {
			cases = append(cases, power(exponent, s))
		}
	}
	return cases
}
