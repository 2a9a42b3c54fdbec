package audit

import (
	"fmt"
	"math"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// repeated writes a slice of n equal numbers.
func repeated(x float64, n int) string {
	return floats(slices.Repeat([]float64{x}, n))
}

// The statistics that BatchNorm has in evaluation mode here.
const (
	runningMean     = 0.5
	runningVariance = 2
)

// batchNormOf normalizes each channel, with a scale and a shift of a shape that
// broadcasts.
func batchNormOf(x, scale []int, epsilon float64, eval bool) Case {
	channels := x[1]
	c := Case{Op: "BatchNorm", Variant: fmt.Sprintf("%s, scale %s, ε %v", dims(x), dims(scale), epsilon),
		In:  []Input{in("x", -2, 2, x...), in("γ", 0.5, 2, scale...), in("β", -1, 1, scale...)},
		Ref: normalize(epsilon, func(at, _ []int) int { return at[1] }), Eval: eval,
		Code: fmt.Sprintf("func() (*gorgonia.Node, error) {\n"+
			"\t\ty, _, _, _, err := gorgonia.BatchNorm(x, γ, β, 0.9, %v)\n\t\treturn y, err\n\t}()", epsilon),
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			y, _, _, _, err := gorgonia.BatchNorm(in[0], in[1], in[2], 0.9, epsilon)
			return y, err
		}}
	if !eval {
		return c
	}
	c.Variant += fmt.Sprintf(", evaluation, mean %v and variance %v", runningMean, runningVariance)
	c.Code = fmt.Sprintf("func() (*gorgonia.Node, error) {\n"+
		"\t\ty, _, _, op, err := gorgonia.BatchNorm(x, γ, β, 0.9, %v)\n\t\tif err != nil {\n\t\t\treturn nil, err\n\t\t}\n"+
		"\t\treturn y, op.SetStats(tensor.New(tensor.WithBacking(%s)), tensor.New(tensor.WithBacking(%s)))\n\t}()", epsilon,
		repeated(runningMean, channels), repeated(runningVariance, channels))
	c.Ref = func(in []Array) Array {
		y := each(func(x float64) float64 { return (x - runningMean) / math.Sqrt(runningVariance+epsilon) })(in)
		y = pairs(func(a, b float64) float64 { return a * b })([]Array{y, in[1]})
		return pairs(func(a, b float64) float64 { return a + b })([]Array{y, in[2]})
	}
	c.Build = func(in gorgonia.Nodes) (*gorgonia.Node, error) {
		y, _, _, op, err := gorgonia.BatchNorm(in[0], in[1], in[2], 0.9, epsilon)
		if err != nil {
			return nil, err
		}
		constant := func(x float64) tensor.Tensor {
			return value(Array{[]int{channels}, slices.Repeat([]float64{x}, channels)}, in[0].Dtype()).(tensor.Tensor)
		}
		return y, op.SetStats(constant(runningMean), constant(runningVariance))
	}
	return c
}

func groupNormOf(x []int, groups int) Case {
	channels := x[1]
	scale := []int{1, channels, 1, 1}
	return Case{Op: "GroupNorm", Variant: fmt.Sprintf("%s, %d groups", dims(x), groups),
		In:   []Input{in("x", -2, 2, x...), in("γ", 0.5, 2, scale...), in("β", -1, 1, scale...)},
		Ref:  normalize(1e-5, func(at, _ []int) int { return at[0]*groups + at[1]*groups/channels }),
		Code: fmt.Sprintf("gorgonia.GroupNorm(x, γ, β, %d, %d, 1e-5)", groups, channels),
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			return gorgonia.GroupNorm(in[0], in[1], in[2], groups, channels, 1e-5)
		}}
}

func normalizations() []Case {
	var cases []Case
	for _, v := range []struct {
		x, scale []int
		epsilon  float64
		eval     bool
	}{
		{[]int{4, 3}, []int{1, 3}, 1e-5, false}, {[]int{4, 3}, []int{4, 3}, 1e-5, false},
		{[]int{4, 3}, []int{1, 3}, 0.1, false},
		{[]int{4, 2, 2, 2}, []int{1, 2, 1, 1}, 1e-5, false}, {[]int{2, 2, 3, 2}, []int{2, 2, 3, 2}, 1e-5, false},
		{[]int{4, 2, 2, 2}, []int{1, 2, 1, 1}, 0.1, false},
		{[]int{4, 2, 3, 1}, []int{1, 2, 1, 1}, 1e-5, false}, {[]int{4, 2, 1, 3}, []int{1, 2, 1, 1}, 1e-5, false},
		{[]int{4, 2, 1, 1}, []int{1, 2, 1, 1}, 1e-5, false}, {[]int{4, 1}, []int{1, 1}, 1e-5, false},
		{[]int{4, 3}, []int{1, 3}, 1e-5, true}, {[]int{4, 3}, []int{1, 3}, 0.1, true},
		{[]int{4, 2, 2, 2}, []int{1, 2, 1, 1}, 1e-5, true}, {[]int{4, 2, 1, 1}, []int{1, 2, 1, 1}, 1e-5, true},
	} {
		cases = append(cases, batchNormOf(v.x, v.scale, v.epsilon, v.eval))
	}
	for _, v := range []struct {
		x      []int
		groups int
	}{
		{[]int{2, 4, 2, 2}, 1}, {[]int{2, 4, 2, 2}, 2}, {[]int{2, 4, 2, 3}, 4}, {[]int{1, 2, 5, 5}, 1},
		{[]int{2, 4, 3, 1}, 2}, {[]int{2, 4, 1, 3}, 2}, {[]int{2, 4, 1, 1}, 1}, {[]int{2, 4, 1, 1}, 2},
	} {
		cases = append(cases, groupNormOf(v.x, v.groups))
	}
	return cases
}
