package audit

import (
	"fmt"
	"math"
	"strings"

	"gorgonia.org/gorgonia"
)

// patterns are the broadcasts: the operand with dimensions of 1 is repeated
// along the axes given. Short shapes are those with fewer dimensions.
var patterns = []pattern{
	{a: []int{2, 3}, b: []int{1, 3}, right: []byte{0}},
	{a: []int{2, 3}, b: []int{2, 1}, right: []byte{1}},
	{a: []int{2, 3}, b: []int{1, 1}, right: []byte{0, 1}},
	{a: []int{1, 3}, b: []int{2, 3}, left: []byte{0}},
	{a: []int{2, 1}, b: []int{2, 3}, left: []byte{1}},
	{a: []int{2, 1}, b: []int{1, 3}, left: []byte{1}, right: []byte{0}},
	{a: []int{2, 3}, b: []int{3}, right: []byte{0}},
	{a: []int{3}, b: []int{2, 3}, left: []byte{0}},
	{a: []int{2, 3, 2}, b: []int{1, 3, 2}, right: []byte{0}},
	{a: []int{2, 3, 2}, b: []int{2, 1, 2}, right: []byte{1}},
	{a: []int{2, 3, 2}, b: []int{2, 3, 1}, right: []byte{2}},
	{a: []int{2, 3, 2}, b: []int{1, 3, 1}, right: []byte{0, 2}},
	{a: []int{1, 3, 1}, b: []int{2, 3, 2}, left: []byte{0, 2}},
	{a: []int{2, 3, 2, 2}, b: []int{1, 3, 1, 1}, right: []byte{0, 2, 3}},
	{a: []int{2, 3, 2, 2}, b: []int{2, 1, 2, 2}, right: []byte{1}},
	{a: []int{2, 3, 2, 2}, b: []int{2, 3, 2, 1}, right: []byte{3}},
	{a: []int{2, 1, 3}, b: []int{2, 1, 1}, right: []byte{2}},
	{a: []int{2, 2, 3, 2}, b: []int{2, 2, 1, 2}, right: []byte{2}},
}

type pattern struct {
	a, b        []int
	left, right []byte
}

type broadcastOp struct {
	op     string
	f      func(a, b *gorgonia.Node, left, right []byte) (*gorgonia.Node, error)
	ref    func(a, b float64) float64
	low    float64
	design string
}

func comparedBroadcast(
	op string, f func(a, b *gorgonia.Node, same bool, left, right []byte) (*gorgonia.Node, error),
	ref func(a, b float64) bool,
) broadcastOp {
	return broadcastOp{op: op, low: -2, design: stepwise,
		f: func(a, b *gorgonia.Node, left, right []byte) (*gorgonia.Node, error) {
			return f(a, b, true, left, right)
		},
		ref: func(a, b float64) float64 { return truth(ref(a, b)) }}
}

var broadcastOps = []broadcastOp{
	{op: "BroadcastAdd", f: gorgonia.BroadcastAdd, ref: func(a, b float64) float64 { return a + b }, low: -2},
	{op: "BroadcastSub", f: gorgonia.BroadcastSub, ref: func(a, b float64) float64 { return a - b }, low: -2},
	{op: "BroadcastHadamardProd", f: gorgonia.BroadcastHadamardProd, ref: func(a, b float64) float64 { return a * b },
		low: -2},
	{op: "BroadcastHadamardDiv", f: gorgonia.BroadcastHadamardDiv, ref: func(a, b float64) float64 { return a / b },
		low: 0.5},
	{op: "BroadcastPow", f: gorgonia.BroadcastPow, ref: math.Pow, low: 0.5},
	comparedBroadcast("BroadcastLt", gorgonia.BroadcastLt, func(a, b float64) bool { return a < b }),
	comparedBroadcast("BroadcastLte", gorgonia.BroadcastLte, func(a, b float64) bool { return a <= b }),
	comparedBroadcast("BroadcastGt", gorgonia.BroadcastGt, func(a, b float64) bool { return a > b }),
	comparedBroadcast("BroadcastGte", gorgonia.BroadcastGte, func(a, b float64) bool { return a >= b }),
	comparedBroadcast("BroadcastEq", gorgonia.BroadcastEq, func(a, b float64) bool { return a == b }),
	comparedBroadcast("BroadcastNe", gorgonia.BroadcastNe, func(a, b float64) bool { return a != b }),
}

func (o broadcastOp) of(p pattern) Case {
	flag := ""
	if o.design != "" {
		flag = ", true"
	}
	return Case{Op: o.op, Variant: fmt.Sprintf("%s, %s", dims(p.a), dims(p.b)),
		In:   []Input{in("a", o.low, 2, p.a...), in("b", o.low, 2, p.b...)},
		Code: fmt.Sprintf("gorgonia.%s(a, b%s, %s, %s)", o.op, flag, bytes(p.left), bytes(p.right)),
		Ref:  pairs(o.ref), Design: o.design,
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return o.f(in[0], in[1], p.left, p.right) }}
}

// automatic is Auto, which finds the pattern itself.
func (o broadcastOp) automatic(a, b []int) Case {
	return Case{Op: "Auto", Variant: fmt.Sprintf("%s, %s, %s", o.op, dims(a), dims(b)),
		In:   []Input{in("a", o.low, 2, a...), in("b", o.low, 2, b...)},
		Code: fmt.Sprintf("gorgonia.Auto(gorgonia.%s, a, b)", o.op), Ref: pairs(o.ref),
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return gorgonia.Auto(o.f, in[0], in[1]) }}
}

func broadcasts() []Case {
	var cases []Case
	for _, o := range broadcastOps {
		for i, p := range patterns {
			if o.design == "" || i%4 == 0 { // of what has no gradient a few will do
				cases = append(cases, o.of(p))
			}
		}
	}
	for _, o := range broadcastOps[:2] {
		for _, s := range [][2][]int{
			{{2, 3}, {1, 3}}, {{2, 1}, {2, 3}}, {{2, 1}, {1, 3}}, {{2, 3, 2}, {1, 1, 2}}, {{2, 3, 2}, {2, 1, 2}},
		} {
			cases = append(cases, o.automatic(s[0], s[1]))
		}
	}
	return cases
}

// bytes writes a pattern as Go does.
func bytes(x []byte) string {
	if x == nil {
		return "nil"
	}
	return "[]byte{" + strings.ReplaceAll(strings.Trim(fmt.Sprint(x), "[]"), " ", ", ") + "}"
}
