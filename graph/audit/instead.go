package audit

import (
	"fmt"
	"math"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph/faults"
)

// instead is an expression that package faults gives in place of a faulty
// operation, as a case that must be right on the tape machine: its value and its
// gradient, on leaves, on inner nodes, on inputs used twice and in float32.
type instead struct {
	fault string // of package faults
	alone bool   // it is right as the cost itself, to which nothing can be added
	Case
}

// insteadCells are the cells that an expression must be right in.
const insteadCells = LispLeaf

func (c *instead) row() Row {
	r := c.Case.row()
	r.Type, r.Op, r.Outcomes = TypeInstead, c.fault, r.Outcomes[:insteadCells]
	for _, k := range faults.Table() {
		if k.Name() == c.fault {
			r.Instead = k.Instead
		}
	}
	return r
}

func (c *instead) outcome(k int) Outcome {
	if cell := Cell(k); c.alone && cell.twice() {
		return Outcome{Cell: cell.String(), Note: "the cost itself, to which nothing can be added"}
	}
	return c.Case.outcome(k)
}

// expression builds a node. It panics where that fails, which a cell reports as an
// error.
type expression = func(in gorgonia.Nodes) *gorgonia.Node

func must(n *gorgonia.Node, err error) *gorgonia.Node { return gorgonia.Must(n, err) }

// insteads returns the expressions, in the order of the table of faults.
func insteads() []instead {
	var all []instead
	add := func(fault, variant string, ref func([]Array) Array, build expression, in ...Input) {
		all = append(all, instead{fault, fault == "CTCLoss", Case{Variant: variant, In: in, Ref: ref,
			Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return build(in), nil }}})
	}
	addElementwise(add)
	addReductions(add)
	addTensors(add)
	addNetworks(add)
	return all
}

type adder = func(fault, variant string, ref func([]Array) Array, build expression, in ...Input)

func addElementwise(add adder) {
	for _, s := range everyRank {
		add("Log2", dims(s), each(math.Log2), func(in gorgonia.Nodes) *gorgonia.Node {
			return must(gorgonia.Mul(must(gorgonia.Log(in[0])), constant(in[0], 1/math.Ln2)))
		}, in("x", 0.3, 3, s...))
		add("InverseSqrt", dims(s), each(func(x float64) float64 { return 1 / math.Sqrt(x) }),
			func(in gorgonia.Nodes) *gorgonia.Node {
				return must(gorgonia.Inverse(must(gorgonia.Sqrt(in[0]))))
			}, in("x", 0.4, 3, s...))
	}
	for _, s := range [][2][]int{{{}, {}}, {{4}, {}}, {{}, {4}}, {{2, 3}, {}}} {
		variant := dims(s[0]) + ", " + dims(s[1])
		add("MinBetween", variant, pairs(math.Min), func(in gorgonia.Nodes) *gorgonia.Node {
			return must(gorgonia.Sub(in[0], must(gorgonia.Rectify(must(gorgonia.Sub(in[0], in[1]))))))
		}, in("a", -2, 2, s[0]...), in("b", -2, 2, s[1]...))
		add("MaxBetween", variant, pairs(math.Max), func(in gorgonia.Nodes) *gorgonia.Node {
			return must(gorgonia.Add(must(gorgonia.Rectify(must(gorgonia.Sub(in[0], in[1])))), in[1]))
		}, in("a", -2, 2, s[0]...), in("b", -2, 2, s[1]...))
	}
}

// innerShapes are shapes with an inner axis that reductions read wrongly, and
// the axis.
var innerShapes = []struct {
	shape []int
	axis  int
}{{[]int{2, 2, 3, 2}, 2}, {[]int{2, 3, 2}, 1}, {[]int{3, 4, 3, 2}, 1}, {[]int{2, 3, 4, 3}, 2}}

