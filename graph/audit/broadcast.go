package audit

import (
	"fmt"
	"math"
	"strings"

	"gorgonia.org/gorgonia"
)

// patterns are the broadcasts: the operand with dimensions of 1 is repeated
// along the axes given. Short shapes are those with fewer dimensions.
var patterns = []struct {
	a, b        []int
	left, right []byte
}{
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
}

func broadcasts() []Case {
	var cases []Case
	type function = func(a, b *gorgonia.Node, left, right []byte) (*gorgonia.Node, error)
	same := func(f func(a, b *gorgonia.Node, same bool, left, right []byte) (*gorgonia.Node, error)) function {
		return func(a, b *gorgonia.Node, left, right []byte) (*gorgonia.Node, error) {
			return f(a, b, true, left, right)
		}
	}
	for _, p := range []struct {
		op     string
		f      function
		ref    func(a, b float64) float64
		low    float64
		design string
	}{
		{op: "BroadcastAdd", f: gorgonia.BroadcastAdd, ref: func(a, b float64) float64 { return a + b }, low: -2},
		{op: "BroadcastSub", f: gorgonia.BroadcastSub, ref: func(a, b float64) float64 { return a - b }, low: -2},
		{op: "BroadcastHadamardProd", f: gorgonia.BroadcastHadamardProd, ref: func(a, b float64) float64 { return a * b }, low: -2},
		{op: "BroadcastHadamardDiv", f: gorgonia.BroadcastHadamardDiv, ref: func(a, b float64) float64 { return a / b }, low: 0.5},
		{op: "BroadcastPow", f: gorgonia.BroadcastPow, ref: math.Pow, low: 0.5},
		{op: "BroadcastLt", f: same(gorgonia.BroadcastLt), ref: func(a, b float64) float64 { return truth(a < b) }, low: -2, design: stepwise},
		{op: "BroadcastLte", f: same(gorgonia.BroadcastLte), ref: func(a, b float64) float64 { return truth(a <= b) }, low: -2, design: stepwise},
		{op: "BroadcastGt", f: same(gorgonia.BroadcastGt), ref: func(a, b float64) float64 { return truth(a > b) }, low: -2, design: stepwise},
		{op: "BroadcastGte", f: same(gorgonia.BroadcastGte), ref: func(a, b float64) float64 { return truth(a >= b) }, low: -2, design: stepwise},
		{op: "BroadcastEq", f: same(gorgonia.BroadcastEq), ref: func(a, b float64) float64 { return truth(a == b) }, low: -2, design: stepwise},
		{op: "BroadcastNe", f: same(gorgonia.BroadcastNe), ref: func(a, b float64) float64 { return truth(a != b) }, low: -2, design: stepwise},
	} {
		for i, s := range patterns {
			if p.design != "" && i%4 != 0 { // of what has no gradient a few will do
				continue
			}
			flag := ""
			if p.design != "" {
				flag = ", true"
			}
			cases = append(cases, Case{Op: p.op, Variant: fmt.Sprintf("%s, %s", dims(s.a), dims(s.b)),
				In:   []Input{in("a", p.low, 2, s.a...), in("b", p.low, 2, s.b...)},
				Code: fmt.Sprintf("gorgonia.%s(a, b%s, %s, %s)", p.op, flag, bytes(s.left), bytes(s.right)),
				Ref:  pairs(p.ref), Design: p.design,
				Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return p.f(in[0], in[1], s.left, s.right) }})
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
