package audit

import (
	"fmt"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// products are the operations of linear algebra.
func products() []Case {
	var cases []Case
	for _, s := range []struct{ a, b, aAxes, bAxes []int }{
		{[]int{3}, []int{3}, []int{0}, []int{0}},
		{[]int{2, 3}, []int{3}, []int{1}, []int{0}},
		{[]int{2}, []int{2, 3}, []int{0}, []int{0}},
		{[]int{2, 3}, []int{3, 4}, []int{1}, []int{0}},
		{[]int{1, 3}, []int{3, 1}, []int{1}, []int{0}},
		{[]int{3, 1}, []int{1, 3}, []int{1}, []int{0}},
		{[]int{1, 3}, []int{3, 2}, []int{1}, []int{0}},
		{[]int{2, 3}, []int{3, 1}, []int{1}, []int{0}},
	} {
		cases = append(cases, Case{Op: "Mul", Variant: dims(s.a) + ", " + dims(s.b), In: []Input{in("a", -2, 2, s.a...), in("b", -2, 2, s.b...)}, Code: "gorgonia.Mul(a, b)",
			Ref: contract(s.aAxes, s.bAxes), Build: binary(gorgonia.Mul)})
	}
	for _, s := range [][2][]int{{{}, {3}}, {{2, 3}, {}}} {
		cases = append(cases, Case{Op: "Mul", Variant: dims(s[0]) + ", " + dims(s[1]), In: []Input{in("a", -2, 2, s[0]...), in("b", -2, 2, s[1]...)}, Code: "gorgonia.Mul(a, b)",
			Ref: pairs(func(a, b float64) float64 { return a * b }), Build: binary(gorgonia.Mul)})
	}
	for _, s := range [][2]int{{3, 3}, {2, 4}, {1, 3}} {
		cases = append(cases, Case{Op: "OuterProd", Variant: fmt.Sprintf("%d, %d", s[0], s[1]), In: []Input{in("a", -2, 2, s[0]), in("b", -2, 2, s[1])}, Code: "gorgonia.OuterProd(a, b)",
			Ref: contract(nil, nil), Build: binary(gorgonia.OuterProd)})
	}
	for _, s := range []struct {
		a, b   []int
		ta, tb bool
	}{
		{[]int{2, 2, 3}, []int{2, 3, 4}, false, false}, {[]int{2, 3, 2}, []int{2, 3, 4}, true, false}, {[]int{2, 2, 3}, []int{2, 4, 3}, false, true},
		{[]int{2, 3, 2}, []int{2, 4, 3}, true, true}, {[]int{1, 2, 3}, []int{1, 3, 2}, false, false}, {[]int{2, 2, 2, 3}, []int{2, 2, 3, 2}, false, false},
	} {
		variant := dims(s.a) + ", " + dims(s.b)
		if s.ta || s.tb {
			variant += fmt.Sprintf(", transposed %v %v", s.ta, s.tb)
		}
		cases = append(cases, Case{Op: "BatchedMatMul", Variant: variant, In: []Input{in("a", -2, 2, s.a...), in("b", -2, 2, s.b...)}, Code: fmt.Sprintf("gorgonia.BatchedMatMul(a, b, %v, %v)", s.ta, s.tb),
			Ref: batchedProduct(s.ta, s.tb),
			Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
				return gorgonia.BatchedMatMul(in[0], in[1], s.ta, s.tb)
			}})
	}
	for _, s := range []struct{ a, b, aAxes, bAxes []int }{
		{[]int{3}, []int{3}, []int{0}, []int{0}}, {[]int{2, 3}, []int{3, 2}, []int{1}, []int{0}}, {[]int{2, 3}, []int{4, 3}, []int{1}, []int{1}}, {[]int{3, 2}, []int{3, 4}, []int{0}, []int{0}},
		{[]int{2, 3}, []int{3}, []int{1}, []int{0}}, {[]int{2, 3, 2}, []int{3, 2}, []int{1, 2}, []int{0, 1}}, {[]int{2, 3, 2}, []int{2, 3}, []int{1, 2}, []int{1, 0}},
		{[]int{2, 3, 2}, []int{2, 4}, []int{0}, []int{0}}, {[]int{2, 3}, []int{2, 3}, []int{0, 1}, []int{0, 1}}, {[]int{2, 3, 4}, []int{4, 3, 2}, []int{1}, []int{1}},
	} {
		cases = append(cases, Case{Op: "Tensordot", Variant: fmt.Sprintf("%s, %s, axes %s with %s", dims(s.a), dims(s.b), list(s.aAxes), list(s.bAxes)), In: []Input{in("a", -2, 2, s.a...), in("b", -2, 2, s.b...)},
			Code: fmt.Sprintf("gorgonia.Tensordot([]int{%s}, []int{%s}, a, b)", list(s.aAxes), list(s.bAxes)), Ref: contract(s.aAxes, s.bAxes),
			Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
				return gorgonia.Tensordot(slices.Clone(s.aAxes), slices.Clone(s.bAxes), in[0], in[1])
			}})
	}
	return cases
}