// lastAxis exchanges an axis with the last one.
func lastAxis(x *gorgonia.Node, axis int) *gorgonia.Node {
	axes := make([]int, x.Dims())
	for k := range axes {
		axes[k] = k
	}
	axes[axis], axes[len(axes)-1] = len(axes)-1, axis
	return must(gorgonia.Transpose(x, axes...))
}

func addReductions(add adder) {
	for _, s := range innerShapes {
		// The axis is taken out and put last, so that the others keep their order.
		moved := func(x *gorgonia.Node) *gorgonia.Node {
			var axes []int
			for k := range s.shape {
				if k != s.axis {
					axes = append(axes, k)
				}
			}
			return must(gorgonia.Transpose(x, append(axes, s.axis)...))
		}
		last := len(s.shape) - 1
		variant := fmt.Sprintf("%s, axis %d", dims(s.shape), s.axis)
		x := in("x", -2, 2, s.shape...)
		add("Sum", variant, reduce([]int{s.axis}, sum),
			func(in gorgonia.Nodes) *gorgonia.Node { return must(gorgonia.Sum(moved(in[0]), last)) }, x)
		add("Sum", variant+", Mean", reduce([]int{s.axis}, mean),
			func(in gorgonia.Nodes) *gorgonia.Node { return must(gorgonia.Mean(moved(in[0]), last)) }, x)
		add("Max", variant, reduce([]int{s.axis}, slices.Max),
			func(in gorgonia.Nodes) *gorgonia.Node { return must(gorgonia.Max(moved(in[0]), last)) }, x)
		kept := slices.Clone(s.shape)
		kept[s.axis] = 1
		add("Broadcast", fmt.Sprintf("%s, %s", dims(s.shape), dims(kept)), pairs(func(a, b float64) float64 { return a * b }),
			func(in gorgonia.Nodes) *gorgonia.Node {
				return lastAxis(must(
					gorgonia.BroadcastHadamardProd(lastAxis(in[0], s.axis), lastAxis(in[1], s.axis), nil, []byte{byte(last)})), s.axis)
			}, x, in("b", -2, 2, kept...))
	}
	four := []int{2, 2, 3, 2}
	add("Sum", "2x2x3x2, axes 2, 3", reduce([]int{2, 3}, sum),
		func(in gorgonia.Nodes) *gorgonia.Node { return must(gorgonia.Sum(must(gorgonia.Sum(in[0], 3)), 2)) },
		in("x", -2, 2, four...))
	add("Max", "2x2x3x2, axes 2, 3", reduce([]int{2, 3}, slices.Max),
		func(in gorgonia.Nodes) *gorgonia.Node { return must(gorgonia.Max(must(gorgonia.Max(in[0], 3)), 2)) },
		in("x", -2, 2, four...))
	add("Max beyond axis 3", "2x2x1x2x3, axis 4", reduce([]int{4}, slices.Max), func(in gorgonia.Nodes) *gorgonia.Node {
		return must(gorgonia.Max(must(gorgonia.Transpose(in[0], 4, 0, 1, 2, 3)), 0))
	}, in("x", -2, 2, 2, 2, 1, 2, 3))
	for _, s := range []struct {
		shape []int
		axis  int
	}{{[]int{4}, 0}, {[]int{2, 3}, 1}, {[]int{3, 2}, 0}, {[]int{2, 3, 4}, 2}} {
		add("LogSumExp", fmt.Sprintf("%s, axis %d", dims(s.shape), s.axis), reduce([]int{s.axis}, logSumExp),
			func(in gorgonia.Nodes) *gorgonia.Node {
				return must(gorgonia.Mean(must(gorgonia.Sub(in[0], must(gorgonia.LogSoftMax(in[0], s.axis)))), s.axis))
			}, in("x", -2, 2, s.shape...))
		x := in("x", -2, 2, s.shape...)
		add("Norm", fmt.Sprintf("%s, axis %d, p = 1", dims(s.shape), s.axis), reduce([]int{s.axis}, norm(1)),
			func(in gorgonia.Nodes) *gorgonia.Node {
				return must(gorgonia.Sum(must(gorgonia.Abs(in[0])), s.axis))
			}, x)
		add("Norm", fmt.Sprintf("%s, axis %d, p = 3", dims(s.shape), s.axis), reduce([]int{s.axis}, norm(3)),
			func(in gorgonia.Nodes) *gorgonia.Node {
				return must(gorgonia.Pow(must(gorgonia.Sum(must(gorgonia.Cube(must(gorgonia.Abs(in[0])))), s.axis)),
					constant(in[0], 1.0/3)))
			}, x)
	}
}

