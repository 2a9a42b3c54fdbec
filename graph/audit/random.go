package audit

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph/internal/peek"
)

// uniform returns number k of a fixed sequence that fills the unit interval.
func uniform(k int) float64 {
	_, u := math.Modf(0.37 + float64(k+1)*strides[1])
	return u
}

// dropoutOf is Dropout at one mask, which a fixed sequence in place of
// Gorgonia's generator gives at every run, or in evaluation mode.
func dropoutOf(x Input, p float64, eval bool) Case {
	c := Case{Op: "Dropout", Variant: fmt.Sprintf("%s, p = %v, one mask", dims(x.Shape), p), In: []Input{x},
		Code: fmt.Sprintf("gorgonia.Dropout(x, %v)", p), Eval: eval}
	n := size(x.Shape)
	c.Ref = func(in []Array) Array {
		y := newArray(x.Shape...)
		for i, v := range in[0].Data {
			if keep := 1 - p; eval {
				y.Data[i] = v
			} else if uniform(i) < keep {
				y.Data[i] = v / keep
			}
		}
		return y
	}
	c.Build = func(in gorgonia.Nodes) (*gorgonia.Node, error) {
		y, err := gorgonia.Dropout(in[0], p)
		if err == nil {
			k := -1 // each run draws one number for each element
			peek.SetFunc(y.Op(), "rndGen", func() float64 { k++; return uniform(k % n) })
		}
		return y, err
	}
	if eval {
		c.Variant = fmt.Sprintf("%s, p = %v, evaluation", dims(x.Shape), p)
	}
	return c
}

// randomNode is one of Gorgonia's distributions.
type randomNode struct {
	op   string
	f    func(g *gorgonia.ExprGraph, dtype tensor.Dtype, shape []int) *gorgonia.Node
	code string
}

var randomNodes = []randomNode{
	{"UniformRandomNode", func(g *gorgonia.ExprGraph, dtype tensor.Dtype, shape []int) *gorgonia.Node {
		return gorgonia.UniformRandomNode(g, dtype, 1, 2, shape...)
	}, "gorgonia.UniformRandomNode(g, x.Dtype(), 1, 2%s)"},
	{"GaussianRandomNode", func(g *gorgonia.ExprGraph, dtype tensor.Dtype, shape []int) *gorgonia.Node {
		return gorgonia.GaussianRandomNode(g, dtype, 1, 2, shape...)
	}, "gorgonia.GaussianRandomNode(g, x.Dtype(), 1, 2%s)"},
	{"BinomialRandomNode", func(g *gorgonia.ExprGraph, dtype tensor.Dtype, shape []int) *gorgonia.Node {
		return gorgonia.BinomialRandomNode(g, dtype, 5, 0.5, shape...)
	}, "gorgonia.BinomialRandomNode(g, x.Dtype(), 5, 0.5%s)"},
}

// of is the product of x and the random node, which is held at one draw.
func (r randomNode) of(shape []int) Case {
	held := newArray(shape...)
	for i := range held.Data {
		held.Data[i] = 1 + uniform(i)
	}
	return Case{Op: r.op, Variant: dims(shape) + ", times x, one draw", In: []Input{in("x", -2, 2, shape...)},
		Code: "gorgonia.HadamardProd(x, " + fmt.Sprintf(r.code, arguments(shape)) + ")",
		Ref: func(in []Array) Array {
			return pairs(func(a, b float64) float64 { return a * b })([]Array{in[0], held})
		},
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			n := r.f(in[0].Graph(), in[0].Dtype(), shape)
			peek.SetOp(n, heldOp{n.Op(), value(held, in[0].Dtype())})
			return gorgonia.HadamardProd(in[0], n)
		}}
}

// heldOp is the operation of a random node at one draw.
type heldOp struct {
	gorgonia.Op
	value gorgonia.Value
}

// Do implements gorgonia.Op.
func (h heldOp) Do(...gorgonia.Value) (gorgonia.Value, error) { return gorgonia.CloneValue(h.value) }

func random() []Case {
	var cases []Case
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
