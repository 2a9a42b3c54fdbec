package audit

import (
	"fmt"
	"math"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func networks() []Case {
	return slices.Concat(alongAxis(), convolutions(), pools(), normalizations(), random())
}

// axisOp is the softmax or one of its relatives.
type axisOp struct {
	op  string
	f   func(x *gorgonia.Node, axes ...int) (*gorgonia.Node, error)
	ref func([]float64) []float64
}

var axisOps = []axisOp{{"SoftMax", gorgonia.SoftMax, softMax}, {"LogSoftMax", gorgonia.LogSoftMax, logSoftMax},
	{"Sparsemax", gorgonia.Sparsemax, sparseMax}}

// of goes along an axis; −1 gives none.
func (o axisOp) of(shape []int, axis int) Case {
	var axes []int
	at := axis
	if axis >= 0 {
		axes = []int{axis}
	} else {
		at = len(shape) - 1
		if len(shape) == 2 && shape[1] == 1 && shape[0] > 1 && o.op != "Sparsemax" {
			at = 0 // without an axis a column is taken for the vector that it is
		}
	}
	return Case{Op: o.op, Variant: dims(shape) + axesText(axes), In: []Input{in("x", -1, 1, shape...)},
		Code: fmt.Sprintf("gorgonia.%s(x%s)", o.op, arguments(axes)), Ref: along(at, o.ref),
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return o.f(in[0], axes...) }}
}

func binaryXentOf(shape []int) Case {
	return Case{Op: "BinaryXent", Variant: dims(shape),
		In: []Input{in("p", 0.2, 0.8, shape...), in("t", 0.1, 0.9, shape...)}, Code: "gorgonia.BinaryXent(p, t)",
		Ref:   pairs(func(p, t float64) float64 { return -t*math.Log(p) - (1-t)*math.Log(1-p) }),
		Build: binary(gorgonia.BinaryXent)}
}

func alongAxis() []Case {
	var cases []Case
	for _, o := range axisOps {
		for _, s := range [][]int{
			{4}, {1, 3}, {3, 1}, {2, 3}, {3, 2}, {2, 3, 2}, {3, 2, 2}, {2, 1, 3}, {2, 2, 3, 2}, {2, 1, 2, 3, 2},
		} {
			for axis := -1; axis < len(s); axis++ {
				cases = append(cases, o.of(s, axis))
			}
		}
		large := o.of([]int{3}, -1)
		large.Variant, large.In = "3, large", []Input{given("x", []float64{800, 801, 799.5}, 3)}
		cases = append(cases, large)
	}
	for _, s := range [][]int{{}, {4}, {2, 3}, {2, 1, 3}} {
		cases = append(cases, binaryXentOf(s))
	}
	return cases
}

// convolution2 is a convolution of a BCHW image with filters.
type convolution2 struct {
	image, filter []int
	window
}

// one is a window without anything unusual.
var one = window{stride: [2]int{1, 1}, dilation: [2]int{1, 1}}

func (w window) withStride(h, width int) window   { w.stride = [2]int{h, width}; return w }
func (w window) withDilation(h, width int) window { w.dilation = [2]int{h, width}; return w }
func (w window) withPad(h, width int) window      { w.pad = [4]int{h, h, width, width}; return w }

func (v convolution2) pads() []int { return []int{v.pad[0], v.pad[2]} }

func (v convolution2) variant() string {
	return fmt.Sprintf("%s, %s", dims(v.image), v.text(dims(v.filter)))
}

func (v convolution2) of() Case {
	v.kernel = [2]int(v.filter[2:])
	return Case{Op: "Conv2d", Variant: v.variant(), In: []Input{in("x", -1, 1, v.image...), in("f", -1, 1, v.filter...)},
		Ref: convolution(v.window),
		Code: fmt.Sprintf("gorgonia.Conv2d(x, f, tensor.Shape{%s}, []int{%s}, []int{%s}, []int{%s})", list(v.kernel[:]),
			list(v.pads()), list(v.stride[:]), list(v.dilation[:])),
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			return gorgonia.Conv2d(in[0], in[1], tensor.Shape(v.kernel[:]), v.pads(), v.stride[:], v.dilation[:])
		}}
}