func addTensors(add adder) {
	type nodes = gorgonia.Nodes
	matrix := func(x *gorgonia.Node, rows, columns int) *gorgonia.Node {
		return must(gorgonia.Reshape(x, tensor.Shape{rows, columns}))
	}
	for _, s := range [][2]int{{3, 3}, {2, 4}, {1, 3}} {
		add("OuterProd", fmt.Sprintf("%d, %d", s[0], s[1]), contract(nil, nil), func(in nodes) *gorgonia.Node {
			return must(gorgonia.Mul(matrix(in[0], s[0], 1), matrix(in[1], 1, s[1])))
		}, in("a", -2, 2, s[0]), in("b", -2, 2, s[1]))
	}
	add("Tensordot", "2x3x2, 3x2, axes 1, 2 with 0, 1",
		func(in []Array) Array { return Array{[]int{2, 1}, contract([]int{1, 2}, []int{0, 1})(in).Data} },
		func(in nodes) *gorgonia.Node {
			return must(gorgonia.Mul(matrix(in[0], 2, 6), matrix(in[1], 6, 1)))
		}, in("a", -2, 2, 2, 3, 2), in("b", -2, 2, 3, 2))
	add("Tensordot of a scalar", "3, 3", contract([]int{0}, []int{0}), func(in nodes) *gorgonia.Node {
		return must(gorgonia.Sum(must(gorgonia.HadamardProd(in[0], in[1]))))
	}, in("a", -2, 2, 3), in("b", -2, 2, 3))
	for _, s := range []struct{ shape, at []int }{
		{[]int{4}, []int{2}}, {[]int{2, 3}, []int{1, 2}}, {[]int{2, 3, 2}, []int{1, 0, 1}},
	} {
		add("At", fmt.Sprintf("%s, [%s]", dims(s.shape), list(s.at)),
			func(in []Array) Array { return Array{nil, []float64{in[0].get(s.at...)}} }, func(in nodes) *gorgonia.Node {
				var cut []tensor.Slice
				for _, k := range s.at {
					cut = append(cut, gorgonia.S(k))
				}
				return must(gorgonia.Slice(in[0], cut...))
			}, in("x", -2, 2, s.shape...))
	}
	index := given("i", []float64{2, 0}, 2)
	index.Type = "int"
	add("ByIndices", "4 as a column",
		func(in []Array) Array { return Array{[]int{2, 1}, []float64{in[0].Data[2], in[0].Data[0]}} },
		func(in nodes) *gorgonia.Node {
			return must(gorgonia.ByIndices(matrix(in[0], 4, 1), in[1], 0))
		}, in("x", -2, 2, 4), index)
	picked := func(in []Array) Array {
		return fill([]int{2, 2}, func(at []int) float64 { return in[0].get(at[0], []int{2, 0}[at[1]]) })
	}
	add("ByIndices", "2x4, axis 1, transposed", picked, func(in nodes) *gorgonia.Node {
		return must(gorgonia.Transpose(must(gorgonia.ByIndices(must(gorgonia.Transpose(in[0])), in[1], 0))))
	}, in("x", -2, 2, 2, 4), index)
	add("ByIndices", "2x3x2, axis 1, transposed", func(in []Array) Array {
		return fill([]int{2, 2, 2}, func(at []int) float64 { return in[0].get(at[0], []int{2, 0}[at[1]], at[2]) })
	}, func(in nodes) *gorgonia.Node {
		return must(gorgonia.Transpose(must(gorgonia.ByIndices(must(gorgonia.Transpose(in[0], 1, 0, 2)), in[1], 0)), 1, 0, 2))
	}, in("x", -2, 2, 2, 3, 2), index)
	oneHot := given("h", []float64{0, 1, 0, 0, 1, 0, 0, 0}, 4, 2)
	oneHot.Fixed = true
	add("ByIndices", "2x4, axis 1, one-hot", picked,
		func(in nodes) *gorgonia.Node { return must(gorgonia.Mul(in[0], in[1])) }, in("x", -2, 2, 2, 4), oneHot)
	for _, f := range []struct {
		name      string
		f         func(*gorgonia.Node) (*gorgonia.Node, error)
		ref       func(float64) float64
		low, high float64
	}{
		{"Exp", gorgonia.Exp, math.Exp, -2, 2}, {"Sigmoid", gorgonia.Sigmoid, sigmoid, -2, 2},
		{"Tanh", gorgonia.Tanh, math.Tanh, -2, 2}, {"Sqrt", gorgonia.Sqrt, math.Sqrt, 0.3, 2},
	} {
		add("Reshape", f.name+" of 2x3 as 6, product with 6", func(in []Array) Array {
			return pairs(func(a, b float64) float64 { return a * b })([]Array{{[]int{6}, each(f.ref)(in).Data}, in[1]})
		}, func(in nodes) *gorgonia.Node {
			return must(gorgonia.HadamardProd(must(f.f(must(gorgonia.Reshape(in[0], tensor.Shape{6})))), in[1]))
		}, in("x", f.low, f.high, 2, 3), in("y", -2, 2, 6))
		add("Reshape", f.name+" of 2x3 as 6, sum with 6", func(in []Array) Array {
			return pairs(func(a, b float64) float64 { return a + b })([]Array{{[]int{6}, each(f.ref)(in).Data}, in[1]})
		}, func(in nodes) *gorgonia.Node {
			return must(gorgonia.Add(must(f.f(must(gorgonia.Reshape(in[0], tensor.Shape{6})))), in[1]))
		}, in("x", f.low, f.high, 2, 3), in("y", -2, 2, 6))
	}
	steps := given("i", []float64{0, 2, 4}, 3)
	steps.Type = "int"
	stepped := func(in []Array) Array {
		return fill([]int{3, 2}, func(at []int) float64 { return in[0].get(2*at[0], at[1]) })
	}
	add("Slice", "5x2, [0:5:2], ByIndices", stepped,
		func(in nodes) *gorgonia.Node { return must(gorgonia.ByIndices(in[0], in[1], 0)) }, in("x", -2, 2, 5, 2), steps)
	add("Slice", "6x2, [0:6:2]", stepped,
		func(in nodes) *gorgonia.Node { return must(gorgonia.Slice(in[0], gorgonia.S(0, 6, 2))) }, in("x", -2, 2, 6, 2))
}

