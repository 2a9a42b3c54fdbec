package audit

import (
	"fmt"
	"math"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func networks() []Case {
	cases := alongAxis()
	cases = append(cases, convolutions()...)
	cases = append(cases, pools()...)
	return append(cases, normalizations()...)
}

// alongAxis are the softmax and its relatives.
func alongAxis() []Case {
	var cases []Case
	for _, o := range []struct {
		op  string
		f   func(x *gorgonia.Node, axes ...int) (*gorgonia.Node, error)
		ref func([]float64) []float64
	}{{"SoftMax", gorgonia.SoftMax, softMax}, {"LogSoftMax", gorgonia.LogSoftMax, logSoftMax}, {"Sparsemax", gorgonia.Sparsemax, sparseMax}} {
		for _, s := range [][]int{{4}, {1, 3}, {3, 1}, {2, 3}, {3, 2}, {2, 3, 2}, {3, 2, 2}, {2, 2, 3, 2}} {
			for axis := -1; axis < len(s); axis++ {
				var axes []int
				at := axis
				if axis >= 0 {
					axes = []int{axis}
				} else {
					at = len(s) - 1
					if slices.Equal(s, []int{3, 1}) && o.op != "Sparsemax" {
						at = 0 // without an axis a column is taken for the vector that it is
					}
				}
				cases = append(cases, Case{Op: o.op, Variant: dims(s) + axesText(axes), In: []Input{in("x", -1, 1, s...)},
					Code: fmt.Sprintf("gorgonia.%s(x%s)", o.op, arguments(axes)), Ref: along(at, o.ref),
					Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return o.f(in[0], axes...) }})
			}
		}
		cases = append(cases, Case{Op: o.op, Variant: "3, large", In: []Input{given("x", []float64{800, 801, 799.5}, 3)},
			Code: fmt.Sprintf("gorgonia.%s(x)", o.op), Ref: along(0, o.ref),
			Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return o.f(in[0]) }})
	}
	cases = append(cases, Case{Op: "BinaryXent", Variant: "2x3", In: []Input{in("p", 0.2, 0.8, 2, 3), in("t", 0.1, 0.9, 2, 3)}, Code: "gorgonia.BinaryXent(p, t)",
		Ref:   pairs(func(p, t float64) float64 { return -t*math.Log(p) - (1-t)*math.Log(1-p) }),
		Build: binary(gorgonia.BinaryXent)})
	return cases
}

