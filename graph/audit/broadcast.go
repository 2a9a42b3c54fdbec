package audit

import (
	"fmt"
	"math"
	"slices"

	"gorgonia.org/gorgonia"
)

// pattern is two shapes that broadcast, and the axes along which each is repeated.
type pattern struct {
	a, b        []int
	left, right []byte
}

// patterns are pairs of shapes that broadcast. The operand that has 1 along an axis,
// or lacks the axis, is repeated along it.
var patterns = [][2][]int{
	{{2, 3}, {1, 3}}, {{2, 3}, {2, 1}}, {{2, 3}, {1, 1}}, {{1, 3}, {2, 3}}, {{2, 1}, {2, 3}}, {{2, 1}, {1, 3}},
	{{2, 3}, {3}}, {{3}, {2, 3}},
	{{2, 3, 2}, {1, 3, 2}}, {{2, 3, 2}, {2, 1, 2}}, {{2, 3, 2}, {2, 3, 1}}, {{2, 3, 2}, {1, 3, 1}},
	{{1, 3, 1}, {2, 3, 2}},
	{{2, 3, 2, 2}, {1, 3, 1, 1}}, {{2, 3, 2, 2}, {2, 1, 2, 2}}, {{2, 3, 2, 2}, {2, 3, 2, 1}},
	{{2, 1, 3}, {2, 1, 1}}, {{2, 2, 3, 2}, {2, 2, 1, 2}},
}

// repeated returns the axes along which a is repeated to the shape of b.
func repeated(a, b []int) (axes []byte) {
	a = append(slices.Repeat([]int{1}, max(0, len(b)-len(a))), a...)
	for k := range b {
		if a[len(a)-len(b)+k] < b[k] {
			axes = append(axes, byte(len(a)-len(b)+k))
		}
	}
	return axes
}

var broadcastOps = []binaryOp{
	{f: gorgonia.BroadcastAdd, ref: plus, low: -2},
	{f: gorgonia.BroadcastSub, ref: minus, low: -2},
	{f: gorgonia.BroadcastHadamardProd, ref: times, low: -2},
	{f: gorgonia.BroadcastHadamardDiv, ref: over, low: 0.5},
	{f: gorgonia.BroadcastPow, ref: math.Pow, low: 0.5},
	compared(gorgonia.BroadcastLt, func(a, b float64) bool { return a < b }),
	compared(gorgonia.BroadcastLte, func(a, b float64) bool { return a <= b }),
	compared(gorgonia.BroadcastGt, func(a, b float64) bool { return a > b }),
	compared(gorgonia.BroadcastGte, func(a, b float64) bool { return a >= b }),
	compared(gorgonia.BroadcastEq, func(a, b float64) bool { return a == b }),
	compared(gorgonia.BroadcastNe, func(a, b float64) bool { return a != b }),
}

// broadcast is the case of a pattern.
func (p binaryOp) broadcast(of pattern) testCase {
	args := append([]any{in("a", p.low, 2, of.a...), in("b", p.low, 2, of.b...)}, p.same...)
	return op(fmt.Sprintf("%s, %s", dims(of.a), dims(of.b)), pairs(p.ref),
		p.f, append(args, of.left, of.right)...).without(p.design)
}

// automatic is the case of Auto, which finds the axes itself.
func (p binaryOp) automatic(a, b []int) testCase {
	return op(fmt.Sprintf("%s, %s, %s", name(p.f), dims(a), dims(b)), pairs(p.ref),
		gorgonia.Auto, p.f, in("a", p.low, 2, a...), in("b", p.low, 2, b...))
}

func broadcasts() (cases []testCase) {
	for _, p := range broadcastOps {
		for i, s := range patterns {
			if p.design == "" || i%4 == 0 { // a quarter is enough for operations without a gradient
				cases = append(cases, p.broadcast(pattern{s[0], s[1], repeated(s[0], s[1]), repeated(s[1], s[0])}))
			}
		}
	}
	for _, p := range broadcastOps[:2] {
		for _, s := range [][2][]int{
			{{2, 3}, {1, 3}}, {{2, 1}, {2, 3}}, {{2, 1}, {1, 3}}, {{2, 3, 2}, {1, 1, 2}}, {{2, 3, 2}, {2, 1, 2}},
		} {
			cases = append(cases, p.automatic(s[0], s[1]))
		}
	}
	return cases
}
