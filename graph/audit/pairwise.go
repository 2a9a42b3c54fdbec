package audit

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// pairwiseOp is an element-wise operation of two operands.
type pairwiseOp struct {
	op     string
	f      func(a, b *gorgonia.Node) (*gorgonia.Node, error)
	ref    func(a, b float64) float64
	code   string // of a and b; empty is gorgonia.op(%s, %s)
	low    float64
	design string
}

func compared(
	op string, f func(a, b *gorgonia.Node, same bool) (*gorgonia.Node, error), ref func(a, b float64) bool,
) pairwiseOp {
	return pairwiseOp{op: op, code: "gorgonia." + op + "(%s, %s, true)", low: -2, design: stepwise,
		f:   func(a, b *gorgonia.Node) (*gorgonia.Node, error) { return f(a, b, true) },
		ref: func(a, b float64) float64 { return truth(ref(a, b)) }}
}

var pairwiseOps = []pairwiseOp{
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
}

// written is the expression in the names of its operands.
func (p pairwiseOp) written(a, b string) string {
	if p.code != "" {
		return fmt.Sprintf(p.code, a, b)
	}
	return fmt.Sprintf("gorgonia.%s(%s, %s)", p.op, a, b)
}

func (p pairwiseOp) of(variant string, a, b Input) Case {
	return Case{Op: p.op, Variant: variant, In: []Input{a, b}, Build: binary(p.f), Code: p.written("a", "b"),
		Ref: pairs(p.ref), Design: p.design}
}

// ofShapes has operands of one shape, or one of them is a scalar.
func (p pairwiseOp) ofShapes(a, b []int) Case {
	variant := dims(a)
	if len(a) != len(b) {
		variant += ", " + dims(b)
	}
	return p.of(variant, in("a", p.low, 2, a...), in("b", p.low, 2, b...))
}

// ofItself is x∘x.
func (p pairwiseOp) ofItself(shape []int) Case {
	return Case{Op: p.op, Variant: dims(shape) + ", of x and x", In: []Input{in("x", max(p.low, 0.3), 2, shape...)},
		Code: p.written("x", "x"), Design: p.design,
		Ref:   func(in []Array) Array { return pairs(p.ref)([]Array{in[0], in[0]}) },
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return p.f(in[0], in[0]) }}
}

// ofConstant has a constant on the left or on the right.
func (p pairwiseOp) ofConstant(left bool, shape, of []int) Case {
	a, b := in("a", p.low, 2, shape...), in("b", p.low, 2, of...)
	if left {
		a.Constant = true
	} else {
		b.Constant = true
	}
	side := map[bool]string{true: "left", false: "right"}[left]
	return p.of(fmt.Sprintf("%s, %s, the %s one constant", dims(shape), dims(of), side), a, b)
}

func pairwise() []Case {
	var cases []Case
	for _, p := range pairwiseOps {
		for _, s := range everyRank {
			cases = append(cases, p.ofShapes(s, s))
		}
		for _, s := range [][]int{{4}, {2, 3}, {2, 3, 2}} {
			cases = append(cases, p.ofShapes(s, nil), p.ofShapes(nil, s))
		}
		for _, s := range [][]int{{}, {2, 3}} {
			cases = append(cases, p.ofItself(s))
		}
		for _, left := range []bool{true, false} {
			cases = append(cases, p.ofConstant(left, []int{2, 3}, []int{2, 3}))
		}
		cases = append(cases, p.ofConstant(true, nil, []int{2, 3}), p.ofConstant(false, []int{2, 3}, nil))
		if p.op == "MinBetween" || p.op == "MaxBetween" {
			cases = append(cases, p.of("2, at a tie", given("a", []float64{0.5, 1}, 2), given("b", []float64{0.5, 0}, 2)))
		}
	}
	return cases
}

// power is Pow with a constant exponent, which has rules of its own.
func power(exponent float64, shape []int) Case {
	low := 0.4
	if exponent >= 1 && exponent == math.Trunc(exponent) {
		low = -2
	}
	return Case{Op: "Pow", Variant: fmt.Sprintf("%s to the constant %v", dims(shape), exponent),
		In:   []Input{in("x", low, 2, shape...)},
		Code: fmt.Sprintf("gorgonia.Pow(x, gorgonia.NewConstant(float64(%v)))", exponent),
		Ref:  each(func(x float64) float64 { return math.Pow(x, exponent) }),
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			return gorgonia.Pow(in[0], constant(in[0], exponent))
		}}
}

var exponents = []float64{2, 3, 0.5, -1, 1, 0, 2.5}

func powers() []Case {
	var cases []Case
	for _, exponent := range exponents {
		for _, s := range [][]int{{}, {4}, {2, 3}} {
			cases = append(cases, power(exponent, s))
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
