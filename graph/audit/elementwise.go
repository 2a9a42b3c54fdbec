package audit

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph/internal/memory"
)

// stepwise is the reason why a function that is constant between jumps has no
// gradient.
const stepwise = "a step function"

// everyRank are the shapes of elementwise operations.
var everyRank = [][]int{{}, {4}, {1, 3}, {3, 1}, {2, 3}, {2, 3, 2}, {2, 1, 3, 2}, {2, 1, 2, 1, 3}}

// unaryOp is an element-wise operation of one operand.
type unaryOp struct {
	f         any
	ref       func(float64) float64
	low, high float64
	design    string
	setting   []any // what f takes besides the operand
}

var unaryOps = []unaryOp{
	{f: gorgonia.Abs, ref: math.Abs, low: -2, high: 2},
	{f: gorgonia.Sign, ref: func(x float64) float64 { return math.Copysign(1, x) }, low: -2, high: 2, design: stepwise},
	{f: gorgonia.Ceil, ref: math.Ceil, low: -2, high: 2, design: stepwise},
	{f: gorgonia.Floor, ref: math.Floor, low: -2, high: 2, design: stepwise},
	{f: gorgonia.Sin, ref: math.Sin, low: -3, high: 3},
	{f: gorgonia.Cos, ref: math.Cos, low: -3, high: 3},
	{f: gorgonia.Exp, ref: math.Exp, low: -2, high: 2},
	{f: gorgonia.Log, ref: math.Log, low: 0.3, high: 3},
	{f: gorgonia.Log2, ref: math.Log2, low: 0.3, high: 3},
	{f: gorgonia.Neg, ref: func(x float64) float64 { return -x }, low: -2, high: 2},
	{f: gorgonia.Square, ref: func(x float64) float64 { return x * x }, low: -2, high: 2},
	{f: gorgonia.Sqrt, ref: math.Sqrt, low: 0.3, high: 3},
	{f: gorgonia.Inverse, ref: func(x float64) float64 { return 1 / x }, low: 0.4, high: 3},
	{f: gorgonia.InverseSqrt, ref: func(x float64) float64 { return 1 / math.Sqrt(x) }, low: 0.4, high: 3},
	{f: gorgonia.Cube, ref: func(x float64) float64 { return x * x * x }, low: -2, high: 2},
	{f: gorgonia.Tanh, ref: math.Tanh, low: -2, high: 2},
	{f: gorgonia.Sigmoid, ref: sigmoid, low: -3, high: 3},
	{f: gorgonia.Log1p, ref: math.Log1p, low: -0.6, high: 2},
	{f: gorgonia.Expm1, ref: math.Expm1, low: -2, high: 2},
	{f: gorgonia.Softplus, ref: softplus, low: -3, high: 3},
	{f: gorgonia.Mish, ref: func(x float64) float64 { return x * math.Tanh(softplus(x)) }, low: -3, high: 3},
	{f: gorgonia.Rectify, ref: func(x float64) float64 { return math.Max(x, 0) }, low: -2, high: 2},
	{f: gorgonia.LeakyRelu, ref: func(x float64) float64 { return math.Max(x, 0) + 0.1*math.Min(x, 0) },
		low: -2, high: 2, setting: []any{0.1}},
}

// unary returns the operation with a function's name.
func unary(op string) (u unaryOp, ok bool) {
	for _, u := range unaryOps {
		if name(u.f) == op {
			return u, true
		}
	}
	return u, false
}

// call applies the operation to an input or another expression.
func (u unaryOp) call(x any) expression { return call(u.f, append([]any{x}, u.setting...)...) }

func (u unaryOp) of(variant string, x input) testCase {
	return newCase(variant, each(u.ref), u.call(x)).without(u.design)
}

func (u unaryOp) ofShape(shape []int) testCase {
	return u.of(dims(shape), in("x", u.low, u.high, shape...))
}

func elementwise() (cases []testCase) {
	for _, u := range unaryOps {
		for _, shape := range everyRank {
			cases = append(cases, u.ofShape(shape))
		}
		switch name(u.f) {
		case "Abs", "Rectify", "LeakyRelu":
			cases = append(cases, u.of("2, at the kink", given("x", []float64{0, 0.7}, 2)))
		case "Softplus":
			u.ref = func(x float64) float64 { return math.Max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }
			cases = append(cases, u.of("4, large", given("x", []float64{-40, -20, 20, 40}, 4)))
		case "Sigmoid":
			cases = append(cases, u.of("4, large", given("x", []float64{-12, -8, 8, 12}, 4)))
		}
	}
	return cases
}

// conversions are the cases of ConvType: from every type to every other.
func conversions() (cases []testCase) {
	for _, from := range dtypes {
		for _, to := range dtypes {
			if from == to {
				continue
			}
			cases = append(cases, conversion(from, to, []int{2, 3}))
			if memory.IsFloat(from) {
				cases = append(cases, conversion(from, to, nil))
			}
		}
	}
	return cases
}

func conversion(from, to tensor.Dtype, shape []int) testCase {
	x := in("x", 0, 4, shape...)
	x.Type = from.String()
	c := op(fmt.Sprintf("%s, %v to %v", dims(shape), from, to), each(math.Trunc), gorgonia.ConvType, x, from, to)
	c.Single = from == tensor.Float32 || to == tensor.Float32
	switch {
	case !memory.IsFloat(to):
		c.Design = "rounds"
	case !memory.IsFloat(from):
		c.Design = "of integers"
	default:
		c.Ref = each(func(x float64) float64 { return x })
	}
	return c
}
