package audit

import (
	"fmt"
	"math"
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
}

func reductions() []Case {
	var cases []Case
	for _, r := range []struct {
		op  string
		f   func(x *gorgonia.Node, axes ...int) (*gorgonia.Node, error)
		ref func([]float64) float64
	}{{"Sum", gorgonia.Sum, sum}, {"Mean", gorgonia.Mean, mean}, {"Max", gorgonia.Max, func(x []float64) float64 { return slices.Max(x) }}} {
		for _, s := range reductionAxes {
			for _, axes := range s.axes {
				cases = append(cases, Case{Op: r.op, Variant: dims(s.shape) + axesText(axes), In: []Input{in("x", -2, 2, s.shape...)},
					Code: fmt.Sprintf("gorgonia.%s(x%s)", r.op, arguments(axes)), Ref: reduce(axes, r.ref),
					Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return r.f(in[0], axes...) }})
			}
		}
		cases = append(cases, Case{Op: r.op, Variant: "scalar", In: []Input{in("x", -2, 2)}, Code: fmt.Sprintf("gorgonia.%s(x)", r.op), Ref: each(func(x float64) float64 { return x }),
			Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return r.f(in[0]) }})
	}
	cases = append(cases, Case{Op: "Max", Variant: "3, at a tie", In: []Input{given("x", []float64{2, 2, 1}, 3)}, Code: "gorgonia.Max(x)", Ref: reduce(nil, func(x []float64) float64 { return slices.Max(x) }),
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return gorgonia.Max(in[0]) }})
	for _, s := range reductionAxes {
		for axis := range s.shape {
			variant := dims(s.shape) + axesText([]int{axis})
			cases = append(cases, Case{Op: "LogSumExp", Variant: variant, In: []Input{in("x", -2, 2, s.shape...)}, Code: fmt.Sprintf("gorgonia.LogSumExp(x, %d)", axis),
				Ref: reduce([]int{axis}, logSumExp), Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return gorgonia.LogSumExp(in[0], axis) }})
			for _, p := range []int{1, 2, 3} {
				low := -2.0
				cases = append(cases, Case{Op: "Norm", Variant: fmt.Sprintf("%s, p = %d", variant, p), In: []Input{in("x", low, 2, s.shape...)}, Code: fmt.Sprintf("gorgonia.Norm(x, %d, %d)", axis, p),
					Ref: reduce([]int{axis}, norm(float64(p))), Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return gorgonia.Norm(in[0], axis, p) }})
			}
		}
	}
	for _, p := range []int{1, 2, 3} {
		cases = append(cases, Case{Op: "Norm", Variant: fmt.Sprintf("4, positive, p = %d", p), In: []Input{in("x", 0.5, 2, 4)}, Code: fmt.Sprintf("gorgonia.Norm(x, 0, %d)", p),
			Ref: reduce([]int{0}, norm(float64(p))), Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return gorgonia.Norm(in[0], 0, p) }})
	}
	for axis := range 2 {
		for _, left := range []bool{true, false} {
			shape := []int{2, 3}
			kept := slices.Clone(shape)
			kept[axis] = 1
			ref := reduce([]int{axis}, sum)
			cases = append(cases, Case{Op: "KeepDims", Variant: fmt.Sprintf("Sum of 2x3, axis %d, left %v", axis, left), In: []Input{in("x", -2, 2, shape...)},
				Code: fmt.Sprintf("gorgonia.KeepDims(x, %v, func(n *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.Sum(n, %d) })", left, axis),
				Ref:  func(in []Array) Array { return Array{kept, ref(in).Data} },
				Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
					return gorgonia.KeepDims(in[0], left, func(n *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.Sum(n, axis) })
				}})
		}
	}
	for _, n := range []int{1, 2, 3, 4} {
		for _, s := range [][]int{{}, {3}, {2, 2}} {
			var inputs []Input
			var names []string
			for k := range n {
				name := string(rune('a' + k))
				inputs, names = append(inputs, in(name, -2, 2, s...)), append(names, name)
			}
			cases = append(cases, Case{Op: "ReduceAdd", Variant: fmt.Sprintf("%d of %s", n, dims(s)), In: inputs, Code: "gorgonia.ReduceAdd(gorgonia.Nodes{" + strings.Join(names, ", ") + "})",
				Ref: fold(func(a, b float64) float64 { return a + b }), Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return gorgonia.ReduceAdd(in) }})
			if len(s) == 0 {
				cases = append(cases, Case{Op: "ReduceMul", Variant: fmt.Sprintf("%d of %s", n, dims(s)), In: inputs, Code: "gorgonia.ReduceMul(gorgonia.Nodes{" + strings.Join(names, ", ") + "})",
					Ref: fold(func(a, b float64) float64 { return a * b }), Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return gorgonia.ReduceMul(in) }})
			}
		}
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

