package audit

import (
	"fmt"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"
)

// reductionAxes are the shapes and the axes that reductions go along: each
// single one, several, and all.
var reductionAxes = []struct {
	shape []int
	axes  [][]int
}{
	{[]int{4}, [][]int{nil, {0}}},
	{[]int{1, 3}, [][]int{nil, {0}, {1}}},
	{[]int{3, 1}, [][]int{nil, {0}, {1}}},
	{[]int{2, 3}, [][]int{nil, {0}, {1}, {0, 1}}},
	{[]int{2, 3, 2}, [][]int{nil, {0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}}},
	{[]int{2, 2, 3, 2}, [][]int{nil, {0}, {1}, {2}, {3}, {1, 2}, {2, 3}, {0, 2, 3}}},
	{[]int{2, 1, 3}, [][]int{{0}, {1}, {2}, {0, 1}}},
	{[]int{2, 2, 1, 3, 2}, [][]int{nil, {0}, {2}, {3}, {4}, {1, 3}}},
}

type reductionOp struct {
	op  string
	f   func(x *gorgonia.Node, axes ...int) (*gorgonia.Node, error)
	ref func([]float64) float64
}

var reductionOps = []reductionOp{
	{"Sum", gorgonia.Sum, sum},
	{"Mean", gorgonia.Mean, mean},
	{"Max", gorgonia.Max, func(x []float64) float64 { return slices.Max(x) }},
}

func (r reductionOp) of(shape, axes []int) Case {
	return Case{Op: r.op, Variant: dims(shape) + axesText(axes), In: []Input{in("x", -2, 2, shape...)},
		Code: fmt.Sprintf("gorgonia.%s(x%s)", r.op, arguments(axes)), Ref: reduce(axes, r.ref),
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return r.f(in[0], axes...) }}
}

// keepingDims is a reduction under KeepDims, which puts the dimensions of 1 on
// the left or on the right, wherever the axes were.
func (r reductionOp) keepingDims(shape, axes []int, left bool) Case {
	ref := reduce(axes, r.ref)
	return Case{Op: "KeepDims", Variant: fmt.Sprintf("%s of %s%s, left %v", r.op, dims(shape), axesText(axes), left),
		In: []Input{in("x", -2, 2, shape...)},
		Code: fmt.Sprintf("gorgonia.KeepDims(x, %v, "+
			"func(n *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.%s(n%s) })", left, r.op, arguments(axes)),
		Ref: func(in []Array) Array {
			y := ref(in)
			ones := slices.Repeat([]int{1}, len(shape)-len(y.Shape))
			if left {
				return Array{append(ones, y.Shape...), y.Data}
			}
			return Array{append(y.Shape, ones...), y.Data}
		},
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			return gorgonia.KeepDims(in[0], left, func(n *gorgonia.Node) (*gorgonia.Node, error) { return r.f(n, axes...) })
		}}
}

func logSumExpOf(shape []int, axis int) Case {
	return Case{Op: "LogSumExp", Variant: dims(shape) + axesText([]int{axis}), In: []Input{in("x", -2, 2, shape...)},
		Code:  fmt.Sprintf("gorgonia.LogSumExp(x, %d)", axis),
		Ref:   reduce([]int{axis}, logSumExp),
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return gorgonia.LogSumExp(in[0], axis) }}
}

func normOf(variant string, x Input, axis, p int) Case {
	return Case{Op: "Norm", Variant: fmt.Sprintf("%s, p = %d", variant, p), In: []Input{x},
		Code:  fmt.Sprintf("gorgonia.Norm(x, %d, %d)", axis, p),
		Ref:   reduce([]int{axis}, norm(float64(p))),
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return gorgonia.Norm(in[0], axis, p) }}
}

// manyOp combines several operands of one shape.
type manyOp struct {
	op  string
	f   func(gorgonia.Nodes, ...gorgonia.NodeConsOpt) (*gorgonia.Node, error)
	ref func(a, b float64) float64
}

var manyOps = []manyOp{
	{"ReduceAdd", gorgonia.ReduceAdd, func(a, b float64) float64 { return a + b }},
	{"ReduceMul", gorgonia.ReduceMul, func(a, b float64) float64 { return a * b }},
}

func (m manyOp) of(n int, shape []int) Case {
	var inputs []Input
	var names []string
	for k := range n {
		name := string(rune('a' + k))
		inputs, names = append(inputs, in(name, -2, 2, shape...)), append(names, name)
	}
	return Case{Op: m.op, Variant: fmt.Sprintf("%d of %s", n, dims(shape)), In: inputs,
		Code: fmt.Sprintf("gorgonia.%s(gorgonia.Nodes{%s})", m.op, strings.Join(names, ", ")),
		Ref:  fold(m.ref), Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return m.f(in) }}
}

func reductions() []Case {
	var cases []Case
	for _, r := range reductionOps {
		for _, s := range reductionAxes {
			for _, axes := range s.axes {
				cases = append(cases, r.of(s.shape, axes))
			}
		}
		c := r.of(nil, nil)
		c.Ref = each(func(x float64) float64 { return x })
		cases = append(cases, c)
	}
	tie := reductionOps[2].of([]int{3}, nil)
	tie.Variant, tie.In = "3, at a tie", []Input{given("x", []float64{2, 2, 1}, 3)}
	cases = append(cases, tie)
	for _, s := range reductionAxes {
		for axis := range s.shape {
			cases = append(cases, logSumExpOf(s.shape, axis))
			for _, p := range []int{1, 2, 3} {
				cases = append(cases, normOf(dims(s.shape)+axesText([]int{axis}), in("x", -2, 2, s.shape...), axis, p))
			}
		}
	}
	for _, p := range []int{1, 2, 3} {
		cases = append(cases, normOf("4, positive", in("x", 0.5, 2, 4), 0, p))
	}
	for _, left := range []bool{true, false} {
		for axis := range 2 {
			cases = append(cases, reductionOps[0].keepingDims([]int{2, 3}, []int{axis}, left))
		}
		for _, axes := range [][]int{{0}, {1}, {2}, {3}, {0, 3}} {
			cases = append(cases, reductionOps[0].keepingDims([]int{2, 1, 3, 2}, axes, left))
		}
		cases = append(cases, reductionOps[1].keepingDims([]int{2, 3, 2}, []int{2}, left),
			reductionOps[0].keepingDims([]int{2, 3}, nil, left))
	}
	for _, n := range []int{1, 2, 3, 4} {
		for _, s := range [][]int{{}, {3}, {2, 2}} {
			cases = append(cases, manyOps[0].of(n, s))
		}
		cases = append(cases, manyOps[1].of(n, nil))
	}
	return append(cases, patternsOfTwo()...)
}

// fold combines all inputs element by element.
func fold(f func(a, b float64) float64) func([]Array) Array {
	return func(in []Array) Array {
		y := Array{in[0].Shape, slices.Clone(in[0].Data)}
		for _, a := range in[1:] {
			for i, v := range a.Data {
				y.Data[i] = f(y.Data[i], v)
			}
		}
		return y
	}
}

func axesText(axes []int) string {
	switch len(axes) {
	case 0:
		return ""
	case 1:
		return fmt.Sprint(", axis ", axes[0])
	}
	return ", axes " + list(axes)
}

// list writes numbers as 0, 1.
func list(x []int) string { return strings.ReplaceAll(strings.Trim(fmt.Sprint(x), "[]"), " ", ", ") }

// arguments writes numbers as the rest of an argument list.
func arguments(x []int) string {
	s := ""
	for _, v := range x {
		s += fmt.Sprint(", ", v)
	}
	return s
}
