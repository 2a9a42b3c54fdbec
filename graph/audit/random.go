package audit

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph/internal/peek"
)

// uniform returns number k of a fixed sequence that fills the unit interval.
func uniform(k int) float64 { return spread(k, 0, 1) }

// dropoutOf is Dropout in evaluation mode, or with the same mask in every run: a
// fixed sequence replaces Gorgonia's random generator.
func dropoutOf(x input, p float64, eval bool) testCase {
	mode := map[bool]string{false: "one mask", true: "evaluation"}[eval]
	keep := 1 - p
	c := op(fmt.Sprintf("%s, p = %v, %s", dims(x.Shape), p, mode), func(in []array) array {
		y := newArray(x.Shape...)
		for i, v := range in[0].Data {
			if eval {
				y.Data[i] = v
			} else if uniform(i) < keep {
				y.Data[i] = v / keep
			}
		}
		return y
	}, gorgonia.Dropout, x, p)
	c.Eval = eval
	c.Build = func(in gorgonia.Nodes) (*gorgonia.Node, error) {
		y, err := gorgonia.Dropout(in[0], p)
		if err == nil {
			k := -1 // each run draws one number for each element
			peek.SetFunc(y.Op(), "rndGen", func() float64 { k++; return uniform(k % size(x.Shape)) })
		}
		return y, err
	}
	return c
}

// randomNode is one of Gorgonia's distributions.
type randomNode struct {
	f    func(g *gorgonia.ExprGraph, dtype tensor.Dtype, a, b float64, shape ...int) *gorgonia.Node
	a, b float64
}

var randomNodes = []randomNode{
	{gorgonia.UniformRandomNode, 1, 2}, {gorgonia.GaussianRandomNode, 1, 2}, {gorgonia.BinomialRandomNode, 5, 0.5},
}

// of is the case of the product of x and the random node, which keeps one draw.
func (r randomNode) of(shape []int) testCase {
	drawn := newArray(shape...)
	for i := range drawn.Data {
		drawn.Data[i] = 1 + uniform(i)
	}
	settings := fmt.Sprint(r.a, ", ", r.b)
	for _, d := range shape {
		settings += fmt.Sprint(", ", d)
	}
	node := beside{fmt.Sprintf("gorgonia.%s(g, x.Dtype(), %s)", name(r.f), settings),
		func(x *gorgonia.Node) *gorgonia.Node {
			n := r.f(x.Graph(), x.Dtype(), r.a, r.b, shape...)
			peek.SetOp(n, heldOp{n.Op(), value(drawn, x.Dtype())})
			return n
		}}
	return op("", func(in []array) array { return pairs(times)([]array{in[0], drawn}) },
		gorgonia.HadamardProd, in("x", -2, 2, shape...), node).as(name(r.f), dims(shape)+", times x, one draw")
}

// heldOp is the operation of a random node that always gives value.
type heldOp struct {
	gorgonia.Op
	value gorgonia.Value
}

// Do implements gorgonia.Op.
func (h heldOp) Do(...gorgonia.Value) (gorgonia.Value, error) { return gorgonia.CloneValue(h.value) }

func random() (cases []testCase) {
	for _, p := range []float64{0, 0.3, 0.5, 0.9} {
		for _, s := range [][]int{{4}, {2, 3}, {2, 1, 3}, {2, 2, 3, 2}} {
			cases = append(cases, dropoutOf(in("x", -2, 2, s...), p, false))
		}
		cases = append(cases, dropoutOf(in("x", -2, 2, 2, 3), p, true))
	}
	zero := dropoutOf(given("x", []float64{1.5, 0, 0, -0.7}, 4), 0.5, false)
	zero.Variant = "4, two of them 0, p = 0.5, one mask"
	cases = append(cases, zero, dropoutOf(in("x", -2, 2), 0.3, false))
	for _, r := range randomNodes {
		for _, s := range [][]int{{4}, {2, 3}} {
			cases = append(cases, r.of(s))
		}
	}
	return cases
}
