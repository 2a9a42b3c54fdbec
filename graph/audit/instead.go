package audit

import (
	"fmt"
	"math"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph/faults"
)

// instead is an expression that package faults suggests in place of a faulty
// operation. Its value and its gradient must be right in all cells of the tape
// machine.
type instead struct {
	fault string // of package faults
	testCase
}

// insteadCells are the cells in which an expression is run: all before this one.
const insteadCells = lispLeaf

func (c *instead) row() Row {
	r := c.testCase.row()
	r.Type, r.Op, r.Outcomes = TypeInstead, c.fault, r.Outcomes[:insteadCells]
	for _, k := range faults.Table() {
		if k.Name() == c.fault {
			r.Instead = k.Instead
		}
	}
	return r
}

func (c *instead) outcome(k int) Outcome {
	if of := cell(k); c.fault == "CTCLoss" && of.twice() {
		return Outcome{Cell: of.String(), Note: "the cost itself, to which nothing can be added"}
	}
	return c.testCase.outcome(k)
}

// adder adds an expression in place of a fault, with its reference.
type adder = func(fault, variant string, ref reference, e expression)

// insteads returns all expressions.
func insteads() (all []instead) {
	add := func(fault, variant string, ref reference, e expression) {
		all = append(all, instead{fault, newCase(variant, ref, e)})
	}
	addElementwise(add)
	addReductions(add)
	addTensors(add)
	addNetworks(add)
	return all
}

func addElementwise(add adder) {
	for _, s := range everyRank {
		x := in("x", 0.3, 3, s...)
		add("Log2", dims(s), each(math.Log2), call(gorgonia.Mul, call(gorgonia.Log, x), number(1/math.Ln2)))
		x.Low = 0.4
		add("InverseSqrt", dims(s), each(func(x float64) float64 { return 1 / math.Sqrt(x) }),
			call(gorgonia.Inverse, call(gorgonia.Sqrt, x)))
	}
	for _, s := range [][2][]int{{{}, {}}, {{4}, {}}, {{}, {4}}, {{2, 3}, {}}} {
		variant := dims(s[0]) + ", " + dims(s[1])
		a, b := in("a", -2, 2, s[0]...), in("b", -2, 2, s[1]...)
		excess := call(gorgonia.Rectify, call(gorgonia.Sub, a, b))
		add("MinBetween", variant, pairs(math.Min), call(gorgonia.Sub, a, excess))
		add("MaxBetween", variant, pairs(math.Max), call(gorgonia.Add, excess, b))
	}
}

// innerShapes are shapes, each with an inner axis along which reductions are wrong.
var innerShapes = []struct {
	shape []int
	axis  int
}{{[]int{2, 2, 3, 2}, 2}, {[]int{2, 3, 2}, 1}, {[]int{3, 4, 3, 2}, 1}, {[]int{2, 3, 4, 3}, 2}}

func addReductions(add adder) {
	for _, s := range innerShapes {
		// All other axes keep their order, and the axis is last.
		last := len(s.shape) - 1
		axes := append(slices.Delete(swap(last+1, last), s.axis, s.axis+1), s.axis)
		x := in("x", -2, 2, s.shape...)
		moved := call(gorgonia.Transpose, x, rest(axes))
		variant := fmt.Sprintf("%s, axis %d", dims(s.shape), s.axis)
		for k, r := range reductionOps {
			fault, variant := []string{"Sum", "Sum", "Max"}[k], variant+[]string{"", ", Mean", ""}[k]
			add(fault, variant, reduce([]int{s.axis}, r.ref), call(r.f, moved, last))
		}
		kept := slices.Clone(s.shape)
		kept[s.axis] = 1
		swapped := func(x any) expression { return call(gorgonia.Transpose, x, rest(swap(last+1, s.axis))) }
		add("Broadcast", dims(s.shape)+", "+dims(kept), pairs(times), swapped(call(gorgonia.BroadcastHadamardProd,
			swapped(x), swapped(in("b", -2, 2, kept...)), []byte(nil), []byte{byte(last)})))
	}
	x := in("x", -2, 2, 2, 2, 3, 2)
	add("Sum", "2x2x3x2, axes 2, 3", reduce([]int{2, 3}, sum), call(gorgonia.Sum, call(gorgonia.Sum, x, 3), 2))
	add("Max", "2x2x3x2, axes 2, 3", reduce([]int{2, 3}, slices.Max[[]float64]),
		call(gorgonia.Max, call(gorgonia.Max, x, 3), 2))
	add("Max beyond axis 3", "2x2x1x2x3, axis 4", reduce([]int{4}, slices.Max[[]float64]),
		call(gorgonia.Max, call(gorgonia.Transpose, in("x", -2, 2, 2, 2, 1, 2, 3), 4, 0, 1, 2, 3), 0))
	for _, s := range []struct {
		shape []int
		axis  int
	}{{[]int{4}, 0}, {[]int{2, 3}, 1}, {[]int{3, 2}, 0}, {[]int{2, 3, 4}, 2}} {
		x, variant := in("x", -2, 2, s.shape...), fmt.Sprintf("%s, axis %d", dims(s.shape), s.axis)
		absolute := call(gorgonia.Abs, x)
		add("LogSumExp", variant, reduce([]int{s.axis}, logSumExp),
			call(gorgonia.Mean, call(gorgonia.Sub, x, call(gorgonia.LogSoftMax, x, s.axis)), s.axis))
		add("Norm", variant+", p = 1", reduce([]int{s.axis}, norm(1)), call(gorgonia.Sum, absolute, s.axis))
		add("Norm", variant+", p = 3", reduce([]int{s.axis}, norm(3)),
			call(gorgonia.Pow, call(gorgonia.Sum, call(gorgonia.Cube, absolute), s.axis), number(1.0/3)))
	}
}

