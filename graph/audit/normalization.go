package audit

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// The running statistics of BatchNorm in evaluation mode.
const (
	runningMean     = 0.5
	runningVariance = 2
)

// batchNormOf is BatchNorm, whose scale γ and shift β have the given shape.
func batchNormOf(x, scale []int, epsilon float64, eval bool) testCase {
	function := func(x, γ, β *gorgonia.Node) (*gorgonia.Node, error) {
		y, _, _, _, err := gorgonia.BatchNorm(x, γ, β, 0.9, epsilon)
		return y, err
	}
	ref := normalize(epsilon, func(at []int) int { return at[1] })
	variant := fmt.Sprintf("%s, scale %s, ε %v", dims(x), dims(scale), epsilon)
	code := "y, _, _, _, err := gorgonia.BatchNorm(x, γ, β, 0.9, %v)\n\t\treturn y, err"
	if eval {
		means, variances := slices.Repeat([]float64{runningMean}, x[1]), slices.Repeat([]float64{runningVariance}, x[1])
		function = func(x, γ, β *gorgonia.Node) (*gorgonia.Node, error) {
			y, _, _, op, err := gorgonia.BatchNorm(x, γ, β, 0.9, epsilon)
			if err != nil {
				return nil, err
			}
			statistics := func(of []float64) tensor.Tensor {
				return value(array{[]int{len(of)}, of}, x.Dtype()).(tensor.Tensor)
			}
			return y, op.SetStats(statistics(means), statistics(variances))
		}
		ref = standardize(epsilon, runningMean, runningVariance)
		variant += fmt.Sprintf(", evaluation, mean %v and variance %v", runningMean, runningVariance)
		code = "y, _, _, op, err := gorgonia.BatchNorm(x, γ, β, 0.9, %v)\n" +
			"\t\tif err != nil {\n\t\t\treturn nil, err\n\t\t}\n" +
			fmt.Sprintf("\t\treturn y, op.SetStats(tensor.New(tensor.WithBacking(%s)), tensor.New(tensor.WithBacking(%s)))",
				literal(means), literal(variances))
	}
	c := op("", ref, function, in("x", -2, 2, x...), in("γ", 0.5, 2, scale...), in("β", -1, 1, scale...))
	c.Eval = eval
	return c.written("BatchNorm", variant, "func() (*gorgonia.Node, error) {\n\t\t"+fmt.Sprintf(code, epsilon)+"\n\t}()")
}

func groupNormOf(x []int, groups int) testCase {
	channels := x[1]
	scale := []int{1, channels, 1, 1}
	return op(fmt.Sprintf("%s, %d groups", dims(x), groups),
		normalize(1e-5, func(at []int) int { return at[0]*groups + at[1]*groups/channels }), gorgonia.GroupNorm,
		in("x", -2, 2, x...), in("γ", 0.5, 2, scale...), in("β", -1, 1, scale...), groups, channels, 1e-5)
}

func normalizations() (cases []testCase) {
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
