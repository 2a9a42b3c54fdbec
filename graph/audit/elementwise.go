package audit

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph/internal/memory"
)

type nodeError = func(in gorgonia.Nodes) (*gorgonia.Node, error)

// in makes an input drawn from [low, high).
func in(name string, low, high float64, shape ...int) Input {
	return Input{Name: name, Shape: shape, Low: low, High: high}
}

// given makes an input of these values.
func given(name string, values []float64, shape ...int) Input {
	return Input{Name: name, Shape: shape, Values: values}
}

func unary(f func(*gorgonia.Node) (*gorgonia.Node, error)) nodeError {
	return func(in gorgonia.Nodes) (*gorgonia.Node, error) { return f(in[0]) }
}

func binary(f func(a, b *gorgonia.Node) (*gorgonia.Node, error)) nodeError {
	return func(in gorgonia.Nodes) (*gorgonia.Node, error) { return f(in[0], in[1]) }
}

// stepwise is why a function that is constant between its jumps has no
// gradient.
const stepwise = "a step function"

// everyRank are the shapes of elementwise operations.
var everyRank = [][]int{{}, {4}, {1, 3}, {3, 1}, {2, 3}, {2, 3, 2}, {2, 1, 3, 2}, {2, 1, 2, 1, 3}}

// unaryOp is an element-wise operation of one operand.
type unaryOp struct {
	op        string
	f         func(*gorgonia.Node) (*gorgonia.Node, error)
	ref       func(float64) float64
	low, high float64
	kink      bool // continuous at 0, and without a derivative there
	design    string
	code      string // empty is gorgonia.op(x)
}

var unaryOps = []unaryOp{
	{op: "Abs", f: gorgonia.Abs, ref: math.Abs, low: -2, high: 2, kink: true},
	{op: "Sign", f: gorgonia.Sign, ref: func(x float64) float64 { return math.Copysign(1, x) },
		low: -2, high: 2, design: stepwise},
	{op: "Ceil", f: gorgonia.Ceil, ref: math.Ceil, low: -2, high: 2, design: stepwise},
	{op: "Floor", f: gorgonia.Floor, ref: math.Floor, low: -2, high: 2, design: stepwise},
	{op: "Sin", f: gorgonia.Sin, ref: math.Sin, low: -3, high: 3},
	{op: "Cos", f: gorgonia.Cos, ref: math.Cos, low: -3, high: 3},
	{op: "Exp", f: gorgonia.Exp, ref: math.Exp, low: -2, high: 2},
	{op: "Log", f: gorgonia.Log, ref: math.Log, low: 0.3, high: 3},
	{op: "Log2", f: gorgonia.Log2, ref: math.Log2, low: 0.3, high: 3},
	{op: "Neg", f: gorgonia.Neg, ref: func(x float64) float64 { return -x }, low: -2, high: 2},
	{op: "Square", f: gorgonia.Square, ref: func(x float64) float64 { return x * x }, low: -2, high: 2},
	{op: "Sqrt", f: gorgonia.Sqrt, ref: math.Sqrt, low: 0.3, high: 3},
	{op: "Inverse", f: gorgonia.Inverse, ref: func(x float64) float64 { return 1 / x }, low: 0.4, high: 3},
	{op: "InverseSqrt", f: gorgonia.InverseSqrt, ref: func(x float64) float64 { return 1 / math.Sqrt(x) }, low: 0.4,
		high: 3},
	{op: "Cube", f: gorgonia.Cube, ref: func(x float64) float64 { return x * x * x }, low: -2, high: 2},
	{op: "Tanh", f: gorgonia.Tanh, ref: math.Tanh, low: -2, high: 2},
	{op: "Sigmoid", f: gorgonia.Sigmoid, ref: sigmoid, low: -3, high: 3},
	{op: "Log1p", f: gorgonia.Log1p, ref: math.Log1p, low: -0.6, high: 2},
	{op: "Expm1", f: gorgonia.Expm1, ref: math.Expm1, low: -2, high: 2},
	{op: "Softplus", f: gorgonia.Softplus, ref: softplus, low: -3, high: 3},
	{op: "Mish", f: gorgonia.Mish, ref: func(x float64) float64 { return x * math.Tanh(softplus(x)) }, low: -3, high: 3},
	{op: "Rectify", f: gorgonia.Rectify, ref: func(x float64) float64 { return math.Max(x, 0) },
		low: -2, high: 2, kink: true},
	{op: "LeakyRelu", f: func(x *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.LeakyRelu(x, 0.1) }, low: -2,
		high: 2, kink: true,
		ref: func(x float64) float64 { return math.Max(x, 0) + 0.1*math.Min(x, 0) }, code: "gorgonia.LeakyRelu(x, 0.1)"},
}

func (u unaryOp) of(variant string, x Input) Case {
	code := u.code
	if code == "" {
		code = "gorgonia." + u.op + "(x)"
	}
	return Case{Op: u.op, Variant: variant, In: []Input{x}, Build: unary(u.f), Code: code,
		Ref: each(u.ref), Design: u.design}
}

func (u unaryOp) ofShape(shape []int) Case {
	return u.of(dims(shape), in("x", u.low, u.high, shape...))
}

func elementwise() []Case {
	var cases []Case
	for _, u := range unaryOps {
		for _, shape := range everyRank {
			cases = append(cases, u.ofShape(shape))
		}
		if u.kink {
			cases = append(cases, u.of("2, at the kink", given("x", []float64{0, 0.7}, 2)))
		}
		switch u.op {
		case "Softplus":
			u.ref = func(x float64) float64 { return math.Max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }
			cases = append(cases, u.of("4, large", given("x", []float64{-40, -20, 20, 40}, 4)))
		case "Sigmoid":
			cases = append(cases, u.of("4, large", given("x", []float64{-12, -8, 8, 12}, 4)))
		}
	}
	cases = append(cases, conversions()...)
	cases = append(cases, pairwise()...)
	cases = append(cases, powers()...)
	return append(cases, broadcasts()...)
}

// dtypes are those that a tensor of numbers can have.
var dtypes = []tensor.Dtype{tensor.Float64, tensor.Float32, tensor.Int, tensor.Int64, tensor.Int32, tensor.Uint8}

// conversions are those of ConvType from every type and to every type.
func conversions() []Case {
	var cases []Case
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

func conversion(from, to tensor.Dtype, shape []int) Case {
	x := in("x", 0, 4, shape...)
	x.Type = from.String()
	c := Case{Op: "ConvType", Variant: fmt.Sprintf("%s, %v to %v", dims(shape), from, to), In: []Input{x},
		Code: fmt.Sprintf("gorgonia.ConvType(x, tensor.%s, tensor.%s)", exported(from), exported(to)),
		Ref:  each(func(x float64) float64 { return x }), Single: from == tensor.Float32 || to == tensor.Float32,
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			return gorgonia.ConvType(in[0], from, to)
		}}
	switch {
	case !memory.IsFloat(to):
		c.Design = "rounds"
		c.Ref = each(math.Trunc)
	case !memory.IsFloat(from):
		c.Design = "of integers"
		c.Ref = each(math.Trunc)
	}
	return c
}