// patternsOfTwo are the pairs that Gorgonia rewrites into another operation
// for stability.
func patternsOfTwo() []Case {
	var cases []Case
	type node = *gorgonia.Node
	for _, p := range []struct {
		op        string
		code      string
		f         func(x, one node) (node, error)
		ref       func(x float64) float64
		low, high float64
	}{
		{"Log(Add(1, x))", "gorgonia.Log(gorgonia.Must(gorgonia.Add(gorgonia.NewConstant(1.0), x)))",
			func(x, one node) (node, error) { return gorgonia.Log(gorgonia.Must(gorgonia.Add(one, x))) }, math.Log1p, -0.6, 2},
		{"Log(Add(x, 1))", "gorgonia.Log(gorgonia.Must(gorgonia.Add(x, gorgonia.NewConstant(1.0))))",
			func(x, one node) (node, error) { return gorgonia.Log(gorgonia.Must(gorgonia.Add(x, one))) }, math.Log1p, -0.6, 2},
		{"Log(Sub(1, x))", "gorgonia.Log(gorgonia.Must(gorgonia.Sub(gorgonia.NewConstant(1.0), x)))",
			func(x, one node) (node, error) { return gorgonia.Log(gorgonia.Must(gorgonia.Sub(one, x))) }, func(x float64) float64 { return math.Log(1 - x) }, -2, 0.6},
		{"Log(Sigmoid(x))", "gorgonia.Log(gorgonia.Must(gorgonia.Sigmoid(x)))",
			func(x, _ node) (node, error) { return gorgonia.Log(gorgonia.Must(gorgonia.Sigmoid(x))) }, func(x float64) float64 { return math.Log(sigmoid(x)) }, -2, 2},
		{"Log(Exp(x))", "gorgonia.Log(gorgonia.Must(gorgonia.Exp(x)))",
			func(x, _ node) (node, error) { return gorgonia.Log(gorgonia.Must(gorgonia.Exp(x))) }, func(x float64) float64 { return x }, -2, 2},
		{"Sub(Exp(x), 1)", "gorgonia.Sub(gorgonia.Must(gorgonia.Exp(x)), gorgonia.NewConstant(1.0))",
			func(x, one node) (node, error) { return gorgonia.Sub(gorgonia.Must(gorgonia.Exp(x)), one) }, math.Expm1, -2, 2},
		{"Sub(1, Sigmoid(x))", "gorgonia.Sub(gorgonia.NewConstant(1.0), gorgonia.Must(gorgonia.Sigmoid(x)))",
			func(x, one node) (node, error) { return gorgonia.Sub(one, gorgonia.Must(gorgonia.Sigmoid(x))) }, func(x float64) float64 { return sigmoid(-x) }, -2, 2},
		{"Neg(Neg(x))", "gorgonia.Neg(gorgonia.Must(gorgonia.Neg(x)))",
			func(x, _ node) (node, error) { return gorgonia.Neg(gorgonia.Must(gorgonia.Neg(x))) }, func(x float64) float64 { return x }, -2, 2},
		{"Log(SoftMax(x))", "gorgonia.Log(gorgonia.Must(gorgonia.SoftMax(x)))",
			func(x, _ node) (node, error) { return gorgonia.Log(gorgonia.Must(gorgonia.SoftMax(x))) }, nil, -2, 2},
	} {
		for _, s := range [][]int{{}, {4}, {2, 3}} {
			ref := along(len(s)-1, logSoftMax)
			if p.ref != nil {
				ref = each(p.ref)
			} else if len(s) == 0 {
				continue
			}
			cases = append(cases, Case{Op: p.op, Variant: dims(s), In: []Input{in("x", p.low, p.high, s...)}, Code: p.code, Ref: ref,
				Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return p.f(in[0], constant(in[0], 1)) }})
		}
	}
	return cases
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