func batchedProduct(ta, tb bool) func([]Array) Array {
	return func(in []Array) Array {
		a, b := in[0], in[1]
		n := len(a.Shape)
		swap := func(x Array, t bool) Array {
			if !t {
				return x
			}
			axes := make([]int, n)
			for k := range axes {
				axes[k] = k
			}
			axes[n-2], axes[n-1] = n-1, n-2
			return permute(axes...)([]Array{x})
		}
		a, b = swap(a, ta), swap(b, tb)
		shape := append(slices.Clone(a.Shape[:n-1]), b.Shape[n-1])
		return fill(shape, func(at []int) float64 {
			s := 0.0
			ia, ib := slices.Clone(at), slices.Clone(at)
			for k := range a.Shape[n-1] {
				ia[n-1], ib[n-2] = k, k
				s += a.get(ia...) * b.get(ib...)
			}
			return s
		})
	}
}

// shaping are the operations that move elements.
func shaping() []Case {
	var cases []Case
	for _, s := range [][2][]int{{{6}, {2, 3}}, {{2, 3}, {6}}, {{2, 3}, {3, 2}}, {{2, 3, 2}, {4, 3}}, {{2, 3}, {1, 2, 3, 1}}, {{2, 3}, {2, -1}}, {{1, 1}, {1}}} {
		to := slices.Clone(s[1])
		if to[len(to)-1] < 0 {
			to[len(to)-1] = 3
		}
		cases = append(cases, Case{Op: "Reshape", Variant: dims(s[0]) + " to " + dims(s[1]), In: []Input{in("x", -2, 2, s[0]...)}, Code: fmt.Sprintf("gorgonia.Reshape(x, tensor.Shape{%s})", list(s[1])),
			Ref: func(in []Array) Array { return Array{to, slices.Clone(in[0].Data)} },
			Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
				return gorgonia.Reshape(in[0], tensor.Shape(slices.Clone(s[1])))
			}})
	}
	for _, s := range [][]int{{3}, {2, 3}, {2, 3, 2}} {
		cases = append(cases, Case{Op: "Ravel", Variant: dims(s), In: []Input{in("x", -2, 2, s...)}, Code: "gorgonia.Ravel(x)", Ref: func(in []Array) Array { return Array{[]int{size(s)}, slices.Clone(in[0].Data)} }, Build: unary(gorgonia.Ravel)})
	}
	for _, s := range []struct{ shape, axes []int }{{[]int{2, 3}, []int{1, 0}}, {[]int{1, 3}, []int{1, 0}}, {[]int{2, 3, 4}, []int{2, 1, 0}}, {[]int{2, 3, 4}, []int{0, 2, 1}}, {[]int{2, 3, 4}, []int{1, 2, 0}}, {[]int{2, 3, 4}, []int{2, 0, 1}}, {[]int{2, 3, 1, 2}, []int{0, 2, 3, 1}}, {[]int{2, 3, 2, 2}, []int{3, 1, 0, 2}}, {[]int{2, 3}, []int{0, 1}}} {
		cases = append(cases, Case{Op: "Transpose", Variant: fmt.Sprintf("%s, axes %s", dims(s.shape), list(s.axes)), In: []Input{in("x", -2, 2, s.shape...)}, Code: fmt.Sprintf("gorgonia.Transpose(x%s)", arguments(s.axes)),
			Ref: permute(s.axes...), Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
				return gorgonia.Transpose(in[0], slices.Clone(s.axes)...)
			}})
	}
	for _, s := range []struct {
		shape []int
		cuts  [][2]int // start and end of each axis; 0,0 is all of it
	}{
		{[]int{4}, [][2]int{{1, 3}}}, {[]int{4}, [][2]int{{1, 2}}}, {[]int{4, 3}, [][2]int{{1, 3}}}, {[]int{4, 3}, [][2]int{{2, 3}}}, {[]int{4, 3}, [][2]int{{0, 0}, {1, 3}}}, {[]int{4, 3}, [][2]int{{0, 0}, {1, 2}}},
		{[]int{4, 3}, [][2]int{{1, 3}, {0, 2}}}, {[]int{4, 3}, [][2]int{{1, 2}, {2, 3}}}, {[]int{2, 3, 4}, [][2]int{{0, 0}, {0, 0}, {1, 3}}}, {[]int{2, 3, 4}, [][2]int{{0, 0}, {1, 2}}}, {[]int{2, 3, 4}, [][2]int{{0, 1}, {1, 3}}}, {[]int{2, 3, 2, 2}, [][2]int{{0, 0}, {1, 3}}},
	} {
		cut := func() []tensor.Slice {
			var out []tensor.Slice
			for _, c := range s.cuts {
				if c == [2]int{} {
					out = append(out, nil)
				} else {
					out = append(out, gorgonia.S(c[0], c[1]))
				}
			}
			return out
		}
		text, code := []string{}, ""
		for _, c := range s.cuts {
			if c == [2]int{} {
				text, code = append(text, ":"), code+", nil"
			} else {
				text, code = append(text, fmt.Sprintf("%d:%d", c[0], c[1])), code+fmt.Sprintf(", gorgonia.S(%d, %d)", c[0], c[1])
			}
		}
		cases = append(cases, Case{Op: "Slice", Variant: dims(s.shape) + ", [" + strings.Join(text, ", ") + "]", In: []Input{in("x", -2, 2, s.shape...)}, Code: "gorgonia.Slice(x" + code + ")",
			Ref: sliced(s.cuts), Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return gorgonia.Slice(in[0], cut()...) }})
	}
	for _, s := range []struct {
		axis   int
		shapes [][]int
	}{{0, [][]int{{2}, {3}}}, {0, [][]int{{2, 3}, {1, 3}}}, {1, [][]int{{2, 3}, {2, 2}}}, {0, [][]int{{2, 2}, {2, 2}, {2, 2}}}, {1, [][]int{{2, 1}, {2, 2}, {2, 1}}}, {2, [][]int{{2, 2, 2}, {2, 2, 3}}}, {1, [][]int{{2, 2, 2}, {2, 1, 2}}}, {1, [][]int{{2, 1, 2, 2}, {2, 2, 2, 2}}}} {
		var inputs []Input
		var texts, names []string
		for k, shape := range s.shapes {
			name := string(rune('a' + k))
			inputs, texts, names = append(inputs, in(name, -2, 2, shape...)), append(texts, dims(shape)), append(names, name)
		}
		cases = append(cases, Case{Op: "Concat", Variant: fmt.Sprintf("%s, axis %d", strings.Join(texts, ", "), s.axis), In: inputs, Code: fmt.Sprintf("gorgonia.Concat(%d, %s)", s.axis, strings.Join(names, ", ")),
			Ref: joined(s.axis), Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return gorgonia.Concat(s.axis, in...) }})
	}
	for _, s := range []struct {
		shape       []int
		axis, parts int
	}{{[]int{4, 3}, 0, 2}, {[]int{3, 4}, 1, 2}, {[]int{6}, 0, 3}, {[]int{3, 2}, 0, 3}} {
		cuts := make([][2]int, len(s.shape))
		n := s.shape[s.axis] / s.parts
		cuts[s.axis] = [2]int{n, 2 * n}
		cases = append(cases, Case{Op: "Unconcat", Variant: fmt.Sprintf("%s, axis %d, second of %d", dims(s.shape), s.axis, s.parts), In: []Input{in("x", -2, 2, s.shape...)},
			Code: fmt.Sprintf("func() (*gorgonia.Node, error) { n, err := gorgonia.Unconcat(x, %d, %d); return n[1], err }()", s.axis, s.parts), Ref: sliced(cuts),
			Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
				parts, err := gorgonia.Unconcat(in[0], s.axis, s.parts)
				if err != nil {
					return nil, err
				}
				return parts[1], nil
			}})
	}
	for _, s := range []struct {
		shape, at []int
	}{{[]int{4}, []int{2}}, {[]int{2, 3}, []int{1, 2}}, {[]int{2, 3, 2}, []int{1, 0, 1}}} {
		cases = append(cases, Case{Op: "At", Variant: fmt.Sprintf("%s, [%s]", dims(s.shape), list(s.at)), In: []Input{in("x", -2, 2, s.shape...)}, Code: fmt.Sprintf("gorgonia.At(x%s)", arguments(s.at)),
			Ref: func(in []Array) Array { return Array{nil, []float64{in[0].get(s.at...)}} }, Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return gorgonia.At(in[0], s.at...) }})
	}
	for _, s := range []struct {
		shape   []int
		axis    int
		indices []float64
	}{{[]int{4}, 0, []float64{2, 0}}, {[]int{4, 2}, 0, []float64{2, 0, 3}}, {[]int{4, 2}, 0, []float64{1, 1}}, {[]int{2, 4}, 1, []float64{3, 0}}, {[]int{2, 3, 2}, 1, []float64{2, 0}}, {[]int{2, 3, 2}, 2, []float64{1}}} {
		index := Input{Name: "i", Shape: []int{len(s.indices)}, Values: s.indices, Int: true}
		cases = append(cases, Case{Op: "ByIndices", Variant: fmt.Sprintf("%s, axis %d, %v", dims(s.shape), s.axis, s.indices), In: []Input{in("x", -2, 2, s.shape...), index}, Code: fmt.Sprintf("gorgonia.ByIndices(x, i, %d)", s.axis),
			Ref: func(in []Array) Array {
				shape := slices.Clone(s.shape)
				shape[s.axis] = len(s.indices)
				return fill(shape, func(at []int) float64 {
					from := slices.Clone(at)
					from[s.axis] = int(s.indices[at[s.axis]])
					return in[0].get(from...)
				})
			}, Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return gorgonia.ByIndices(in[0], in[1], s.axis) }})
	}
	cases = append(cases, Case{Op: "DiagFlat", Variant: "3", In: []Input{in("x", -2, 2, 3)}, Code: "gorgonia.DiagFlat(x)", Design: "documented as not differentiable",
		Ref: func(in []Array) Array {
			return fill([]int{3, 3}, func(at []int) float64 { return truth(at[0] == at[1]) * in[0].Data[at[0]] })
		}, Build: unary(gorgonia.DiagFlat)})
	cases = append(cases, ctc()...)
	return cases
}

