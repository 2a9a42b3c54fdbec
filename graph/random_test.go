package graph_test

import (
	"fmt"
	"math/rand"
	"os"
	"slices"
	"strconv"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/compare"
	"gradtwin/graph"
)

// randomGraph is a graph of operations drawn one after the other, each on nodes
// that are there already.
type randomGraph struct {
	*maker
	nodes  gorgonia.Nodes // to draw operands from
	inputs int
	text   []string // the operations, for the failure
}

// grow adds an operation. Gorgonia refuses some, by an error or a panic.
func (g *randomGraph) grow() {
	x := g.pick()
	name, y := "", (*gorgonia.Node)(nil)
	defer func() {
		if recover() == nil && y != nil {
			g.text = append(g.text, fmt.Sprintf("%s of %v", name, x.Shape()))
			g.nodes = append(g.nodes, y)
		}
	}()
	name, y = g.operation(x)
}

// pick returns one of the nodes, the latest one often.
func (g *randomGraph) pick() *gorgonia.Node {
	if g.r.Intn(2) == 0 {
		return g.nodes[len(g.nodes)-1]
	}
	return g.nodes[g.r.Intn(len(g.nodes))]
}

// like returns another operand of a shape: a node that has it, or a new input.
func (g *randomGraph) like(shape ...int) *gorgonia.Node {
	var fit gorgonia.Nodes
	for _, n := range g.nodes {
		if slices.Equal([]int(n.Shape()), shape) {
			fit = append(fit, n)
		}
	}
	if len(fit) > 0 && g.r.Intn(3) > 0 {
		return fit[g.r.Intn(len(fit))]
	}
	return g.leaf(shape...)
}

func (g *randomGraph) leaf(shape ...int) *gorgonia.Node {
	g.inputs++
	n := g.input(fmt.Sprint("x", g.inputs), -1.5, 1.5, shape...)
	g.nodes = append(g.nodes, n)
	return n
}

func (g *randomGraph) shape() []int {
	shape := make([]int, g.r.Intn(5))
	for i := range shape {
		shape[i] = 1 + g.r.Intn(4)
	}
	return shape
}

// bounded are element-wise operations that keep values of any size moderate.
var bounded = map[string]func(*gorgonia.Node) (*gorgonia.Node, error){
	"Tanh": gorgonia.Tanh, "Sigmoid": gorgonia.Sigmoid, "Sin": gorgonia.Sin, "Cos": gorgonia.Cos,
	"Abs": gorgonia.Abs, "Neg": gorgonia.Neg, "Rectify": gorgonia.Rectify, "Softplus": gorgonia.Softplus,
	"Sqrt(Square+1)": func(x *gorgonia.Node) (*gorgonia.Node, error) {
		return gorgonia.Sqrt(must(gorgonia.Add(must(gorgonia.Square(x)), one(x))))
	},
	"Log(Square+1)": func(x *gorgonia.Node) (*gorgonia.Node, error) {
		return gorgonia.Log(must(gorgonia.Add(must(gorgonia.Square(x)), one(x))))
	},
	"Log2(Square+1)": func(x *gorgonia.Node) (*gorgonia.Node, error) {
		return gorgonia.Log2(must(gorgonia.Add(must(gorgonia.Square(x)), one(x))))
	},
	"InverseSqrt(Square+1)": func(x *gorgonia.Node) (*gorgonia.Node, error) {
		return gorgonia.InverseSqrt(must(gorgonia.Add(must(gorgonia.Square(x)), one(x))))
	},
	"Exp(Tanh)":     func(x *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.Exp(must(gorgonia.Tanh(x))) },
	"LeakyRelu":     func(x *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.LeakyRelu(x, 0.1) },
	"Square(Tanh)":  func(x *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.Square(must(gorgonia.Tanh(x))) },
	"Expm1(Sin)":    func(x *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.Expm1(must(gorgonia.Sin(x))) },
	"Dropout(0.5)":  func(x *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.Dropout(x, 0.5) },
	"Dropout(0.25)": func(x *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.Dropout(x, 0.25) },
}

func one(x *gorgonia.Node) *gorgonia.Node {
	if x.Dtype() == tensor.Float32 {
		return gorgonia.NewConstant(float32(1))
	}
	return gorgonia.NewConstant(1.0)
}