// columns is Im2Col, which a convolution begins with.
func (v convolution2) columns() Case {
	v.kernel = [2]int(v.filter[2:])
	return Case{Op: "Im2Col", Variant: v.variant(), In: []Input{in("x", -1, 1, v.image...)}, Ref: imageToColumns(v.window),
		Code: fmt.Sprintf("gorgonia.Im2Col(x, tensor.Shape{%s}, tensor.Shape{%s}, tensor.Shape{%s}, tensor.Shape{%s})",
			list(v.kernel[:]), list(v.pads()), list(v.stride[:]), list(v.dilation[:])),
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			return gorgonia.Im2Col(in[0], v.kernel[:], v.pads(), v.stride[:], v.dilation[:])
		}}
}

// convolution1Of is Conv1d of an image B×C×1×W.
func convolution1Of(image []int, filters, kernel, pad, stride, dilation int) Case {
	w := window{kernel: [2]int{1, kernel}, stride: [2]int{1, stride},
		dilation: [2]int{1, dilation}, pad: [4]int{0, 0, pad, pad}}
	filter := []int{filters, image[1], 1, kernel}
	return Case{Op: "Conv1d", Variant: fmt.Sprintf("%s, %s", dims(image), w.text(dims(filter))),
		In: []Input{in("x", -1, 1, image...), in("f", -1, 1, filter...)}, Ref: convolution(w),
		Code: fmt.Sprintf("gorgonia.Conv1d(x, f, %d, %d, %d, %d)", kernel, pad, stride, dilation),
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			return gorgonia.Conv1d(in[0], in[1], kernel, pad, stride, dilation)
		}}
}

func convolutions() []Case {
	var cases []Case
	for _, v := range []convolution2{
		{[]int{1, 1, 3, 3}, []int{1, 1, 2, 2}, one},
		{[]int{2, 1, 3, 3}, []int{1, 1, 2, 2}, one},
		{[]int{1, 2, 3, 4}, []int{3, 2, 2, 3}, one},
		{[]int{2, 2, 3, 3}, []int{2, 2, 2, 2}, one.withPad(1, 1)},
		{[]int{2, 2, 3, 3}, []int{2, 2, 2, 2}, one.withPad(1, 0)},
		{[]int{2, 2, 4, 4}, []int{2, 2, 2, 2}, one.withStride(2, 2)},
		{[]int{2, 2, 4, 5}, []int{2, 2, 2, 2}, one.withStride(2, 1)},
		{[]int{1, 2, 4, 4}, []int{2, 2, 2, 2}, one.withDilation(2, 2)},
		{[]int{1, 1, 4, 5}, []int{1, 1, 2, 2}, one.withDilation(1, 2)},
		{[]int{1, 1, 5, 5}, []int{1, 1, 3, 3}, one.withStride(2, 2).withPad(1, 1)},
		{[]int{2, 3, 2, 2}, []int{2, 3, 1, 1}, one},
		{[]int{2, 2, 4, 1}, []int{2, 2, 2, 1}, one},
		{[]int{2, 2, 1, 4}, []int{1, 2, 1, 2}, one},
	} {
		cases = append(cases, v.of(), v.columns())
	}
	for _, v := range []struct{ batch, kernel, pad, stride, dilation int }{
		{1, 3, 0, 1, 1}, {2, 3, 0, 1, 1}, {2, 2, 1, 1, 1}, {2, 2, 0, 2, 1}, {2, 2, 0, 1, 2}, {2, 3, 1, 2, 1},
	} {
		cases = append(cases, convolution1Of([]int{v.batch, 2, 1, 5}, 2, v.kernel, v.pad, v.stride, v.dilation))
	}
	return cases
}

// text names the kernel, and the settings that are not the usual ones.
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

type poolOp struct {
	op  string
	f   func(x *gorgonia.Node, kernel tensor.Shape, pad, stride []int) (*gorgonia.Node, error)
	ref func(x []float64, kernel int) float64
}

func largest(x []float64, _ int) float64 { return slices.Max(x) }

// counted is an average that counts the padding in, as PyTorch does.
func counted(x []float64, kernel int) float64 { return sum(x) / float64(kernel) }

var poolOps = []poolOp{{"MaxPool2D", gorgonia.MaxPool2D, largest}, {"AveragePool2D", gorgonia.AveragePool2D, counted}}

