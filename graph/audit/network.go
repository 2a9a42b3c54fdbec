package audit

import (
	"fmt"
	"math"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// axisOp is the softmax or one of its relatives.
type axisOp struct {
	f   any
	ref func([]float64) []float64
}

var axisOps = []axisOp{
	{gorgonia.SoftMax, softMax}, {gorgonia.LogSoftMax, logSoftMax}, {gorgonia.Sparsemax, sparseMax},
}

// of is the case along an axis; −1 means that none is given.
func (o axisOp) of(shape []int, axis int) testCase {
	var axes []int
	at := axis
	if axis >= 0 {
		axes = []int{axis}
	} else {
		at = len(shape) - 1
		if len(shape) == 2 && shape[1] == 1 && shape[0] > 1 && name(o.f) != "Sparsemax" {
			at = 0 // without an axis a column counts as a vector
		}
	}
	return op(dims(shape)+axesText(axes), along(at, o.ref), o.f, in("x", -1, 1, shape...), rest(axes))
}

func binaryXentOf(shape []int) testCase {
	return op(dims(shape), pairs(func(p, t float64) float64 { return -t*math.Log(p) - (1-t)*math.Log(1-p) }),
		gorgonia.BinaryXent, in("p", 0.2, 0.8, shape...), in("t", 0.1, 0.9, shape...))
}

func alongAxis() (cases []testCase) {
	for _, o := range axisOps {
		for _, s := range [][]int{
			{4}, {1, 3}, {3, 1}, {2, 3}, {3, 2}, {2, 3, 2}, {3, 2, 2}, {2, 1, 3}, {2, 2, 3, 2}, {2, 1, 2, 3, 2},
		} {
			for axis := -1; axis < len(s); axis++ {
				cases = append(cases, o.of(s, axis))
			}
		}
		large := o.of([]int{3}, -1)
		large.Variant, large.In = "3, large", []input{given("x", []float64{800, 801, 799.5}, 3)}
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

// arguments returns the settings that Conv2d and Im2Col take, and the variant.
func (v *convolution2) arguments() (kernel tensor.Shape, pad, stride, dilation []int, variant string) {
	v.kernel = [2]int(v.filter[2:])
	return v.kernel[:], []int{v.pad[0], v.pad[2]}, v.stride[:], v.dilation[:],
		fmt.Sprintf("%s, %s", dims(v.image), v.text(dims(v.filter)))
}

func (v convolution2) of() testCase {
	kernel, pad, stride, dilation, variant := v.arguments()
	return op(variant, convolution(v.window), gorgonia.Conv2d,
		in("x", -1, 1, v.image...), in("f", -1, 1, v.filter...), kernel, pad, stride, dilation)
}

// columns is Im2Col, which a convolution begins with.
func (v convolution2) columns() testCase {
	kernel, pad, stride, dilation, variant := v.arguments()
	return op(variant, imageToColumns(v.window), gorgonia.Im2Col, in("x", -1, 1, v.image...),
		kernel, tensor.Shape(pad), tensor.Shape(stride), tensor.Shape(dilation))
}

// row returns the window of an operation on images B×C×1×W.
func row(kernel, pad, stride, dilation int) window {
	return window{kernel: [2]int{1, kernel}, stride: [2]int{1, stride},
		dilation: [2]int{1, dilation}, pad: [4]int{0, 0, pad, pad}}
}

// convolution1Of is Conv1d of an image B×C×1×W.
func convolution1Of(image []int, filters, kernel, pad, stride, dilation int) testCase {
	w := row(kernel, pad, stride, dilation)
	filter := []int{filters, image[1], 1, kernel}
	return op(fmt.Sprintf("%s, %s", dims(image), w.text(dims(filter))), convolution(w), gorgonia.Conv1d,
		in("x", -1, 1, image...), in("f", -1, 1, filter...), kernel, pad, stride, dilation)
}

func convolutions() (cases []testCase) {
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

// poolOp is a pooling operation on images, f, and on images B×C×1×W, f1.
type poolOp struct {
	f, f1 any
	ref   func(x []float64, kernel int) float64
}

var poolOps = []poolOp{
	{gorgonia.MaxPool2D, gorgonia.MaxPool1D, func(x []float64, _ int) float64 { return slices.Max(x) }},
	// The padding counts as elements of 0, as in PyTorch.
	{gorgonia.AveragePool2D, gorgonia.AveragePool1D,
		func(x []float64, kernel int) float64 { return sum(x) / float64(kernel) }},
}

// pooled is the reference for a window.
func (p poolOp) pooled(w window) reference {
	return pool(w, func(x []float64) float64 { return p.ref(x, w.kernel[0]*w.kernel[1]) })
}

// of is the case of an image. pad has two elements, for height and width, or four:
// top, bottom, left, right.
func (p poolOp) of(image []int, kernel, stride [2]int, pad []int) testCase {
	w := window{kernel: kernel, stride: stride, dilation: [2]int{1, 1}}
	if len(pad) == 4 {
		w.pad = [4]int(pad)
	} else {
		w = w.withPad(pad[0], pad[1])
	}
	return op(dims(image)+", "+w.text(dims(kernel[:])), p.pooled(w),
		p.f, in("x", 0.5, 2, image...), tensor.Shape(kernel[:]), pad, stride[:])
}

// of1 is the case of an image B×C×1×W.
func (p poolOp) of1(image []int, kernel, pad, stride int) testCase {
	w := row(kernel, pad, stride, 1)
	return op(dims(image)+", "+w.text(fmt.Sprint(kernel)), p.pooled(w),
		p.f1, in("x", 0.5, 2, image...), kernel, pad, stride)
}

func globalAverageOf(shape []int) testCase {
	return op(dims(shape), globalAverage, gorgonia.GlobalAveragePool2D, in("x", -2, 2, shape...))
}

func globalAverage(in []array) array {
	y := reduce([]int{2, 3}, mean)(in)
	return array{append(y.Shape, 1, 1), y.Data}
}

func upsampleOf(shape []int, scale int) testCase {
	upsampled := func(in []array) array {
		return fill([]int{shape[0], shape[1], shape[2] * scale, shape[3] * scale},
			func(at []int) float64 { return in[0].get(at[0], at[1], at[2]/scale, at[3]/scale) })
	}
	return op(fmt.Sprintf("%s, scale %d", dims(shape), scale), upsampled,
		gorgonia.Upsample2D, in("x", -2, 2, shape...), scale)
}

func pools() (cases []testCase) {
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
	negative.In = []input{in("x", -2, -0.5, 1, 1, 3, 3)}
	cases = append(cases, negative)
	for _, v := range []struct{ kernel, pad, stride int }{{2, 0, 2}, {2, 0, 1}, {3, 1, 2}} {
		for _, p := range poolOps {
			cases = append(cases, p.of1([]int{2, 2, 1, 6}, v.kernel, v.pad, v.stride))
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