func (g *randomGraph) operation(x *gorgonia.Node) (string, *gorgonia.Node) {
	s, dims := []int(x.Shape()), x.Dims()
	axis := 0
	if dims > 0 {
		axis = g.r.Intn(dims)
	}
	switch g.r.Intn(16) {
	default:
		names := make([]string, 0, len(bounded))
		for name := range bounded {
			names = append(names, name)
		}
		slices.Sort(names)
		name := names[g.r.Intn(len(names))]
		return name, must(bounded[name](x))
	case 3, 4:
		y := g.like(s...)
		return g.binary(x, y)
	case 5:
		return "scalar ⊙", must(gorgonia.HadamardProd(x, must(gorgonia.Tanh(g.like()))))
	case 6:
		axes := g.r.Perm(dims)[:1+g.r.Intn(dims)]
		k := g.r.Intn(3)
		f := []func(*gorgonia.Node, ...int) (*gorgonia.Node, error){gorgonia.Sum, gorgonia.Mean, gorgonia.Max}[k]
		slices.Sort(axes)
		return fmt.Sprint([]string{"Sum", "Mean", "Max"}[k], axes), must(f(x, axes...))
	case 7:
		return "Reshape", must(gorgonia.Reshape(x, tensor.Shape(g.factors(x.Shape().TotalSize()))))
	case 8:
		perm := g.r.Perm(dims)
		return fmt.Sprint("Transpose", perm), must(gorgonia.Transpose(x, perm...))
	case 9:
		if dims != 2 {
			return "Square(Sin)", must(gorgonia.Square(must(gorgonia.Sin(x))))
		}
		return "Mul", must(gorgonia.Mul(x, must(gorgonia.Tanh(g.like(s[1], 1+g.r.Intn(3))))))
	case 10:
		small := slices.Clone(s)
		small[axis] = 1
		k := g.r.Intn(3)
		f := []func(a, b *gorgonia.Node, l, r []byte) (*gorgonia.Node, error){
			gorgonia.BroadcastAdd, gorgonia.BroadcastSub, gorgonia.BroadcastHadamardProd,
		}[k]
		return fmt.Sprint("Broadcast", k, " axis ", axis), must(f(x, g.like(small...), nil, []byte{byte(axis)}))
	case 11:
		return fmt.Sprint("Concat ", axis), must(gorgonia.Concat(axis, x, g.like(s...)))
	case 12:
		at, step := g.r.Intn(s[axis]), 1+g.r.Intn(2)
		slicing := make([]tensor.Slice, axis+1)
		slicing[axis] = gorgonia.S(at, at+1+g.r.Intn(s[axis]-at), step)
		return fmt.Sprint("Slice ", axis, slicing[axis]), must(gorgonia.Slice(x, slicing...))
	case 13:
		k := g.r.Intn(3)
		f := []func(*gorgonia.Node, ...int) (*gorgonia.Node, error){
			gorgonia.SoftMax, gorgonia.LogSoftMax, gorgonia.Sparsemax,
		}[k]
		return fmt.Sprint([]string{"SoftMax", "LogSoftMax", "Sparsemax"}[k], " ", axis), must(f(x, axis))
	case 14:
		return g.image(x)
	case 15:
		k := []int{g.r.Intn(s[axis]), g.r.Intn(s[axis])}
		return fmt.Sprint("ByIndices ", axis, k),
			must(gorgonia.ByIndices(x, ints(g.maker, fmt.Sprint("k", len(g.nodes)), k...), axis))
	}
}

func (g *randomGraph) binary(x, y *gorgonia.Node) (string, *gorgonia.Node) {
	switch g.r.Intn(5) {
	case 0:
		return "Add", must(gorgonia.Add(x, y))
	case 1:
		return "Sub", must(gorgonia.Sub(x, y))
	case 2:
		return "HadamardProd", must(gorgonia.HadamardProd(x, must(gorgonia.Sin(y))))
	case 3:
		return "HadamardDiv", must(gorgonia.HadamardDiv(x, must(gorgonia.Add(must(gorgonia.Square(y)), one(y)))))
	}
	return "MaxBetween", must(gorgonia.MaxBetween(x, y))
}