// of has a pad for each axis, or one for each side: top, bottom, left, right.
func (p poolOp) of(image []int, kernel, stride [2]int, pad []int) Case {
	w := window{kernel: kernel, stride: stride, dilation: [2]int{1, 1}}
	if len(pad) == 4 {
		w.pad = [4]int(pad)
	} else {
		w.pad = [4]int{pad[0], pad[0], pad[1], pad[1]}
	}
	return Case{Op: p.op, Variant: dims(image) + ", " + w.text(dims(kernel[:])), In: []Input{in("x", 0.5, 2, image...)},
		Ref: pool(w, func(x []float64) float64 { return p.ref(x, kernel[0]*kernel[1]) }),
		Code: fmt.Sprintf("gorgonia.%s(x, tensor.Shape{%s}, []int{%s}, []int{%s})", p.op,
			list(kernel[:]), list(pad), list(stride[:])),
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			return p.f(in[0], tensor.Shape(kernel[:]), slices.Clone(pad), stride[:])
		}}
}

type pool1Op struct {
	op  string
	f   func(x *gorgonia.Node, kernel, pad, stride int) (*gorgonia.Node, error)
	ref func(x []float64, kernel int) float64
}

var pool1Ops = []pool1Op{{"MaxPool1D", gorgonia.MaxPool1D, largest}, {"AveragePool1D", gorgonia.AveragePool1D, counted}}

func (p pool1Op) of(image []int, kernel, pad, stride int) Case {
	w := window{kernel: [2]int{1, kernel}, stride: [2]int{1, stride}, dilation: [2]int{1, 1}, pad: [4]int{0, 0, pad, pad}}
	return Case{Op: p.op, Variant: dims(image) + ", " + w.text(fmt.Sprint(kernel)), In: []Input{in("x", 0.5, 2, image...)},
		Ref:   pool(w, func(x []float64) float64 { return p.ref(x, kernel) }),
		Code:  fmt.Sprintf("gorgonia.%s(x, %d, %d, %d)", p.op, kernel, pad, stride),
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return p.f(in[0], kernel, pad, stride) }}
}

func globalAverageOf(shape []int) Case {
	return Case{Op: "GlobalAveragePool2D", Variant: dims(shape), In: []Input{in("x", -2, 2, shape...)},
		Code: "gorgonia.GlobalAveragePool2D(x)",
		Ref: func(in []Array) Array {
			y := reduce([]int{2, 3}, mean)(in)
			return Array{[]int{y.Shape[0], y.Shape[1], 1, 1}, y.Data}
		}, Build: unary(gorgonia.GlobalAveragePool2D)}
}

func upsampleOf(shape []int, scale int) Case {
	return Case{Op: "Upsample2D", Variant: fmt.Sprintf("%s, scale %d", dims(shape), scale),
		In: []Input{in("x", -2, 2, shape...)}, Code: fmt.Sprintf("gorgonia.Upsample2D(x, %d)", scale),
		Ref: func(in []Array) Array {
			return fill([]int{shape[0], shape[1], shape[2] * scale, shape[3] * scale},
				func(at []int) float64 { return in[0].get(at[0], at[1], at[2]/scale, at[3]/scale) })
		}, Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return gorgonia.Upsample2D(in[0], scale) }}
}

func pools() []Case {
	var cases []Case
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
		{[]int{2, 2, 4, 1}, [2]int{2, 1}, [2]int{1, 1}, []int{0, 0}},
	} {
		for _, p := range poolOps {
			cases = append(cases, p.of(v.image, v.kernel, v.stride, v.pad))
		}
	}
	negative := poolOps[0].of([]int{1, 1, 3, 3}, [2]int{2, 2}, [2]int{1, 1}, []int{1, 1})
	negative.Variant = "1x1x3x3, negative, kernel 2x2, pad 1x1"
	negative.In = []Input{in("x", -2, -0.5, 1, 1, 3, 3)}
	cases = append(cases, negative)
	for _, v := range []struct{ kernel, pad, stride int }{{2, 0, 2}, {2, 0, 1}, {3, 1, 2}} {
		for _, p := range pool1Ops {
			cases = append(cases, p.of([]int{2, 2, 1, 6}, v.kernel, v.pad, v.stride))
		}
	}
	for _, s := range [][]int{{1, 1, 2, 2}, {2, 3, 2, 4}, {2, 2, 3, 1}} {
		cases = append(cases, globalAverageOf(s))
	}
	for _, scale := range []int{1, 2, 3} {
		cases = append(cases, upsampleOf([]int{2, 2, 2, 3}, scale))
	}
	return cases
}
