package audit

import (
	"fmt"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func reshapeOf(from, to []int) Case {
	shape := slices.Clone(to) // -1 is whatever is left
	if k := slices.Index(shape, -1); k >= 0 {
		shape[k] = -size(from) / size(shape)
	}
	return Case{Op: "Reshape", Variant: dims(from) + " to " + dims(to), In: []Input{in("x", -2, 2, from...)},
		Code:  fmt.Sprintf("gorgonia.Reshape(x, tensor.Shape{%s})", list(to)),
		Ref:   func(in []Array) Array { return Array{shape, slices.Clone(in[0].Data)} },
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return gorgonia.Reshape(in[0], slices.Clone(to)) }}
}

func ravelOf(shape []int) Case {
	return Case{Op: "Ravel", Variant: dims(shape), In: []Input{in("x", -2, 2, shape...)}, Code: "gorgonia.Ravel(x)",
		Ref:   func(in []Array) Array { return Array{[]int{size(shape)}, slices.Clone(in[0].Data)} },
		Build: unary(gorgonia.Ravel)}
}

func transposeOf(shape, axes []int) Case {
	return Case{Op: "Transpose", Variant: fmt.Sprintf("%s, axes %s", dims(shape), list(axes)),
		In: []Input{in("x", -2, 2, shape...)}, Code: fmt.Sprintf("gorgonia.Transpose(x%s)", arguments(axes)),
		Ref: permute(axes...),
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			return gorgonia.Transpose(in[0], slices.Clone(axes)...)
		}}
}

// span is a part of an axis: from:to by a step. The zero value is all of it.
type span struct{ from, to, step int }

func (s span) all() bool { return s == span{} }

func (s span) len() int { return (s.to - s.from + s.step - 1) / s.step }

func (s span) String() string {
	switch {
	case s.all():
		return ":"
	case s.step > 1:
		return fmt.Sprintf("%d:%d:%d", s.from, s.to, s.step)
	}
	return fmt.Sprintf("%d:%d", s.from, s.to)
}

func (s span) code() string {
	switch {
	case s.all():
		return "nil"
	case s.step > 1:
		return fmt.Sprintf("gorgonia.S(%d, %d, %d)", s.from, s.to, s.step)
	}
	return fmt.Sprintf("gorgonia.S(%d, %d)", s.from, s.to)
}

// spans are the arguments of Slice.
func spans(cuts []span) []tensor.Slice {
	out := make([]tensor.Slice, len(cuts))
	for k, s := range cuts {
		if !s.all() {
			out[k] = gorgonia.S(s.from, s.to, s.step)
		}
	}
	return out
}

func sliceOf(shape []int, cuts []span) Case {
	var text, code []string
	for _, c := range cuts {
		text, code = append(text, c.String()), append(code, c.code())
	}
	return Case{Op: "Slice", Variant: dims(shape) + ", [" + strings.Join(text, ", ") + "]",
		In: []Input{in("x", -2, 2, shape...)}, Code: "gorgonia.Slice(x, " + strings.Join(code, ", ") + ")",
		Ref: sliced(cuts), Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			return gorgonia.Slice(in[0], spans(cuts)...)
		}}
}

func concatOf(axis int, shapes [][]int) Case {
	var inputs []Input
	var texts, names []string
	for k, shape := range shapes {
		name := string(rune('a' + k))
		inputs, texts, names = append(inputs, in(name, -2, 2, shape...)), append(texts, dims(shape)), append(names, name)
	}
	return Case{Op: "Concat", Variant: fmt.Sprintf("%s, axis %d", strings.Join(texts, ", "), axis), In: inputs,
		Code: fmt.Sprintf("gorgonia.Concat(%d, %s)", axis, strings.Join(names, ", ")),
		Ref:  joined(axis), Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return gorgonia.Concat(axis, in...) }}
}

// unconcatOf is the second of the parts.
func unconcatOf(shape []int, axis, parts int) Case {
	cuts := make([]span, len(shape))
	n := shape[axis] / parts
	cuts[axis] = span{n, 2 * n, 1}
	return Case{Op: "Unconcat", Variant: fmt.Sprintf("%s, axis %d, second of %d", dims(shape), axis, parts),
		In: []Input{in("x", -2, 2, shape...)},
		Code: fmt.Sprintf("func() (*gorgonia.Node, error) { n, err := gorgonia.Unconcat(x, %d, %d); return n[1], err }()",
			axis, parts),
		Ref: sliced(cuts),
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			all, err := gorgonia.Unconcat(in[0], axis, parts)
			if err != nil {
				return nil, err
			}
			return all[1], nil
		}}
}

func atOf(shape, at []int) Case {
	return Case{Op: "At", Variant: fmt.Sprintf("%s, [%s]", dims(shape), list(at)), In: []Input{in("x", -2, 2, shape...)},
		Code:  fmt.Sprintf("gorgonia.At(x%s)", arguments(at)),
		Ref:   func(in []Array) Array { return Array{nil, []float64{in[0].get(at...)}} },
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return gorgonia.At(in[0], at...) }}
}

func byIndicesOf(shape []int, axis int, indices []float64) Case {
	index := Input{Name: "i", Shape: []int{len(indices)}, Values: indices, Type: "int"}
	return Case{Op: "ByIndices", Variant: fmt.Sprintf("%s, axis %d, %v", dims(shape), axis, indices),
		In: []Input{in("x", -2, 2, shape...), index}, Code: fmt.Sprintf("gorgonia.ByIndices(x, i, %d)", axis),
		Ref: func(in []Array) Array {
			to := slices.Clone(shape)
			to[axis] = len(indices)
			return fill(to, func(at []int) float64 {
				from := slices.Clone(at)
				from[axis] = int(indices[at[axis]])
				return in[0].get(from...)
			})
		}, Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return gorgonia.ByIndices(in[0], in[1], axis) }}
}

// shaping are the operations that move elements.
func shaping() []Case {
	var cases []Case
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
		indices []float64
	}{
		{[]int{4}, 0, []float64{2, 0}}, {[]int{4, 2}, 0, []float64{2, 0, 3}}, {[]int{4, 2}, 0, []float64{1, 1}},
		{[]int{2, 4}, 1, []float64{3, 0}}, {[]int{2, 3, 2}, 1, []float64{2, 0}}, {[]int{2, 3, 2}, 2, []float64{1}},
		{[]int{3, 2, 2}, 0, []float64{2, 0}},
	} {
		cases = append(cases, byIndicesOf(s.shape, s.axis, s.indices))
	}
	for _, n := range []int{1, 3} {
		cases = append(cases, diagFlatOf(n))
	}
	return append(cases, ctc()...)
}

func diagFlatOf(n int) Case {
	return Case{Op: "DiagFlat", Variant: fmt.Sprint(n), In: []Input{in("x", -2, 2, n)}, Code: "gorgonia.DiagFlat(x)",
		Design: "documented as not differentiable",
		Ref: func(in []Array) Array {
			return fill([]int{n, n}, func(at []int) float64 { return truth(at[0] == at[1]) * in[0].Data[at[0]] })
		}, Build: unary(gorgonia.DiagFlat)}
}

// sliced is x[from:to, …]; an axis cut to one element is dropped.
func sliced(cuts []span) func([]Array) Array {
	return func(in []Array) Array {
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

func joined(axis int) func([]Array) Array {
	return func(in []Array) Array {
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
