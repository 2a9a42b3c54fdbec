package graph

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas/gonum"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin"
)

// Options changes how the network is computed. The zero value is float64.
type Options struct {
	// Float32 computes in single precision. Params stays float64: a call
	// rounds what it finds there, and a step writes back the float32 weights,
	// widened.
	Float32 bool
}

// Network is the fully connected network as a Gorgonia graph, with gradients
// from gorgonia.Grad. It is not for two goroutines at once.
type Network struct {
	spec    gradtwin.Spec
	rows    int
	single  bool // computes in float32
	params  *gradtwin.Params
	expr    *expression
	compute interface {
		load(b gradtwin.Batch)
		loss() (float64, error)
		gradient() error
		readGradient(dst []float64)
		update(lr float64)
		predict(dst []int, x []float64) error
		instructions(gradients bool) []Instruction
	}
}

// New builds the network for batches of up to the given number of rows. The
// weights are zero: see Params.
func New(spec gradtwin.Spec, batch int, o Options) (*Network, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	if batch < 1 {
		return nil, fmt.Errorf("batch of %d rows: want at least 1", batch)
	}
	n := &Network{spec: spec, rows: batch, single: o.Float32, params: gradtwin.NewParams(spec)}
	var err error
	if o.Float32 {
		c, e := newComputation(n, tensor.Float32, make([]float32, len(n.params.Flat)))
		n.compute, err = c, e
	} else {
		c, e := newComputation(n, tensor.Float64, n.params.Flat)
		n.compute, err = c, e
	}
	if err != nil {
		return nil, err
	}
	return n, nil
}

// Name returns "graph".
func (n *Network) Name() string { return "graph" }

// Float32 reports whether the network computes in float32, as Options asked.
func (n *Network) Float32() bool { return n.single }

// Params returns the weights the network computes with, not a copy: what is
// written to Flat is what the next call uses. Flat itself must not be
// replaced.
func (n *Network) Params() *gradtwin.Params { return n.params }

// Batch returns the largest number of rows the network takes at once.
func (n *Network) Batch() int { return n.rows }

// Loss returns the loss of a batch, L = −(1/B) Σ t·ln(y + δ).
func (n *Network) Loss(b gradtwin.Batch) (float64, error) {
	if err := n.feed(b); err != nil {
		return 0, err
	}
	return n.compute.loss()
}

