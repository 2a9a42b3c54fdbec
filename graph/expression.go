package graph

import (
	"fmt"
	"strconv"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin"
	"gradtwin/graph/internal/building"
)

// expression is the network's loss as a Gorgonia graph, with the gradient
// nodes that gorgonia.Grad added to it.
//
//	a₀ = x,  zₗ = aₗ₋₁·Wₗ + ones·bₗ,  aₗ = activation(zₗ),  y = softmax(z_last)
//	cost = t · ln(y + δ)
//
// where t, rows×classes laid out as one vector, holds −1/B at the label of each
// of the B rows in use and 0 elsewhere. The mean over a batch smaller than the
// graph was built for then needs no other graph: the rows left over weigh
// nothing, in the loss and in the gradient. The sum is a product of two vectors
// because its gradient is t itself, where Sum's is a chain of reshapes and
// repeats.
//
// The bias is added as the product of a column of ones with the row b: its
// gradient is then a product too, where a broadcast would be materialized in the
// forward pass and summed by a slow reduction in the backward pass.
type expression struct {
	graph   *gorgonia.ExprGraph
	x, t    *gorgonia.Node
	ones    *gorgonia.Node
	params  gorgonia.Nodes // W1, b1, W2, …
	logits  *gorgonia.Node // the last affine layer's output
	cost    *gorgonia.Node
	grads   gorgonia.Nodes // in the order of params
	forward int            // number of nodes before Grad added its own
}

// newExpression builds the graph for a number of rows. The leaves get their
// values, tensors of the dtype, from leaf.
func newExpression(
	spec gradtwin.Spec, rows int, dtype tensor.Dtype, leaf func(name string, shape ...int) *tensor.Dense,
) (e *expression, err error) {
	// Gorgonia's Must and some of its constructors panic.
	defer func() {
		if r := recover(); r != nil {
			e, err = nil, fmt.Errorf("build the graph of layers %v: %v", spec.Layers, r)
		}
	}()
	building.Lock()
	defer building.Unlock()
	g := gorgonia.NewGraph(gorgonia.WithGraphName("gradtwin"))
	matrix := func(name string, shape ...int) *gorgonia.Node {
		v := leaf(name, shape...)
		return gorgonia.NewMatrix(g, dtype, gorgonia.WithName(name), gorgonia.WithShape(shape...), gorgonia.WithValue(v))
	}
	must := gorgonia.Must

	e = &expression{
		graph: g,
		x:     matrix("x", rows, spec.Inputs()),
		ones:  matrix("ones", rows, 1),
	}
	e.t = gorgonia.NewVector(g, dtype, gorgonia.WithName("t"), gorgonia.WithShape(rows*spec.Classes()),
		gorgonia.WithValue(leaf("t", rows*spec.Classes())))
	a := e.x
	for l := range spec.Affine() {
		n := strconv.Itoa(l + 1)
		w := matrix("W"+n, spec.Layers[l], spec.Layers[l+1])
		b := matrix("b"+n, 1, spec.Layers[l+1])
		e.params = append(e.params, w, b)
		z := must(gorgonia.Add(must(gorgonia.Mul(a, w)), must(gorgonia.Mul(e.ones, b))))
		if l+1 == spec.Affine() {
			e.logits = z
			break
		}
		switch spec.Activation {
		case gradtwin.Sigmoid:
			a = must(gorgonia.Sigmoid(z))
		case gradtwin.Tanh:
			a = must(gorgonia.Tanh(z))
		default:
			a = must(gorgonia.Rectify(z))
		}
	}
	flat := must(gorgonia.Reshape(logProbabilities(e.logits, spec.Delta, dtype), tensor.Shape{rows * spec.Classes()}))
	e.cost = must(gorgonia.Mul(e.t, flat))
	e.forward = len(g.AllNodes())
	if e.grads, err = gorgonia.Grad(e.cost, e.params...); err != nil {
		return nil, fmt.Errorf("differentiate the graph of layers %v: %w", spec.Layers, err)
	}
	return e, nil
}

// logProbabilities returns ln(softmax(z) + δ). With δ = 0 that is Gorgonia's
// LogSoftMax, asked for by name: Log(SoftMax(z)) would be rewritten to it in
// place, and then depends on a global switch.
func logProbabilities(z *gorgonia.Node, delta float64, dtype tensor.Dtype) *gorgonia.Node {
	if delta == 0 {
		return gorgonia.Must(gorgonia.LogSoftMax(z))
	}
	var d *gorgonia.Node
	if dtype == tensor.Float32 {
		d = gorgonia.NewConstant(float32(delta), gorgonia.WithName("δ"))
	} else {
		d = gorgonia.NewConstant(delta, gorgonia.WithName("δ"))
	}
	y := gorgonia.Must(gorgonia.SoftMax(z))
	return gorgonia.Must(gorgonia.Log(gorgonia.Must(gorgonia.Add(y, d))))
}