func convolutions() []Case {
	var cases []Case
	for _, v := range []struct {
		image, filter []int
		window
	}{
		{[]int{1, 1, 3, 3}, []int{1, 1, 2, 2}, window{stride: [2]int{1, 1}, dilation: [2]int{1, 1}}},
		{[]int{2, 1, 3, 3}, []int{1, 1, 2, 2}, window{stride: [2]int{1, 1}, dilation: [2]int{1, 1}}},
		{[]int{1, 2, 3, 4}, []int{3, 2, 2, 3}, window{stride: [2]int{1, 1}, dilation: [2]int{1, 1}}},
		{[]int{2, 2, 3, 3}, []int{2, 2, 2, 2}, window{stride: [2]int{1, 1}, dilation: [2]int{1, 1}, pad: [4]int{1, 1, 1, 1}}},
		{[]int{2, 2, 3, 3}, []int{2, 2, 2, 2}, window{stride: [2]int{1, 1}, dilation: [2]int{1, 1}, pad: [4]int{1, 1, 0, 0}}},
		{[]int{2, 2, 4, 4}, []int{2, 2, 2, 2}, window{stride: [2]int{2, 2}, dilation: [2]int{1, 1}}},
		{[]int{2, 2, 4, 5}, []int{2, 2, 2, 2}, window{stride: [2]int{2, 1}, dilation: [2]int{1, 1}}},
		{[]int{1, 2, 4, 4}, []int{2, 2, 2, 2}, window{stride: [2]int{1, 1}, dilation: [2]int{2, 2}}},
		{[]int{1, 1, 4, 5}, []int{1, 1, 2, 2}, window{stride: [2]int{1, 1}, dilation: [2]int{1, 2}}},
		{[]int{1, 1, 5, 5}, []int{1, 1, 3, 3}, window{stride: [2]int{2, 2}, dilation: [2]int{1, 1}, pad: [4]int{1, 1, 1, 1}}},
		{[]int{2, 3, 2, 2}, []int{2, 3, 1, 1}, window{stride: [2]int{1, 1}, dilation: [2]int{1, 1}}},
	} {
		v.kernel = [2]int(v.filter[2:])
		pad := []int{v.pad[0], v.pad[2]}
		variant := fmt.Sprintf("%s, %s", dims(v.image), v.text(dims(v.filter)))
		cases = append(cases, Case{Op: "Conv2d", Variant: variant, In: []Input{in("x", -1, 1, v.image...), in("f", -1, 1, v.filter...)}, Ref: convolution(v.window),
			Code: fmt.Sprintf("gorgonia.Conv2d(x, f, tensor.Shape{%s}, []int{%s}, []int{%s}, []int{%s})", list(v.kernel[:]), list(pad), list(v.stride[:]), list(v.dilation[:])),
			Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
				return gorgonia.Conv2d(in[0], in[1], tensor.Shape(v.kernel[:]), pad, v.stride[:], v.dilation[:])
			}},
			Case{Op: "Im2Col", Variant: variant, In: []Input{in("x", -1, 1, v.image...)}, Ref: imageToColumns(v.window),
				Code: fmt.Sprintf("gorgonia.Im2Col(x, tensor.Shape{%s}, tensor.Shape{%s}, tensor.Shape{%s}, tensor.Shape{%s})", list(v.kernel[:]), list(pad), list(v.stride[:]), list(v.dilation[:])),
				Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
					return gorgonia.Im2Col(in[0], v.kernel[:], pad, v.stride[:], v.dilation[:])
				}})
	}
	for _, v := range []struct{ batch, kernel, pad, stride, dilation int }{{1, 3, 0, 1, 1}, {2, 3, 0, 1, 1}, {2, 2, 1, 1, 1}, {2, 2, 0, 2, 1}, {2, 2, 0, 1, 2}, {2, 3, 1, 2, 1}} {
		w := window{kernel: [2]int{1, v.kernel}, stride: [2]int{1, v.stride}, dilation: [2]int{1, v.dilation}, pad: [4]int{0, 0, v.pad, v.pad}}
		cases = append(cases, Case{Op: "Conv1d", Variant: fmt.Sprintf("%dx2x1x5, %s", v.batch, w.text(fmt.Sprintf("2x2x1x%d", v.kernel))),
			In: []Input{in("x", -1, 1, v.batch, 2, 1, 5), in("f", -1, 1, 2, 2, 1, v.kernel)}, Ref: convolution(w),
			Code: fmt.Sprintf("gorgonia.Conv1d(x, f, %d, %d, %d, %d)", v.kernel, v.pad, v.stride, v.dilation),
			Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
				return gorgonia.Conv1d(in[0], in[1], v.kernel, v.pad, v.stride, v.dilation)
			}})
	}
	return cases
}

// text names the kernel and whatever is not the usual.
func (w window) text(kernel string) string {
	s := "kernel " + kernel
	if w.stride != [2]int{1, 1} {
		s += ", stride " + dims(w.stride[:])
	}
	if w.dilation != [2]int{1, 1} && w.dilation != [2]int{} {
		s += ", dilation " + dims(w.dilation[:])
	}
	switch p := w.pad; {
	case p == [4]int{}:
	case p[0] == p[1] && p[2] == p[3]:
		s += fmt.Sprintf(", pad %dx%d", p[0], p[2])
	default:
		s += fmt.Sprint(", pad ", list(p[:]))
	}
	return s
}

