package audit

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
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
var everyRank = [][]int{{}, {4}, {1, 3}, {3, 1}, {2, 3}, {2, 3, 2}, {2, 1, 3, 2}}

func elementwise() []Case {
	var cases []Case
	for _, u := range []struct {
		op        string
		f         func(*gorgonia.Node) (*gorgonia.Node, error)
		ref       func(float64) float64
		low, high float64
		kinks     []float64 // where the function is continuous and has no derivative
		design    string
	}{
		{op: "Abs", f: gorgonia.Abs, ref: math.Abs, low: -2, high: 2, kinks: []float64{0}},
		{op: "Sign", f: gorgonia.Sign, ref: func(x float64) float64 { return math.Copysign(1, x) }, low: -2, high: 2, design: stepwise},
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
		{op: "InverseSqrt", f: gorgonia.InverseSqrt, ref: func(x float64) float64 { return 1 / math.Sqrt(x) }, low: 0.4, high: 3},
		{op: "Cube", f: gorgonia.Cube, ref: func(x float64) float64 { return x * x * x }, low: -2, high: 2},
		{op: "Tanh", f: gorgonia.Tanh, ref: math.Tanh, low: -2, high: 2},
		{op: "Sigmoid", f: gorgonia.Sigmoid, ref: sigmoid, low: -3, high: 3},
		{op: "Log1p", f: gorgonia.Log1p, ref: math.Log1p, low: -0.6, high: 2},
		{op: "Expm1", f: gorgonia.Expm1, ref: math.Expm1, low: -2, high: 2},
		{op: "Softplus", f: gorgonia.Softplus, ref: softplus, low: -3, high: 3},
		{op: "Mish", f: gorgonia.Mish, ref: func(x float64) float64 { return x * math.Tanh(softplus(x)) }, low: -3, high: 3},
		{op: "Rectify", f: gorgonia.Rectify, ref: func(x float64) float64 { return math.Max(x, 0) }, low: -2, high: 2, kinks: []float64{0}},
	} {
		add := func(variant string, x Input) {
			cases = append(cases, Case{Op: u.op, Variant: variant, In: []Input{x}, Build: unary(u.f), Code: "gorgonia." + u.op + "(x)", Ref: each(u.ref), Design: u.design})
		}
		for _, shape := range everyRank {
			add(dims(shape), in("x", u.low, u.high, shape...))
		}
		if u.kinks != nil {
			add("2, at the kink", given("x", []float64{u.kinks[0], 0.7}, 2))
		}
	}
	leaky := func(x float64) float64 { return math.Max(x, 0) + 0.1*math.Min(x, 0) }
	leakyCase := func(variant string, x Input) Case {
		return Case{Op: "LeakyRelu", Variant: variant, In: []Input{x}, Ref: each(leaky), Code: "gorgonia.LeakyRelu(x, 0.1)",
			Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return gorgonia.LeakyRelu(in[0], 0.1) }}
	}
	for _, shape := range everyRank {
		cases = append(cases, leakyCase(dims(shape), in("x", -2, 2, shape...)))
	}
	cases = append(cases, leakyCase("2, at the kink", given("x", []float64{0, 0.7}, 2)))
	cases = append(cases, Case{Op: "Softplus", Variant: "4, large", In: []Input{given("x", []float64{-40, -20, 20, 40}, 4)}, Build: unary(gorgonia.Softplus), Code: "gorgonia.Softplus(x)",
		Ref: each(func(x float64) float64 { return math.Max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) })})
	cases = append(cases, Case{Op: "Sigmoid", Variant: "4, large", In: []Input{given("x", []float64{-12, -8, 8, 12}, 4)}, Build: unary(gorgonia.Sigmoid), Code: "gorgonia.Sigmoid(x)", Ref: each(sigmoid)})
	cases = append(cases, Case{Op: "ConvType", Variant: "3, float64 to float32", In: []Input{in("x", -2, 2, 3)}, Code: "gorgonia.ConvType(x, gorgonia.Float64, gorgonia.Float32)",
		Design: "rounds", Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			return gorgonia.ConvType(in[0], tensor.Float64, tensor.Float32)
		}})
	return append(cases, pairwise()...)
}

type pairwiseOp struct {
	op     string
	f      func(a, b *gorgonia.Node) (*gorgonia.Node, error)
	ref    func(a, b float64) float64
	code   string
	low    float64
	design string
}