// reshape is x with another shape.
func reshape(x any, shape ...int) expression { return call(gorgonia.Reshape, x, tensor.Shape(shape)) }

func addTensors(add adder) {
	for _, s := range [][2]int{{3, 3}, {2, 4}, {1, 3}} {
		add("OuterProd", fmt.Sprintf("%d, %d", s[0], s[1]), contract(nil, nil), call(gorgonia.Mul,
			reshape(in("a", -2, 2, s[0]), s[0], 1), reshape(in("b", -2, 2, s[1]), 1, s[1])))
	}
	add("Tensordot", "2x3x2, 3x2, axes 1, 2 with 0, 1",
		func(in []array) array { return array{[]int{2, 1}, contract([]int{1, 2}, []int{0, 1})(in).Data} },
		call(gorgonia.Mul, reshape(in("a", -2, 2, 2, 3, 2), 2, 6), reshape(in("b", -2, 2, 3, 2), 6, 1)))
	add("Tensordot of a scalar", "3, 3", contract([]int{0}, []int{0}),
		call(gorgonia.Sum, call(gorgonia.HadamardProd, in("a", -2, 2, 3), in("b", -2, 2, 3))))
	for _, s := range []struct{ shape, at []int }{
		{[]int{4}, []int{2}}, {[]int{2, 3}, []int{1, 2}}, {[]int{2, 3, 2}, []int{1, 0, 1}},
	} {
		args := []any{in("x", -2, 2, s.shape...)}
		for _, k := range s.at {
			args = append(args, only(k))
		}
		add("At", fmt.Sprintf("%s, [%s]", dims(s.shape), list(s.at)), elementAt(s.at), call(gorgonia.Slice, args...))
	}
	x, index := in("x", -2, 2, 2, 4), integers("i", []int{2, 0}, 2)
	add("ByIndices", "4 as a column",
		func(in []array) array { return array{[]int{2, 1}, picked(0, []int{2, 0})(in).Data} },
		call(gorgonia.ByIndices, reshape(in("x", -2, 2, 4), 4, 1), index, 0))
	transposed := func(x any, axes ...int) expression { return call(gorgonia.Transpose, x, rest(axes)) }
	add("ByIndices", "2x4, axis 1, transposed", picked(1, []int{2, 0}),
		transposed(call(gorgonia.ByIndices, transposed(x), index, 0)))
	add("ByIndices", "2x3x2, axis 1, transposed", picked(1, []int{2, 0}),
		transposed(call(gorgonia.ByIndices, transposed(in("x", -2, 2, 2, 3, 2), 1, 0, 2), index, 0), 1, 0, 2))
	add("ByIndices", "2x4, axis 1, one-hot", picked(1, []int{2, 0}),
		call(gorgonia.Mul, x, held("h", []float64{0, 1, 0, 0, 1, 0, 0, 0}, 4, 2)))
	for _, op := range []string{"Exp", "Sigmoid", "Tanh", "Sqrt"} {
		u, _ := unary(op)
		x, y := in("x", max(u.low, -2), 2, 2, 3), in("y", -2, 2, 6)
		first := func(in []array) []array { return []array{reshaped([]int{6})([]array{each(u.ref)(in)}), in[1]} }
		add("Reshape", op+" of 2x3 as 6, product with 6", func(in []array) array { return pairs(times)(first(in)) },
			call(gorgonia.HadamardProd, u.call(reshape(x, 6)), y))
		add("Reshape", op+" of 2x3 as 6, sum with 6", func(in []array) array { return pairs(plus)(first(in)) },
			call(gorgonia.Add, u.call(reshape(x, 6)), y))
	}
	add("Slice", "5x2, [0:5:2], ByIndices", picked(0, []int{0, 2, 4}),
		call(gorgonia.ByIndices, in("x", -2, 2, 5, 2), integers("i", []int{0, 2, 4}, 3), 0))
	add("Slice", "6x2, [0:6:2]", picked(0, []int{0, 2, 4}),
		call(gorgonia.Slice, in("x", -2, 2, 6, 2), span{0, 6, 2}))
}