func pools() []Case {
	var cases []Case
	largest := func(x []float64) float64 { return slices.Max(x) }
	for _, v := range []struct {
		image          []int
		kernel, stride [2]int
		pad            []int
	}{
		{[]int{1, 1, 4, 4}, [2]int{2, 2}, [2]int{2, 2}, []int{0, 0}},
		{[]int{2, 3, 4, 4}, [2]int{2, 2}, [2]int{2, 2}, []int{0, 0}},
		{[]int{1, 1, 4, 4}, [2]int{2, 2}, [2]int{1, 1}, []int{0, 0}},
		{[]int{2, 2, 3, 5}, [2]int{2, 3}, [2]int{1, 1}, []int{0, 0}},
		{[]int{2, 2, 5, 5}, [2]int{3, 3}, [2]int{2, 2}, []int{0, 0}},
		{[]int{2, 1, 4, 4}, [2]int{2, 2}, [2]int{2, 2}, []int{1, 1}},
		{[]int{1, 1, 3, 4}, [2]int{2, 2}, [2]int{1, 2}, []int{1, 0}},
		{[]int{1, 1, 3, 3}, [2]int{2, 2}, [2]int{1, 1}, []int{0, 1, 0, 1}},
		{[]int{1, 2, 3, 3}, [2]int{2, 2}, [2]int{1, 1}, []int{1, 0, 0, 1}},
		{[]int{1, 1, 5, 5}, [2]int{2, 2}, [2]int{3, 3}, []int{0, 0}},
	} {
		w := window{kernel: v.kernel, stride: v.stride, dilation: [2]int{1, 1}}
		if len(v.pad) == 4 {
			w.pad = [4]int(v.pad)
		} else {
			w.pad = [4]int{v.pad[0], v.pad[0], v.pad[1], v.pad[1]}
		}
		// Of an average Gorgonia counts the padding in, as PyTorch does.
		counted := func(x []float64) float64 { return sum(x) / float64(v.kernel[0]*v.kernel[1]) }
		for _, p := range []struct {
			op  string
			f   func(x *gorgonia.Node, kernel tensor.Shape, pad, stride []int) (*gorgonia.Node, error)
			ref func([]float64) float64
		}{{"MaxPool2D", gorgonia.MaxPool2D, largest}, {"AveragePool2D", gorgonia.AveragePool2D, counted}} {
			cases = append(cases, Case{Op: p.op, Variant: dims(v.image) + ", " + w.text(dims(v.kernel[:])), In: []Input{in("x", 0.5, 2, v.image...)}, Ref: pool(w, p.ref),
				Code: fmt.Sprintf("gorgonia.%s(x, tensor.Shape{%s}, []int{%s}, []int{%s})", p.op, list(v.kernel[:]), list(v.pad), list(v.stride[:])),
				Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
					return p.f(in[0], tensor.Shape(v.kernel[:]), slices.Clone(v.pad), v.stride[:])
				}})
		}
	}
	cases = append(cases, Case{Op: "MaxPool2D", Variant: "1x1x3x3, negative, kernel 2x2, pad 1x1", In: []Input{in("x", -2, -0.5, 1, 1, 3, 3)},
		Ref:  pool(window{kernel: [2]int{2, 2}, stride: [2]int{1, 1}, dilation: [2]int{1, 1}, pad: [4]int{1, 1, 1, 1}}, largest),
		Code: "gorgonia.MaxPool2D(x, tensor.Shape{2, 2}, []int{1, 1}, []int{1, 1})",
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			return gorgonia.MaxPool2D(in[0], tensor.Shape{2, 2}, []int{1, 1}, []int{1, 1})
		}})
	for _, v := range []struct{ kernel, pad, stride int }{{2, 0, 2}, {2, 0, 1}, {3, 1, 2}} {
		w := window{kernel: [2]int{1, v.kernel}, stride: [2]int{1, v.stride}, dilation: [2]int{1, 1}, pad: [4]int{0, 0, v.pad, v.pad}}
		counted := func(x []float64) float64 { return sum(x) / float64(v.kernel) }
		for _, p := range []struct {
			op  string
			f   func(x *gorgonia.Node, kernel, pad, stride int) (*gorgonia.Node, error)
			ref func([]float64) float64
		}{{"MaxPool1D", gorgonia.MaxPool1D, largest}, {"AveragePool1D", gorgonia.AveragePool1D, counted}} {
			cases = append(cases, Case{Op: p.op, Variant: "2x2x1x6, " + w.text(fmt.Sprint(v.kernel)), In: []Input{in("x", 0.5, 2, 2, 2, 1, 6)}, Ref: pool(w, p.ref),
				Code:  fmt.Sprintf("gorgonia.%s(x, %d, %d, %d)", p.op, v.kernel, v.pad, v.stride),
				Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return p.f(in[0], v.kernel, v.pad, v.stride) }})
		}
	}
	for _, s := range [][]int{{1, 1, 2, 2}, {2, 3, 2, 4}} {
		cases = append(cases, Case{Op: "GlobalAveragePool2D", Variant: dims(s), In: []Input{in("x", -2, 2, s...)}, Code: "gorgonia.GlobalAveragePool2D(x)",
			Ref: func(in []Array) Array {
				y := reduce([]int{2, 3}, mean)(in)
				return Array{[]int{y.Shape[0], y.Shape[1], 1, 1}, y.Data}
			}, Build: unary(gorgonia.GlobalAveragePool2D)})
	}
	for _, scale := range []int{1, 2, 3} {
		cases = append(cases, Case{Op: "Upsample2D", Variant: fmt.Sprintf("2x2x2x3, scale %d", scale), In: []Input{in("x", -2, 2, 2, 2, 2, 3)}, Code: fmt.Sprintf("gorgonia.Upsample2D(x, %d)", scale),
			Ref: func(in []Array) Array {
				return fill([]int{2, 2, 2 * scale, 3 * scale}, func(at []int) float64 { return in[0].get(at[0], at[1], at[2]/scale, at[3]/scale) })
			}, Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return gorgonia.Upsample2D(in[0], scale) }})
	}
	return cases
}