func compared(op string, f func(a, b *gorgonia.Node, same bool) (*gorgonia.Node, error), ref func(a, b float64) bool) pairwiseOp {
	return pairwiseOp{op: op, code: "gorgonia." + op + "(a, b, true)", low: -2, design: stepwise,
		f:   func(a, b *gorgonia.Node) (*gorgonia.Node, error) { return f(a, b, true) },
		ref: func(a, b float64) float64 { return truth(ref(a, b)) }}
}

func pairwise() []Case {
	var cases []Case
	for _, p := range []pairwiseOp{
		{op: "Add", f: gorgonia.Add, ref: func(a, b float64) float64 { return a + b }, low: -2},
		{op: "Sub", f: gorgonia.Sub, ref: func(a, b float64) float64 { return a - b }, low: -2},
		{op: "HadamardProd", f: gorgonia.HadamardProd, ref: func(a, b float64) float64 { return a * b }, low: -2},
		{op: "HadamardDiv", f: gorgonia.HadamardDiv, ref: func(a, b float64) float64 { return a / b }, low: 0.5},
		{op: "Div", f: gorgonia.Div, ref: func(a, b float64) float64 { return a / b }, low: 0.5},
		{op: "Pow", f: gorgonia.Pow, ref: math.Pow, low: 0.5},
		{op: "MinBetween", f: gorgonia.MinBetween, ref: math.Min, low: -2},
		{op: "MaxBetween", f: gorgonia.MaxBetween, ref: math.Max, low: -2},
		compared("Lt", gorgonia.Lt, func(a, b float64) bool { return a < b }),
		compared("Lte", gorgonia.Lte, func(a, b float64) bool { return a <= b }),
		compared("Gt", gorgonia.Gt, func(a, b float64) bool { return a > b }),
		compared("Gte", gorgonia.Gte, func(a, b float64) bool { return a >= b }),
		compared("Eq", gorgonia.Eq, func(a, b float64) bool { return a == b }),
		compared("Ne", gorgonia.Ne, func(a, b float64) bool { return a != b }),
	} {
		code := p.code
		if code == "" {
			code = "gorgonia." + p.op + "(a, b)"
		}
		add := func(variant string, a, b Input) {
			cases = append(cases, Case{Op: p.op, Variant: variant, In: []Input{a, b}, Build: binary(p.f), Code: code, Ref: pairs(p.ref), Design: p.design})
		}
		for _, s := range everyRank {
			add(dims(s), in("a", p.low, 2, s...), in("b", p.low, 2, s...))
		}
		for _, s := range [][]int{{4}, {2, 3}, {2, 3, 2}} {
			add(dims(s)+", scalar", in("a", p.low, 2, s...), in("b", p.low, 2))
			add("scalar, "+dims(s), in("a", p.low, 2), in("b", p.low, 2, s...))
		}
		if p.op == "MinBetween" || p.op == "MaxBetween" {
			add("2, at a tie", given("a", []float64{0.5, 1}, 2), given("b", []float64{0.5, 0}, 2))
		}
	}
	cases = append(cases, powers()...)
	return append(cases, broadcasts()...)
}

// powers are Pow with a constant exponent, which has rules of its own.
func powers() []Case {
	var cases []Case
	for _, p := range []struct {
		exponent  float64
		low, high float64
	}{{2, -2, 2}, {3, -2, 2}, {0.5, 0.4, 2}, {-1, 0.4, 2}, {1, -2, 2}, {0, 0.4, 2}, {2.5, 0.4, 2}} {
		for _, s := range [][]int{{}, {4}, {2, 3}} {
			cases = append(cases, Case{Op: "Pow", Variant: fmt.Sprintf("%s to the constant %v", dims(s), p.exponent), In: []Input{in("x", p.low, p.high, s...)},
				Code: fmt.Sprintf("gorgonia.Pow(x, gorgonia.NewConstant(float64(%v)))", p.exponent), Ref: each(func(x float64) float64 { return math.Pow(x, p.exponent) }),
				Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
					return gorgonia.Pow(in[0], constant(in[0], p.exponent))
				}})
		}
	}
	return cases
}

// constant makes a constant of the type of n.
func constant(n *gorgonia.Node, x float64) *gorgonia.Node {
	if n.Dtype() == tensor.Float32 {
		return gorgonia.NewConstant(float32(x))
	}
	return gorgonia.NewConstant(x)
}