// image applies an operation of images, to a reshaped node if need be.
func (g *randomGraph) image(x *gorgonia.Node) (string, *gorgonia.Node) {
	if x.Dims() != 4 {
		x = g.leaf(1+g.r.Intn(2), 1+g.r.Intn(3), 2+g.r.Intn(3), 2+g.r.Intn(3))
	}
	s := x.Shape()
	stride := []int{1 + g.r.Intn(2), 1 + g.r.Intn(2)}
	switch g.r.Intn(5) {
	case 0:
		return "Conv2d", must(gorgonia.Conv2d(x, g.like(2, s[1], 2, 2), tensor.Shape{2, 2}, []int{1, 1}, stride, []int{1, 1}))
	case 1:
		return "MaxPool2D", must(gorgonia.MaxPool2D(x, tensor.Shape{2, 2}, []int{0, 0}, stride))
	case 2:
		return "AveragePool2D", must(gorgonia.AveragePool2D(x, tensor.Shape{2, 2}, []int{0, 0}, stride))
	case 3:
		return "Upsample2D", must(gorgonia.Upsample2D(x, 2))
	}
	y, _, _, _, err := gorgonia.BatchNorm(x, g.like(s...), g.like(s...), 0.9, 1e-2)
	return "BatchNorm", must(y, err)
}

// factors returns a random shape of a size.
func (g *randomGraph) factors(size int) (shape []int) {
	for size > 1 && len(shape) < 3 {
		d := 2 + g.r.Intn(size-1)
		if size%d == 0 {
			shape, size = append(shape, d), size/d
		}
	}
	return append(shape, size)
}

// Graphs of 3 to 12 operations drawn at random: none ends the process, each
// that has no known fault is right or refused with a reason, each that is wrong
// has one, and none but an operation that has one is named. GRADTWIN_GRAPHS sets how many, GRADTWIN_GRAPH the only one.
func TestRandomGraphs(t *testing.T) {
	number := func(name string, otherwise int) int {
		if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
			return n
		}
		return otherwise
	}
	from, to := 0, number("GRADTWIN_GRAPHS", 200)
	if only := number("GRADTWIN_GRAPH", -1); only >= 0 {
		from, to = only, only+1
	}
	counts := map[string]int{}
	for seed := from; seed < to; seed++ {
		g := &randomGraph{maker: &maker{g: gorgonia.NewGraph(),
			r: rand.New(rand.NewSource(int64(seed))), dtype: tensor.Float64}}
		if seed%3 == 0 {
			g.dtype = tensor.Float32
		}
		g.leaf(g.shape()...)
		for range 3 + g.r.Intn(10) {
			g.grow()
		}
		outcome, detail := g.check(t)
		counts[outcome]++
		if outcome == "accused" || outcome == "wrong without a fault" {
			t.Errorf("seed %d, %v: %s: %s\n%q", seed, g.dtype, outcome, detail, g.text)
		} else if to == from+1 {
			t.Logf("seed %d, %v: %s: %s\n%q", seed, g.dtype, outcome, detail, g.text)
		}
	}
	t.Logf("%v", counts)
	if to-from >= 200 && counts["right"] < (to-from)/4 {
		t.Errorf("%d of %d graphs are right", counts["right"], to-from)
	}
}

// check returns what comes of the latest node that depends on an input.
func (g *randomGraph) check(t *testing.T) (outcome, detail string) {
	cost := g.nodes[len(g.nodes)-1]
	if cost.Op() == nil {
		return "no operation", ""
	}
	w, err := graph.Wrap(cost)
	if err != nil {
		return "refused", err.Error()
	}
	report, err := compare.Check(t.Context(), w, compare.Options{})
	found := w.Faults()
	switch {
	case err != nil:
		return "not judged", err.Error()
	case report.Wrong() && len(found) == 0:
		return "wrong without a fault", report.String()
	case report.Culprit != nil && !report.Culprit.Known:
		return "accused", report.String()
	case report.Wrong():
		return "wrong", fmt.Sprint(found)
	case !report.OK():
		return "not judged", fmt.Sprint(report.NotJudged)
	case len(found) > 0:
		return "right with a fault", fmt.Sprint(found)
	}
	return "right", ""
}