// repeated writes a slice of n equal numbers.
func repeated(x float64, n int) string {
	return floats(slices.Repeat([]float64{x}, n))
}

func normalizations() []Case {
	var cases []Case
	perChannel := func(at, _ []int) int { return at[1] }
	for _, v := range []struct {
		x, scale []int
		epsilon  float64
		eval     bool
	}{
		{[]int{4, 3}, []int{1, 3}, 1e-5, false}, {[]int{4, 3}, []int{4, 3}, 1e-5, false}, {[]int{4, 3}, []int{1, 3}, 0.1, false},
		{[]int{4, 2, 2, 2}, []int{1, 2, 1, 1}, 1e-5, false}, {[]int{2, 2, 3, 2}, []int{2, 2, 3, 2}, 1e-5, false}, {[]int{4, 2, 2, 2}, []int{1, 2, 1, 1}, 0.1, false},
		{[]int{4, 3}, []int{1, 3}, 1e-5, true}, {[]int{4, 2, 2, 2}, []int{1, 2, 1, 1}, 1e-5, true},
	} {
		c := Case{Op: "BatchNorm", Variant: fmt.Sprintf("%s, scale %s, ε %v", dims(v.x), dims(v.scale), v.epsilon), In: []Input{in("x", -2, 2, v.x...), in("γ", 0.5, 2, v.scale...), in("β", -1, 1, v.scale...)},
			Ref: normalize(v.epsilon, perChannel), Eval: v.eval, Code: fmt.Sprintf("func() (*gorgonia.Node, error) {\n\t\ty, _, _, _, err := gorgonia.BatchNorm(x, γ, β, 0.9, %v)\n\t\treturn y, err\n\t}()", v.epsilon),
			Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
				y, _, _, _, err := gorgonia.BatchNorm(in[0], in[1], in[2], 0.9, v.epsilon)
				return y, err
			}}
		if v.eval {
			c.Variant += ", evaluation, mean 0.5 and variance 2"
			c.Code = fmt.Sprintf("func() (*gorgonia.Node, error) {\n\t\ty, _, _, op, err := gorgonia.BatchNorm(x, γ, β, 0.9, %v)\n\t\tif err != nil {\n\t\t\treturn nil, err\n\t\t}\n"+
				"\t\treturn y, op.SetStats(tensor.New(tensor.WithBacking(%s)), tensor.New(tensor.WithBacking(%s)))\n\t}()", v.epsilon, repeated(0.5, v.x[1]), repeated(2, v.x[1]))
			c.Ref = func(in []Array) Array {
				y := each(func(x float64) float64 { return (x - 0.5) / math.Sqrt(2+v.epsilon) })(in)
				y = pairs(func(a, b float64) float64 { return a * b })([]Array{y, in[1]})
				return pairs(func(a, b float64) float64 { return a + b })([]Array{y, in[2]})
			}
			c.Build = func(in gorgonia.Nodes) (*gorgonia.Node, error) {
				y, _, _, op, err := gorgonia.BatchNorm(in[0], in[1], in[2], 0.9, v.epsilon)
				if err != nil {
					return nil, err
				}
				m, s := newArray(v.x[1]), newArray(v.x[1])
				for i := range m.Data {
					m.Data[i], s.Data[i] = 0.5, 2
				}
				return y, op.SetStats(value(m, in[0].Dtype()).(tensor.Tensor), value(s, in[0].Dtype()).(tensor.Tensor))
			}
		}
		cases = append(cases, c)
	}
	for _, v := range []struct {
		x, scale []int
		groups   int
	}{{[]int{2, 4, 2, 2}, []int{1, 4, 1, 1}, 1}, {[]int{2, 4, 2, 2}, []int{1, 4, 1, 1}, 2}, {[]int{2, 4, 2, 3}, []int{1, 4, 1, 1}, 4}, {[]int{1, 2, 5, 5}, []int{1, 2, 1, 1}, 1}} {
		channels := v.x[1]
		cases = append(cases, Case{Op: "GroupNorm", Variant: fmt.Sprintf("%s, %d groups", dims(v.x), v.groups), In: []Input{in("x", -2, 2, v.x...), in("γ", 0.5, 2, v.scale...), in("β", -1, 1, v.scale...)},
			Ref: normalize(1e-5, func(at, shape []int) int { return at[0]*v.groups + at[1]*v.groups/channels }), Code: fmt.Sprintf("gorgonia.GroupNorm(x, γ, β, %d, %d, 1e-5)", v.groups, channels),
			Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
				return gorgonia.GroupNorm(in[0], in[1], in[2], v.groups, channels, 1e-5)
			}})
	}
	return cases
}