// ctc are the losses of one sequence of log-probabilities, T×N×C, whose target
// is as long as it can be: there is one path, and the loss is minus its sum.
func ctc() []Case {
	var cases []Case
	for _, r := range []struct {
		name      string
		reduction gorgonia.Reduction
	}{{"ReductionSum", gorgonia.ReductionSum}, {"ReductionMean", gorgonia.ReductionMean}} {
		lengths := func(name string, n float64) Input {
			return Input{Name: name, Shape: []int{1}, Values: []float64{n}, Int: true}
		}
		targets := Input{Name: "t", Shape: []int{1, 2}, Values: []float64{1, 2}, Int: true}
		scale := 1.0
		if r.reduction == gorgonia.ReductionMean {
			scale = 0.5 // by the target's length, as PyTorch does
		}
		for _, steps := range []int{2, 3} {
			cases = append(cases, Case{Op: "CTCLoss", Variant: fmt.Sprintf("%dx1x3, %s, of LogSoftMax", steps, r.name), In: []Input{in("x", -2, 2, steps, 1, 3), targets, lengths("m", float64(steps)), lengths("n", 2)},
				Code: "gorgonia.CTCLoss(gorgonia.Must(gorgonia.LogSoftMax(x, 2)), t, m, n, gorgonia." + r.name + ")",
				Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
					p, err := gorgonia.LogSoftMax(in[0], 2)
					if err != nil {
						return nil, err
					}
					return gorgonia.CTCLoss(p, in[1], in[2], in[3], r.reduction)
				}})
			cases = append(cases, Case{Op: "CTCLoss", Variant: fmt.Sprintf("%dx1x3, %s", steps, r.name), In: []Input{in("p", -2, -0.5, steps, 1, 3), targets, lengths("m", float64(steps)), lengths("n", 2)},
				Code: "gorgonia.CTCLoss(p, t, m, n, gorgonia." + r.name + ")",
				Ref: func(in []Array) Array {
					// Of three steps the labels 1, 2 come from 112, 122, 012, 102, 120.
					paths := [][]int{{1, 2}}
					if steps == 3 {
						paths = [][]int{{1, 1, 2}, {1, 2, 2}, {0, 1, 2}, {1, 0, 2}, {1, 2, 0}}
					}
					var logs []float64
					for _, path := range paths {
						s := 0.0
						for t, label := range path {
							s += in[0].get(t, 0, label)
						}
						logs = append(logs, s)
					}
					return Array{nil, []float64{-scale * logSumExp(logs)}}
				}, Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
					return gorgonia.CTCLoss(in[0], in[1], in[2], in[3], r.reduction)
				}})
		}
	}
	return cases
}

// sliced is x[from:to, …]; an axis cut to one element is dropped, and 0:0 is all.
func sliced(cuts [][2]int) func([]Array) Array {
	return func(in []Array) Array {
		var shape []int
		full := make([]int, len(in[0].Shape))
		start := make([]int, len(in[0].Shape))
		for k, d := range in[0].Shape {
			if full[k] = d; k < len(cuts) && cuts[k] != [2]int{} {
				start[k], full[k] = cuts[k][0], cuts[k][1]-cuts[k][0]
			}
			shape = append(shape, full[k])
		}
		y := fill(shape, func(at []int) float64 {
			from := slices.Clone(at)
			for k := range from {
				from[k] += start[k]
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