// Gradient writes the gradient of the batch's loss to dst, in the order of
// Params().Flat. It panics when dst has another length.
func (n *Network) Gradient(ctx context.Context, dst []float64, b gradtwin.Batch) error {
	if len(dst) != len(n.params.Flat) {
		panic(fmt.Sprintf("graph: gradient of %d elements into %d", len(n.params.Flat), len(dst)))
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := n.feed(b); err != nil {
		return err
	}
	if err := n.compute.gradient(); err != nil {
		return err
	}
	n.compute.readGradient(dst)
	return nil
}

// Step takes one step of gradient descent, w ← w − lr·∂L/∂w, and returns the
// loss of the same batch after it. A cancelled or failed step leaves the
// weights as they were, unless it is only the loss after the step that could
// not be computed.
func (n *Network) Step(ctx context.Context, b gradtwin.Batch, lr float64) (float64, error) {
	if !(lr >= 0) || math.IsInf(lr, 1) {
		return 0, fmt.Errorf("learning rate %v: want a finite number, 0 or more", lr)
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if err := n.feed(b); err != nil {
		return 0, err
	}
	if err := n.compute.gradient(); err != nil {
		return 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	n.compute.update(lr)
	return n.compute.loss()
}

// Predict writes the most probable class of each row of x, rows×inputs, to
// dst, whose length is the number of rows; any number of rows is taken. Of
// equally probable classes it is the first.
func (n *Network) Predict(dst []int, x []float64) error {
	if len(x) != len(dst)*n.spec.Inputs() {
		return fmt.Errorf("predict: %d inputs for %d rows: want %d (%d a row)", len(x), len(dst), len(dst)*n.spec.Inputs(), n.spec.Inputs())
	}
	return n.compute.predict(dst, x)
}

// feed puts a batch into the graph's inputs.
func (n *Network) feed(b gradtwin.Batch) error {
	if err := b.Validate(n.spec); err != nil {
		return err
	}
	if b.Len() > n.rows {
		return fmt.Errorf("batch: %d rows: the graph was built for at most %d", b.Len(), n.rows)
	}
	n.compute.load(b)
	return nil
}

// computation is a network's graph with its memory, in one of the two
// precisions.
type computation[T float32 | float64] struct {
	net     *Network
	weights []T // Params().Flat itself in float64
	grad    []T
	x, t    []T
	inputs  *inputMatrix[T] // x
	used    int             // rows of x and t in use

	lossProgram, gradProgram, predictProgram *program
}

func newComputation[T float32 | float64](n *Network, dtype tensor.Dtype, weights []T) (*computation[T], error) {
	c := &computation[T]{
		net:     n,
		weights: weights,
		grad:    make([]T, len(weights)),
		x:       make([]T, n.rows*n.spec.Inputs()),
		t:       make([]T, n.rows*n.spec.Classes()),
	}
	c.inputs = &inputMatrix[T]{x: c.x, rows: n.rows, cols: n.spec.Inputs()}
	eng := engine{inputs: c.inputs}
	dense := func(backing []T, shape ...int) *tensor.Dense {
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(backing), tensor.WithEngine(eng))
	}
	// Each parameter's tensor is a stretch of the flat vector, and so is its
	// gradient's.
	layout, offset := n.params.Layout(), map[string]int{}
	at := 0
	for _, t := range layout {
		offset[t.Name] = at
		at += t.Len()
	}
	part := func(flat []T, name string, shape ...int) *tensor.Dense {
		from, size := offset[name], tensor.Shape(shape).TotalSize()
		return dense(flat[from:from+size:from+size], shape...)
	}
	leaf := func(name string, shape ...int) *tensor.Dense {
		switch name {
		case "x":
			return dense(c.x, shape...)
		case "t":
			return dense(c.t, shape...)
		case "ones":
			ones := make([]T, n.rows)
			for i := range ones {
				ones[i] = 1
			}
			return dense(ones, shape...)
		}
		return part(c.weights, name, shape...)
	}
	var err error
	if n.expr, err = newExpression(n.spec, n.rows, dtype, leaf); err != nil {
		return nil, err
	}
	dest := map[*gorgonia.Node]*tensor.Dense{}
	for k, node := range n.expr.grads {
		dest[node] = part(c.grad, layout[k].Name, node.Shape()...)
	}
	if c.gradProgram, err = newProgram(eng, append(gorgonia.Nodes{n.expr.cost}, n.expr.grads...), dest); err != nil {
		return nil, err
	}
	if c.lossProgram, err = newProgram(eng, gorgonia.Nodes{n.expr.cost}, nil); err != nil {
		return nil, err
	}
	if c.predictProgram, err = newProgram(eng, gorgonia.Nodes{n.expr.logits}, nil); err != nil {
		return nil, err
	}
	return c, nil
}

// round brings the weights from the flat float64 vector.
func (c *computation[T]) round() {
	if w, ok := any(c.weights).([]float32); ok {
		for i, v := range c.net.params.Flat {
			w[i] = float32(v)
		}
	}
}

func (c *computation[T]) load(b gradtwin.Batch) {
	c.round()
	c.loadInputs(b.X)
	clear(c.t)
	weight := T(-1 / float64(b.Len()))
	for i, class := range b.Labels {
		c.t[i*c.net.spec.Classes()+class] = weight
	}
}

// loadInputs fills the first rows of x and clears those that an earlier,
// larger batch left behind.
func (c *computation[T]) loadInputs(x []float64) {
	c.inputs.changed()
	if dst, ok := any(c.x).([]float64); ok {
		copy(dst, x)
	} else {
		for i, v := range x {
			c.x[i] = T(v)
		}
	}
	if c.used > len(x) {
		clear(c.x[len(x):c.used])
	}
	c.used = len(x)
}

func (c *computation[T]) loss() (float64, error) {
	if err := c.lossProgram.run(); err != nil {
		return 0, err
	}
	switch v := c.lossProgram.value(c.net.expr.cost).Data().(type) {
	case float64:
		return v, nil
	case float32:
		return float64(v), nil
	default:
		return 0, fmt.Errorf("the loss is a %T", v)
	}
}

func (c *computation[T]) gradient() error { return c.gradProgram.run() }

func (c *computation[T]) readGradient(dst []float64) {
	if g, ok := any(c.grad).([]float64); ok {
		copy(dst, g)
		return
	}
	for i, g := range c.grad {
		dst[i] = float64(g)
	}
}

// update subtracts lr times the gradient from the weights.
func (c *computation[T]) update(lr float64) {
	switch w := any(c.weights).(type) {
	case []float64:
		gonum.Implementation{}.Daxpy(len(w), -lr, any(c.grad).([]float64), 1, w, 1)
	case []float32:
		gonum.Implementation{}.Saxpy(len(w), float32(-lr), any(c.grad).([]float32), 1, w, 1)
		for i, v := range w {
			c.net.params.Flat[i] = float64(v)
		}
	}
}

func (c *computation[T]) predict(dst []int, x []float64) error {
	c.round()
	inputs, classes := c.net.spec.Inputs(), c.net.spec.Classes()
	for len(dst) > 0 {
		rows := min(len(dst), c.net.rows)
		c.loadInputs(x[:rows*inputs])
		if err := c.predictProgram.run(); err != nil {
			return err
		}
		logits := c.predictProgram.value(c.net.expr.logits).Data().([]T)
		for i := range rows {
			row := logits[i*classes : (i+1)*classes]
			best := 0
			for k, v := range row {
				if v > row[best] {
					best = k
				}
			}
			dst[i] = best
		}
		dst, x = dst[rows:], x[rows*inputs:]
	}
	return nil
}
