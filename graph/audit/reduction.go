package audit

import (
	"fmt"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"
)

// reductionAxes are shapes with the axes of reductions; nil means all axes.
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
	f   func(x *gorgonia.Node, axes ...int) (*gorgonia.Node, error)
	ref func([]float64) float64
}

var reductionOps = []reductionOp{
	{gorgonia.Sum, sum}, {gorgonia.Mean, mean}, {gorgonia.Max, func(x []float64) float64 { return slices.Max(x) }},
}

func (r reductionOp) of(shape, axes []int) testCase {
	ref := reduce(axes, r.ref)
	if len(shape) == 0 {
		ref = each(func(x float64) float64 { return x })
	}
	return op(dims(shape)+axesText(axes), ref, r.f, in("x", -2, 2, shape...), rest(axes))
}

// keepingDims is a reduction under KeepDims, which adds the dimensions of 1 on the
// left or on the right, wherever the axes were.
func (r reductionOp) keepingDims(shape, axes []int, left bool) testCase {
	ref := reduce(axes, r.ref)
	keep := func(x *gorgonia.Node) (*gorgonia.Node, error) {
		return gorgonia.KeepDims(x, left, func(n *gorgonia.Node) (*gorgonia.Node, error) { return r.f(n, axes...) })
	}
	return op("", func(in []array) array {
		y := ref(in)
		ones := slices.Repeat([]int{1}, len(shape)-len(y.Shape))
		if left {
			return array{append(ones, y.Shape...), y.Data}
		}
		return array{append(y.Shape, ones...), y.Data}
	}, keep, in("x", -2, 2, shape...)).written("KeepDims",
		fmt.Sprintf("%s of %s%s, left %v", name(r.f), dims(shape), axesText(axes), left),
		fmt.Sprintf("gorgonia.KeepDims(x, %v, func(n *gorgonia.Node) (*gorgonia.Node, error) { return %v })",
			left, call(r.f, input{Name: "n"}, rest(axes))))
}

func logSumExpOf(shape []int, axis int) testCase {
	return op(dims(shape)+axesText([]int{axis}), reduce([]int{axis}, logSumExp),
		gorgonia.LogSumExp, in("x", -2, 2, shape...), axis)
}

func normOf(variant string, x input, axis, p int) testCase {
	return op(fmt.Sprintf("%s, p = %d", variant, p), reduce([]int{axis}, norm(float64(p))), gorgonia.Norm, x, axis, p)
}

// manyOp combines several operands of one shape.
type manyOp struct {
	f   func(gorgonia.Nodes, ...gorgonia.NodeConsOpt) (*gorgonia.Node, error)
	ref func(a, b float64) float64
}

var manyOps = []manyOp{{gorgonia.ReduceAdd, plus}, {gorgonia.ReduceMul, times}}

func (m manyOp) of(n int, shape []int) testCase {
	f := func(in ...*gorgonia.Node) (*gorgonia.Node, error) { return m.f(in) }
	inputs, names := operandsOf(slices.Repeat([][]int{shape}, n))
	return op("", fold(m.ref), f, inputs...).written(name(m.f), fmt.Sprintf("%d of %s", n, dims(shape)),
		fmt.Sprintf("gorgonia.%s(gorgonia.Nodes{%s})", name(m.f), strings.Join(names, ", ")))
}

// operandsOf are inputs a, b, … of these shapes.
func operandsOf(shapes [][]int) (inputs []any, names []string) {
	for k, shape := range shapes {
		names = append(names, string(rune('a'+k)))
		inputs = append(inputs, in(names[k], -2, 2, shape...))
	}
	return inputs, names
}

func reductions() (cases []testCase) {
	for _, r := range reductionOps {
		for _, s := range reductionAxes {
			for _, axes := range s.axes {
				cases = append(cases, r.of(s.shape, axes))
			}
		}
		cases = append(cases, r.of(nil, nil))
	}
	tie := reductionOps[2].of([]int{3}, nil)
	tie.Variant, tie.In = "3, at a tie", []input{given("x", []float64{2, 2, 1}, 3)}
	cases = append(cases, tie)
	for _, s := range reductionAxes {
		for axis := range s.shape {
			cases = append(cases, logSumExpOf(s.shape, axis))
			for p := 1; p <= 3; p++ {
				cases = append(cases, normOf(dims(s.shape)+axesText([]int{axis}), in("x", -2, 2, s.shape...), axis, p))
			}
		}
	}
	for p := 1; p <= 3; p++ {
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
	for n := 1; n <= 4; n++ {
		for _, s := range [][]int{{}, {3}, {2, 2}} {
			cases = append(cases, manyOps[0].of(n, s))
		}
		cases = append(cases, manyOps[1].of(n, nil))
	}
	return cases
}

// axesText returns the part of a variant's name that names the axes.
func axesText(axes []int) string {
	switch len(axes) {
	case 0:
		return ""
	case 1:
		return fmt.Sprint(", axis ", axes[0])
	}
	return ", axes " + list(axes)
}
