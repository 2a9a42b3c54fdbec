package models_test

import (
	"math"
	"math/rand/v2"

	// Gorgonia panics at the start of a program without it.
	_ "go4.org/unsafe/assume-no-moving-gc"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

type node = *gorgonia.Node

// net is a graph under construction, with what a solver is to learn.
type net struct {
	g      *gorgonia.ExprGraph
	dtype  tensor.Dtype
	random *rand.Rand
	learn  gorgonia.Nodes
}

func newNet(dtype tensor.Dtype) *net {
	return &net{g: gorgonia.NewGraph(), dtype: dtype, random: rand.New(rand.NewPCG(7, 7))}
}

// weight is a learnable tensor with elements as Glorot and Bengio (2010) draw
// them, for the sizes of its first two axes.
func (n *net) weight(name string, shape ...int) node {
	fans := 0
	for _, d := range shape[:min(2, len(shape))] {
		fans += d
	}
	limit := math.Sqrt(6 / float64(fans))
	w := n.data(name, -limit, limit, shape...)
	n.learn = append(n.learn, w)
	return w
}

// bias is a learnable tensor of small numbers.
func (n *net) bias(name string, shape ...int) node {
	b := n.data(name, -0.1, 0.1, shape...)
	n.learn = append(n.learn, b)
	return b
}

// data is an input with elements in [low, high).
func (n *net) data(name string, low, high float64, shape ...int) node {
	return n.input(name, func(int) float64 { return low + (high-low)*n.random.Float64() }, shape...)
}

// oneHot is an input of rows that have a single 1.
func (n *net) oneHot(name string, rows, classes int) node {
	at := make([]int, rows)
	for i := range at {
		at[i] = n.random.IntN(classes)
	}
	return n.input(name, func(i int) float64 {
		if i%classes == at[i/classes] {
			return 1
		}
		return 0
	}, rows, classes)
}

func (n *net) input(name string, at func(i int) float64, shape ...int) node {
	return gorgonia.NewTensor(n.g, n.dtype, len(shape), gorgonia.WithShape(shape...), gorgonia.WithName(name),
		gorgonia.WithValue(n.value(at, shape...)))
}

func (n *net) value(at func(i int) float64, shape ...int) gorgonia.Value {
	f64 := make([]float64, tensor.Shape(shape).TotalSize())
	f32 := make([]float32, len(f64))
	for i := range f64 {
		f64[i] = at(i)
		f32[i] = float32(f64[i])
	}
	switch {
	case len(shape) == 0 && n.dtype == tensor.Float32:
		return gorgonia.NewF32(f32[0])
	case len(shape) == 0:
		return gorgonia.NewF64(f64[0])
	case n.dtype == tensor.Float32:
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(f32))
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(f64))
}

// indices is an input of integers.
func (n *net) indices(name string, k ...int) node {
	return gorgonia.NewVector(n.g, tensor.Int, gorgonia.WithName(name), gorgonia.WithShape(len(k)),
		gorgonia.WithValue(tensor.New(tensor.WithShape(len(k)), tensor.WithBacking(k))))
}

func (n *net) constant(x float64) node {
	if n.dtype == tensor.Float32 {
		return gorgonia.NewConstant(float32(x))
	}
	return gorgonia.NewConstant(x)
}

// program is a graph to train, as its user has it.
type program struct {
	g     *gorgonia.ExprGraph
	cost  node
	learn gorgonia.Nodes
}

// train is what every training program calls before it makes a machine.
func (n *net) train(cost node) program {
	if _, err := gorgonia.Grad(cost, n.learn...); err != nil {
		panic(err)
	}
	return program{n.g, cost, n.learn}
}

// must is gorgonia.Must under a short name.
func must(n node, err error) node { return gorgonia.Must(n, err) }

func mul(a, b node) node            { return must(gorgonia.Mul(a, b)) }
func add(a, b node) node            { return must(gorgonia.Add(a, b)) }
func sub(a, b node) node            { return must(gorgonia.Sub(a, b)) }
func times(a, b node) node          { return must(gorgonia.HadamardProd(a, b)) }
func neg(a node) node               { return must(gorgonia.Neg(a)) }
func exp(a node) node               { return must(gorgonia.Exp(a)) }
func relu(a node) node              { return must(gorgonia.Rectify(a)) }
func sigmoid(a node) node           { return must(gorgonia.Sigmoid(a)) }
func tanh(a node) node              { return must(gorgonia.Tanh(a)) }
func square(a node) node            { return must(gorgonia.Square(a)) }
func logSoftMax(a node) node        { return must(gorgonia.LogSoftMax(a)) }
func mean(a node, axes ...int) node { return must(gorgonia.Mean(a, axes...)) }
func sum(a node, axes ...int) node  { return must(gorgonia.Sum(a, axes...)) }

func reshape(a node, shape ...int) node { return must(gorgonia.Reshape(a, tensor.Shape(shape))) }

// rows adds a row to each row of a matrix.
func rows(a, b node) node { return must(gorgonia.BroadcastAdd(a, b, nil, []byte{0})) }

// dense is x·W + b.
func (n *net) dense(name string, x node, in, out int) node {
	return rows(mul(x, n.weight(name+".w", in, out)), n.bias(name+".b", 1, out))
}

// conv is a convolution with a 3×3 kernel that keeps the size.
func (n *net) conv(name string, x node, in, out int) node {
	return must(gorgonia.Conv2d(x, n.weight(name+".k", out, in, 3, 3), tensor.Shape{3, 3},
		[]int{1, 1}, []int{1, 1}, []int{1, 1}))
}

func halve(x node) node {
	return must(gorgonia.MaxPool2D(x, tensor.Shape{2, 2}, []int{0, 0}, []int{2, 2}))
}

// normalize is batch normalization with the scale and bias that Gorgonia makes, of
// random numbers of its own that differ from run to run: here they get others.
func (n *net) normalize(x node) node {
	y, scale, bias, _, err := gorgonia.BatchNorm(x, nil, nil, 0.9, 1e-5)
	if err != nil {
		panic(err)
	}
	for _, p := range []struct {
		of   node
		near float64
	}{{scale, 1}, {bias, 0}} {
		if err := gorgonia.Let(p.of,
			n.value(func(int) float64 { return p.near + 0.2*n.random.Float64() - 0.1 }, p.of.Shape()...)); err != nil {
			panic(err)
		}
	}
	n.learn = append(n.learn, scale, bias)
	return y
}

// crossEntropy is −mean Σ t·l of the rows of log-probabilities l and targets t.
func crossEntropy(l, t node) node { return neg(mean(sum(times(t, l), 1))) }