func addNetworks(add adder) {
	type nodes = gorgonia.Nodes
	add("SoftMax", "3x1", along(0, softMax), func(in nodes) *gorgonia.Node { return must(gorgonia.SoftMax(in[0], 0)) },
		in("x", -1, 1, 3, 1))
	add("SoftMax", "3x1, LogSoftMax", along(0, logSoftMax),
		func(in nodes) *gorgonia.Node { return must(gorgonia.LogSoftMax(in[0], 0)) }, in("x", -1, 1, 3, 1))
	add("Sparsemax", "2x3, axis 0", along(0, sparseMax), func(in nodes) *gorgonia.Node {
		return must(gorgonia.Transpose(must(gorgonia.Sparsemax(must(gorgonia.Transpose(in[0]))))))
	}, in("x", -1, 1, 2, 3))
	add("Sparsemax", "2x2x3", along(2, sparseMax), func(in nodes) *gorgonia.Node {
		return must(gorgonia.Reshape(must(gorgonia.Sparsemax(must(gorgonia.Reshape(in[0], tensor.Shape{4, 3})))),
			tensor.Shape{2, 2, 3}))
	}, in("x", -1, 1, 2, 2, 3))
	for _, w := range []window{
		{kernel: [2]int{2, 2}, stride: [2]int{2, 2}, dilation: [2]int{1, 1}},
		{kernel: [2]int{2, 3}, stride: [2]int{1, 2}, dilation: [2]int{1, 1}},
		{kernel: [2]int{3, 3}, stride: [2]int{2, 2}, dilation: [2]int{1, 1}, pad: [4]int{1, 1, 1, 1}},
	} {
		counted := func(x []float64) float64 { return sum(x) / float64(w.kernel[0]*w.kernel[1]) }
		add("AveragePool2D", "2x2x4x5, "+w.text(dims(w.kernel[:])), pool(w, counted),
			func(in nodes) *gorgonia.Node { return averaged(in[0], w) }, in("x", 0.5, 2, 2, 2, 4, 5))
	}
	wide := window{kernel: [2]int{1, 2}, stride: [2]int{1, 2}, dilation: [2]int{1, 1}}
	add("AveragePool1D", "2x2x1x6, kernel 2", pool(wide, mean),
		func(in nodes) *gorgonia.Node { return averaged(in[0], wide) }, in("x", 0.5, 2, 2, 2, 1, 6))
	largest := func(x []float64) float64 { return slices.Max(x) }
	add("MaxPool2D", "1x1x3x3, a pad below and to the right",
		pool(window{
			kernel: [2]int{2, 2}, stride: [2]int{2, 2}, dilation: [2]int{1, 1}, pad: [4]int{0, 1, 0, 1},
		}, largest), func(in nodes) *gorgonia.Node {
			below, right := filled(in[0], "below", -1e9, 1, 1, 1, 3), filled(in[0], "right", -1e9, 1, 1, 4, 1)
			padded := must(gorgonia.Concat(3, must(gorgonia.Concat(2, in[0], below)), right))
			return must(gorgonia.MaxPool2D(padded, tensor.Shape{2, 2}, []int{0, 0}, []int{2, 2}))
		}, in("x", -2, 2, 1, 1, 3, 3))
	for _, s := range [][]int{{1, 1, 2, 2}, {2, 3, 2, 4}, {2, 2, 3, 2}} {
		add("GlobalAveragePool2D", dims(s),
			func(in []Array) Array { return Array{[]int{s[0], s[1], 1, 1}, reduce([]int{2, 3}, mean)(in).Data} },
			func(in nodes) *gorgonia.Node {
				return must(gorgonia.Reshape(must(gorgonia.Mean(must(gorgonia.Mean(in[0], 3)), 2)), tensor.Shape{s[0], s[1], 1, 1}))
			}, in("x", -2, 2, s...))
	}
	const epsilon, average, variance = 0.1, 0.5, 2
	image, channels := []int{2, 3, 2, 2}, []int{1, 3, 1, 1}
	add("BatchNorm", "2x3x2x2, mean 0.5, variance 2, ε 0.1", func(in []Array) Array {
		y := each(func(x float64) float64 { return (x - average) / math.Sqrt(variance+epsilon) })(in)
		y = pairs(func(a, b float64) float64 { return a * b })([]Array{y, in[1]})
		return pairs(func(a, b float64) float64 { return a + b })([]Array{y, in[2]})
	}, func(in nodes) *gorgonia.Node {
		all := []byte{0, 2, 3}
		deviation := must(gorgonia.Sqrt(
			must(gorgonia.Add(filled(in[0], "variance", variance, channels...), constant(in[0], epsilon)))))
		y := must(gorgonia.BroadcastSub(in[0], filled(in[0], "mean", average, channels...), nil, all))
		y = must(gorgonia.BroadcastHadamardDiv(y, deviation, nil, all))
		return must(gorgonia.BroadcastAdd(must(gorgonia.BroadcastHadamardProd(y, in[1], nil, all)), in[2], nil, all))
	}, in("x", -2, 2, image...), in("γ", 0.5, 2, channels...), in("β", -1, 1, channels...))
	const keep = 0.7 // 1−p
	mask := given("mask", []float64{0, 1 / keep, 1 / keep, 0, 0, 1 / keep}, 2, 3)
	mask.Fixed = true
	product := pairs(func(a, b float64) float64 { return a * b })
	add("Dropout", "2x3, p = 0.3", product,
		func(in nodes) *gorgonia.Node { return must(gorgonia.HadamardProd(in[0], in[1])) }, in("x", -2, 2, 2, 3), mask)
	add("Dropout", "2x3, p = 0.3, of a ReLU", func(in []Array) Array {
		return product([]Array{each(func(x float64) float64 { return math.Max(x, 0) })(in), in[1]})
	}, func(in nodes) *gorgonia.Node {
		return must(gorgonia.HadamardProd(must(gorgonia.Rectify(in[0])), in[1]))
	}, in("x", -2, 2, 2, 3), mask)
	addCTC(add)
}

