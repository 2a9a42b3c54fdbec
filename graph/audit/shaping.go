package audit

import (
	"fmt"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func reshapeOf(from, to []int) testCase {
	shape := slices.Clone(to) // -1 stands for what is left
	if k := slices.Index(shape, -1); k >= 0 {
		shape[k] = -size(from) / size(shape)
	}
	return op(dims(from)+" to "+dims(to), reshaped(shape), gorgonia.Reshape, in("x", -2, 2, from...), tensor.Shape(to))
}

func reshaped(to []int) reference {
	return func(in []array) array { return array{to, slices.Clone(in[0].Data)} }
}

func ravelOf(shape []int) testCase {
	return op(dims(shape), reshaped([]int{size(shape)}), gorgonia.Ravel, in("x", -2, 2, shape...))
}

func transposeOf(shape, axes []int) testCase {
	return op(fmt.Sprintf("%s, axes %s", dims(shape), list(axes)), permute(axes...),
		gorgonia.Transpose, in("x", -2, 2, shape...), rest(axes))
}

func sliceOf(shape []int, cuts []span) testCase {
	args, text := []any{in("x", -2, 2, shape...)}, []string{}
	for _, c := range cuts {
		args, text = append(args, c), append(text, c.String())
	}
	return op(dims(shape)+", ["+strings.Join(text, ", ")+"]", sliced(cuts), gorgonia.Slice, args...)
}

func concatOf(axis int, shapes [][]int) testCase {
	inputs, _ := operandsOf(shapes)
	var texts []string
	for _, s := range shapes {
		texts = append(texts, dims(s))
	}
	return op(fmt.Sprintf("%s, axis %d", strings.Join(texts, ", "), axis), joined(axis),
		gorgonia.Concat, append([]any{axis}, inputs...)...)
}

// unconcatOf is the second part of Unconcat.
func unconcatOf(shape []int, axis, parts int) testCase {
	cuts := make([]span, len(shape))
	n := shape[axis] / parts
	cuts[axis] = span{n, 2 * n, 1}
	second := func(x *gorgonia.Node) (*gorgonia.Node, error) {
		all, err := gorgonia.Unconcat(x, axis, parts)
		if err != nil {
			return nil, err
		}
		return all[1], nil
	}
	return op("", sliced(cuts), second, in("x", -2, 2, shape...)).written("Unconcat",
		fmt.Sprintf("%s, axis %d, second of %d", dims(shape), axis, parts),
		fmt.Sprintf("func() (*gorgonia.Node, error) { n, err := gorgonia.Unconcat(x, %d, %d); return n[1], err }()",
			axis, parts))
}

func atOf(shape, at []int) testCase {
	return op(fmt.Sprintf("%s, [%s]", dims(shape), list(at)), elementAt(at),
		gorgonia.At, in("x", -2, 2, shape...), rest(at))
}

func elementAt(at []int) reference {
	return func(in []array) array { return array{nil, []float64{in[0].get(at...)}} }
}

func byIndicesOf(shape []int, axis int, indices []int) testCase {
	return op(fmt.Sprintf("%s, axis %d, %v", dims(shape), axis, indices), picked(axis, indices),
		gorgonia.ByIndices, in("x", -2, 2, shape...), integers("i", indices, len(indices)), axis)
}

func picked(axis int, indices []int) reference {
	return func(in []array) array {
		to := slices.Clone(in[0].Shape)
		to[axis] = len(indices)
		return fill(to, func(at []int) float64 {
			from := slices.Clone(at)
			from[axis] = indices[at[axis]]
			return in[0].get(from...)
		})
	}
}

func diagFlatOf(n int) testCase {
	diagonal := func(in []array) array {
		return fill([]int{n, n}, func(at []int) float64 { return truth(at[0] == at[1]) * in[0].Data[at[0]] })
	}
	return op(fmt.Sprint(n), diagonal, gorgonia.DiagFlat, in("x", -2, 2, n)).without("documented as not differentiable")
}

// shaping are the cases of operations that move elements.
func shaping() (cases []testCase) {
	for _, s := range [][2][]int{
		{{6}, {2, 3}}, {{2, 3}, {6}}, {{2, 3}, {3, 2}}, {{2, 3, 2}, {4, 3}}, {{2, 3}, {1, 2, 3, 1}}, {{2, 3}, {2, -1}},
		{{1, 1}, {1}}, {{}, {1}}, {{1}, {}}, {{2, 1, 3, 1, 2}, {3, 4}},
	} {
		cases = append(cases, reshapeOf(s[0], s[1]))
	}
	for _, s := range [][]int{{3}, {2, 3}, {2, 3, 2}, {1}, {2, 1, 3, 1, 2}} {
		cases = append(cases, ravelOf(s))
	}
	for _, s := range []struct{ shape, axes []int }{
		{[]int{2, 3}, []int{1, 0}}, {[]int{1, 3}, []int{1, 0}},
		{[]int{2, 3, 4}, []int{2, 1, 0}}, {[]int{2, 3, 4}, []int{0, 2, 1}}, {[]int{2, 3, 4}, []int{1, 2, 0}},
		{[]int{2, 3, 4}, []int{2, 0, 1}},
		{[]int{2, 3, 1, 2}, []int{0, 2, 3, 1}}, {[]int{2, 3, 2, 2}, []int{3, 1, 0, 2}}, {[]int{2, 3}, []int{0, 1}},
		{[]int{2, 1, 3}, []int{1, 0, 2}}, {[]int{2, 3, 1, 2, 2}, []int{4, 1, 0, 3, 2}},
	} {
		cases = append(cases, transposeOf(s.shape, s.axes))
	}
	for _, s := range []struct {
		shape []int
		cuts  []span
	}{
		{[]int{4}, []span{{1, 3, 1}}}, {[]int{4}, []span{{1, 2, 1}}}, {[]int{4, 3}, []span{{1, 3, 1}}},
		{[]int{4, 3}, []span{{2, 3, 1}}}, {[]int{4, 3}, []span{{}, {1, 3, 1}}}, {[]int{4, 3}, []span{{}, {1, 2, 1}}},
		{[]int{4, 3}, []span{{1, 3, 1}, {0, 2, 1}}}, {[]int{4, 3}, []span{{1, 2, 1}, {2, 3, 1}}},
		{[]int{2, 3, 4}, []span{{}, {}, {1, 3, 1}}}, {[]int{2, 3, 4}, []span{{}, {1, 2, 1}}},
		{[]int{2, 3, 4}, []span{{0, 1, 1}, {1, 3, 1}}},
		{[]int{2, 3, 2, 2}, []span{{}, {1, 3, 1}}}, {[]int{2, 1, 3, 2, 2}, []span{{}, {}, {1, 3, 1}}},
		// by steps
		{[]int{4}, []span{{0, 4, 2}}}, {[]int{5}, []span{{0, 5, 2}}}, {[]int{5}, []span{{1, 5, 2}}},
		{[]int{6}, []span{{0, 6, 3}}}, {[]int{4, 3}, []span{{0, 4, 2}}}, {[]int{3, 4}, []span{{}, {0, 4, 2}}},
		{[]int{3, 5}, []span{{}, {0, 5, 2}}}, {[]int{4, 4}, []span{{0, 4, 2}, {1, 3, 1}}},
	} {
		cases = append(cases, sliceOf(s.shape, s.cuts))
	}
	for _, s := range []struct {
		axis   int
		shapes [][]int
	}{
		{0, [][]int{{2}, {3}}}, {0, [][]int{{2, 3}, {1, 3}}}, {1, [][]int{{2, 3}, {2, 2}}},
		{0, [][]int{{2, 2}, {2, 2}, {2, 2}}}, {1, [][]int{{2, 1}, {2, 2}, {2, 1}}}, {2, [][]int{{2, 2, 2}, {2, 2, 3}}},
		{1, [][]int{{2, 2, 2}, {2, 1, 2}}}, {1, [][]int{{2, 1, 2, 2}, {2, 2, 2, 2}}},
		{2, [][]int{{2, 1, 2, 1, 3}, {2, 1, 3, 1, 3}}}} {
		cases = append(cases, concatOf(s.axis, s.shapes))
	}
	cases = append(cases, concatOf(0, [][]int{{2, 3}, {2, 3}}).ofItself())
	for _, s := range []struct {
		shape       []int
		axis, parts int
	}{
		{[]int{4, 3}, 0, 2}, {[]int{3, 4}, 1, 2}, {[]int{6}, 0, 3}, {[]int{3, 2}, 0, 3}, {[]int{2, 4, 3}, 1, 2},
		{[]int{2, 2, 2, 4}, 3, 2},
	} {
		cases = append(cases, unconcatOf(s.shape, s.axis, s.parts))
	}
	for _, s := range [][2][]int{{{4}, {2}}, {{2, 3}, {1, 2}}, {{2, 3, 2}, {1, 0, 1}}} {
		cases = append(cases, atOf(s[0], s[1]))
	}
	for _, s := range []struct {
		shape   []int
		axis    int
		indices []int
	}{
		{[]int{4}, 0, []int{2, 0}}, {[]int{4, 2}, 0, []int{2, 0, 3}}, {[]int{4, 2}, 0, []int{1, 1}},
		{[]int{2, 4}, 1, []int{3, 0}}, {[]int{2, 3, 2}, 1, []int{2, 0}}, {[]int{2, 3, 2}, 2, []int{1}},
		{[]int{3, 2, 2}, 0, []int{2, 0}},
	} {
		cases = append(cases, byIndicesOf(s.shape, s.axis, s.indices))
	}
	for _, n := range []int{1, 3} {
		cases = append(cases, diagFlatOf(n))
	}
	return cases
}

// sliced is x[from:to:step, …]. An axis that is cut to one element is removed.
func sliced(cuts []span) reference {
	return func(in []array) array {
		shape := slices.Clone(in[0].Shape)
		for k, c := range cuts {
			if !c.all() {
				shape[k] = c.len()
			}
		}
		y := fill(shape, func(at []int) float64 {
			from := slices.Clone(at)
			for k, c := range cuts {
				if !c.all() {
					from[k] = c.from + at[k]*c.step
				}
			}
			return in[0].get(from...)
		})
		y.Shape = squeeze(y.Shape)
		return y
	}
}

func joined(axis int) reference {
	return func(in []array) array {
		shape := slices.Clone(in[0].Shape)
		for _, a := range in[1:] {
			shape[axis] += a.Shape[axis]
		}
		return fill(shape, func(at []int) float64 {
			from := slices.Clone(at)
			for _, a := range in {
				if from[axis] < a.Shape[axis] {
					return a.get(from...)
				}
				from[axis] -= a.Shape[axis]
			}
			panic("audit: beyond what was joined")
		})
	}
}
