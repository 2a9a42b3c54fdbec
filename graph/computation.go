package graph

import (
	"fmt"

	"gonum.org/v1/gonum/blas/gonum"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin"
	"gradtwin/graph/internal/engine"
)

// computation is a network's graph with its memory, in one of the two
// precisions.
type computation[T float32 | float64] struct {
	spec    gradtwin.Spec
	rows    int
	params  *gradtwin.Params
	expr    *expression
	weights []T // params.Flat itself in float64
	grad    []T
	x, t    []T
	inputs  *engine.InputMatrix[T] // x
	used    int                    // rows of x and t in use

	lossProgram, gradProgram, predictProgram *engine.Program
}

func newComputation[T float32 | float64](
	spec gradtwin.Spec, rows int, params *gradtwin.Params, dtype tensor.Dtype, weights []T,
) (*computation[T], error) {
	c := &computation[T]{
		spec:    spec,
		rows:    rows,
		params:  params,
		weights: weights,
		grad:    make([]T, len(weights)),
		x:       make([]T, rows*spec.Inputs()),
		t:       make([]T, rows*spec.Classes()),
	}
	c.inputs = engine.NewInputMatrix(c.x, rows, spec.Inputs())
	eng := engine.New(c.inputs)
	dense := func(backing []T, shape ...int) *tensor.Dense {
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(backing), tensor.WithEngine(eng))
	}
	// Each parameter's tensor is a stretch of the flat vector, and so is its
	// gradient's.
	layout, offset := params.Layout(), map[string]int{}
	at := 0
	for _, t := range layout {
		offset[t.Name] = at
		at += t.Len()
	}
	stretch := func(flat []T, name string, shape ...int) *tensor.Dense {
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
			ones := make([]T, rows)
			for i := range ones {
				ones[i] = 1
			}
			return dense(ones, shape...)
		}
		return stretch(c.weights, name, shape...)
	}
	var err error
	if c.expr, err = newExpression(spec, rows, dtype, leaf); err != nil {
		return nil, err
	}
	dest := map[*gorgonia.Node]*tensor.Dense{}
	for k, node := range c.expr.grads {
		dest[node] = stretch(c.grad, layout[k].Name, node.Shape()...)
	}
	outputs := append(gorgonia.Nodes{c.expr.cost}, c.expr.grads...)
	if c.gradProgram, err = engine.NewProgram(eng, outputs, dest); err != nil {
		return nil, err
	}
	if c.lossProgram, err = engine.NewProgram(eng, gorgonia.Nodes{c.expr.cost}, nil); err != nil {
		return nil, err
	}
	if c.predictProgram, err = engine.NewProgram(eng, gorgonia.Nodes{c.expr.logits}, nil); err != nil {
		return nil, err
	}
	return c, nil
}

// round brings the weights from the flat float64 vector.
func (c *computation[T]) round() {
	if w, ok := any(c.weights).([]float32); ok {
		for i, v := range c.params.Flat {
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
		c.t[i*c.spec.Classes()+class] = weight
	}
}

// loadInputs fills the first rows of x and clears those that an earlier,
// larger batch left behind.
func (c *computation[T]) loadInputs(x []float64) {
	c.inputs.Changed()
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
	if err := c.lossProgram.Run(); err != nil {
		return 0, err
	}
	switch v := c.lossProgram.Value(c.expr.cost).Data().(type) {
	case float64:
		return v, nil
	case float32:
		return float64(v), nil
	default:
		return 0, fmt.Errorf("the loss is a %T", v)
	}
}

func (c *computation[T]) gradient() error { return c.gradProgram.Run() }

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
			c.params.Flat[i] = float64(v)
		}
	}
}

func (c *computation[T]) predict(dst []int, x []float64) error {
	c.round()
	inputs, classes := c.spec.Inputs(), c.spec.Classes()
	for len(dst) > 0 {
		rows := min(len(dst), c.rows)
		c.loadInputs(x[:rows*inputs])
		if err := c.predictProgram.Run(); err != nil {
			return err
		}
		logits := c.predictProgram.Value(c.expr.logits).Data().([]T)
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

// program returns what computes the cost, with gradients or alone.
func (c *computation[T]) program(gradients bool) *engine.Program {
	if gradients {
		return c.gradProgram
	}
	return c.lossProgram
}