func addNetworks(add adder) {
	column := in("x", -1, 1, 3, 1)
	add("SoftMax", "3x1", along(0, softMax), call(gorgonia.SoftMax, column, 0))
	add("SoftMax", "3x1, LogSoftMax", along(0, logSoftMax), call(gorgonia.LogSoftMax, column, 0))
	add("Sparsemax", "2x3, axis 0", along(0, sparseMax), call(gorgonia.Transpose,
		call(gorgonia.Sparsemax, call(gorgonia.Transpose, in("x", -1, 1, 2, 3)))))
	add("Sparsemax", "2x2x3", along(2, sparseMax),
		reshape(call(gorgonia.Sparsemax, reshape(in("x", -1, 1, 2, 2, 3), 4, 3)), 2, 2, 3))
	maximum, average := poolOps[0], poolOps[1]
	for _, w := range []window{
		{kernel: [2]int{2, 2}, stride: [2]int{2, 2}, dilation: [2]int{1, 1}},
		{kernel: [2]int{2, 3}, stride: [2]int{1, 2}, dilation: [2]int{1, 1}},
		{kernel: [2]int{3, 3}, stride: [2]int{2, 2}, dilation: [2]int{1, 1}, pad: [4]int{1, 1, 1, 1}},
	} {
		add("AveragePool2D", "2x2x4x5, "+w.text(dims(w.kernel[:])), average.pooled(w), averaged(w, 2, 2, 4, 5))
	}
	wide := row(2, 0, 2, 1)
	add("AveragePool1D", "2x2x1x6, kernel 2", average.pooled(wide), averaged(wide, 2, 2, 1, 6))
	edge := func(name string, shape ...int) input {
		return held(name, slices.Repeat([]float64{-1e9}, size(shape)), shape...)
	}
	padded := call(gorgonia.Concat, 3,
		call(gorgonia.Concat, 2, in("x", -2, 2, 1, 1, 3, 3), edge("below", 1, 1, 1, 3)), edge("right", 1, 1, 4, 1))
	add("MaxPool2D", "1x1x3x3, a pad below and to the right",
		maximum.pooled(window{kernel: [2]int{2, 2}, stride: [2]int{2, 2}, dilation: [2]int{1, 1}, pad: [4]int{0, 1, 0, 1}}),
		call(gorgonia.MaxPool2D, padded, tensor.Shape{2, 2}, []int{0, 0}, []int{2, 2}))
	for _, s := range [][]int{{1, 1, 2, 2}, {2, 3, 2, 4}, {2, 2, 3, 2}} {
		add("GlobalAveragePool2D", dims(s), globalAverage,
			reshape(call(gorgonia.Mean, call(gorgonia.Mean, in("x", -2, 2, s...), 3), 2), s[0], s[1], 1, 1))
	}
	const epsilon, mean, variance = 0.1, 0.5, 2
	channel := func(name string, x float64) input { return held(name, slices.Repeat([]float64{x}, 3), 1, 3, 1, 1) }
	all := []byte{0, 2, 3}
	deviation := call(gorgonia.Sqrt, call(gorgonia.Add, channel("variance", variance), number(epsilon)))
	y := call(gorgonia.BroadcastSub, in("x", -2, 2, 2, 3, 2, 2), channel("mean", mean), []byte(nil), all)
	y = call(gorgonia.BroadcastHadamardDiv, y, deviation, []byte(nil), all)
	y = call(gorgonia.BroadcastHadamardProd, y, in("γ", 0.5, 2, 1, 3, 1, 1), []byte(nil), all)
	add("BatchNorm", "2x3x2x2, mean 0.5, variance 2, ε 0.1", standardize(epsilon, mean, variance),
		call(gorgonia.BroadcastAdd, y, in("β", -1, 1, 1, 3, 1, 1), []byte(nil), all))
	const keep = 0.7 // 1−p
	x, mask := in("x", -2, 2, 2, 3), held("mask", []float64{0, 1 / keep, 1 / keep, 0, 0, 1 / keep}, 2, 3)
	add("Dropout", "2x3, p = 0.3", pairs(times), call(gorgonia.HadamardProd, x, mask))
	relu, _ := unary("Rectify")
	add("Dropout", "2x3, p = 0.3, of a ReLU",
		func(in []array) array { return pairs(times)([]array{each(relu.ref)(in), in[1]}) },
		call(gorgonia.HadamardProd, relu.call(x), mask))
	for _, steps := range []int{2, 3} { // in two steps there is one path of two labels
		s := sequences{steps: steps, classes: 3, labels: [][]int{{1, 2}}, inputLengths: []int{steps},
			targetLengths: []int{2}, reduction: gorgonia.ReductionSum, normalized: true}
		variant, ref, e := s.expression()
		add("CTCLoss", variant, ref, e)
	}
}

// averaged averages over a window, as a convolution of images of one channel.
func averaged(w window, shape ...int) expression {
	n := w.kernel[0] * w.kernel[1]
	filter := held("filter", slices.Repeat([]float64{1 / float64(n)}, n), 1, 1, w.kernel[0], w.kernel[1])
	images := reshape(in("x", 0.5, 2, shape...), shape[0]*shape[1], 1, shape[2], shape[3])
	height, width := w.out(shape)
	return reshape(call(gorgonia.Conv2d, images, filter, tensor.Shape(w.kernel[:]), []int{w.pad[0], w.pad[2]},
		w.stride[:], w.dilation[:]), shape[0], shape[1], height, width)
}