// addCTC adds the losses of one sequence of two labels in two steps, of which
// there is one path, and in three.
func addCTC(add adder) {
	integers := func(name string, values ...float64) Input {
		return Input{Name: name, Shape: []int{len(values)}, Values: values, Type: "int"}
	}
	for _, steps := range []int{2, 3} {
		targets := Input{Name: "t", Shape: []int{1, 2}, Values: []float64{1, 2}, Type: "int"}
		loss := func(in gorgonia.Nodes) *gorgonia.Node {
			return must(gorgonia.CTCLoss(must(gorgonia.LogSoftMax(in[0], 2)), in[1], in[2], in[3], gorgonia.ReductionSum))
		}
		add("CTCLoss", fmt.Sprintf("%dx1x3, ReductionSum, of LogSoftMax", steps), func(in []Array) Array {
			return alignments(along(2, logSoftMax)(in))
		}, loss, in("x", -2, 2, steps, 1, 3), targets, integers("m", float64(steps)), integers("n", 2))
	}
}

// alignments is the loss of the labels 1, 2 in two or three steps of
// log-probabilities T×1×3, with 0 the blank.
func alignments(p Array) Array {
	paths := [][]int{{1, 2}}
	if p.Shape[0] == 3 {
		paths = [][]int{{1, 1, 2}, {1, 2, 2}, {0, 1, 2}, {1, 0, 2}, {1, 2, 0}}
	}
	var logs []float64
	for _, path := range paths {
		s := 0.0
		for t, label := range path {
			s += p.get(t, 0, label)
		}
		logs = append(logs, s)
	}
	return Array{nil, []float64{-logSumExp(logs)}}
}

// averaged averages what is under the window in each channel: a convolution of
// images of one channel.
func averaged(x *gorgonia.Node, w window) *gorgonia.Node {
	s := x.Shape()
	filter := filled(x, "filter", 1/float64(w.kernel[0]*w.kernel[1]), 1, 1, w.kernel[0], w.kernel[1])
	y := must(gorgonia.Conv2d(must(gorgonia.Reshape(x, tensor.Shape{s[0] * s[1], 1, s[2], s[3]})), filter,
		tensor.Shape(w.kernel[:]), []int{w.pad[0], w.pad[2]}, w.stride[:], w.dilation[:]))
	return must(gorgonia.Reshape(y, tensor.Shape{s[0], s[1], y.Shape()[2], y.Shape()[3]}))
}

// filled is a leaf of one number, of a node's graph and type.
func filled(like *gorgonia.Node, name string, x float64, shape ...int) *gorgonia.Node {
	a := newArray(shape...)
	for i := range a.Data {
		a.Data[i] = x
	}
	return leaf(like.Graph(), name, a, like.Dtype())
}
