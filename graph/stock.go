package graph

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"gonum.org/v1/gonum/floats"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin"
	"gradtwin/graph/internal/building"
)

// Stock is the network as Gorgonia's documentation and examples build and train
// one: biases added by BroadcastAdd, inputs given by Let, a tape machine with
// bound dual values, VanillaSolver, and gonum's BLAS. It is what Network is to be
// compared with: what Gorgonia gives without effort. It is not for two goroutines
// at once.
//
// Gorgonia's SoftMax subtracts from a row the first element of the whole tensor
// where that is larger than the row's own maximum, so that the loss of rows far
// from the first may be NaN.
type Stock struct {
	spec    gradtwin.Spec
	params  *gradtwin.Params
	weights []*tensor.Dense // of Flat's memory, in the layout's order
	rows    int             // of the batches to expect
	solver  *gorgonia.VanillaSolver
	lr      float64 // the solver's

	training, loss map[int]*stockGraph // by the number of rows
}

// stockGraph is the network for one number of rows: a graph's shapes are fixed.
type stockGraph struct {
	machine      gorgonia.VM
	x, t         *gorgonia.Node
	learnables   gorgonia.Nodes
	cost, logits gorgonia.Value // of the last run
}

// NewStock builds the network, and its graphs when a batch first has their number
// of rows; batch is the number to expect, that Predict takes at a time. The
// weights are zero: see Params.
func NewStock(spec gradtwin.Spec, batch int) (*Stock, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	if batch < 1 {
		return nil, fmt.Errorf("batch of %d rows: want at least 1", batch)
	}
	s := &Stock{spec: spec, params: gradtwin.NewParams(spec), rows: batch,
		training: map[int]*stockGraph{}, loss: map[int]*stockGraph{}}
	for l := range spec.Affine() {
		s.weights = append(s.weights,
			tensor.New(tensor.WithShape(spec.Layers[l], spec.Layers[l+1]), tensor.WithBacking(s.params.W(l))),
			tensor.New(tensor.WithShape(spec.Layers[l+1]), tensor.WithBacking(s.params.B(l))))
	}
	return s, nil
}

// Name returns "stock".
func (s *Stock) Name() string { return "stock" }

// Params returns the weights the network computes with, not a copy: what is
// written to Flat is what the next call uses. Flat itself must not be
// replaced.
func (s *Stock) Params() *gradtwin.Params { return s.params }

// Loss returns the loss of a batch, L = −(1/B) Σ t·ln(y + δ).
func (s *Stock) Loss(b gradtwin.Batch) (float64, error) {
	if err := b.Validate(s.spec); err != nil {
		return 0, err
	}
	g, err := s.graph(b.Len(), false)
	if err != nil {
		return 0, err
	}
	if err := g.run(s.spec, b.X, b.Labels); err != nil {
		return 0, err
	}
	return g.cost.Data().(float64), nil
}

// Gradient writes the gradient of the batch's loss to dst, in the order of
// Params().Flat. It panics when dst has another length.
func (s *Stock) Gradient(ctx context.Context, dst []float64, b gradtwin.Batch) error {
	if len(dst) != len(s.params.Flat) {
		panic(fmt.Sprintf("graph: gradient of %d elements into %d", len(s.params.Flat), len(dst)))
	}
	g, err := s.differentiate(ctx, b)
	if err != nil {
		return err
	}
	for _, n := range g.learnables {
		grad, err := n.Grad()
		if err != nil {
			return err
		}
		dst = dst[copy(dst, grad.Data().([]float64)):]
	}
	return nil
}

// Step takes one step of gradient descent, w ← w − lr·∂L/∂w, and returns the
// loss of the same batch after it. A cancelled or failed step leaves the
// weights as they were, unless it is only the loss after the step that could
// not be computed.
func (s *Stock) Step(ctx context.Context, b gradtwin.Batch, lr float64) (float64, error) {
	if !(lr >= 0) || math.IsInf(lr, 1) {
		return 0, fmt.Errorf("learning rate %v: want a finite number, 0 or more", lr)
	}
	g, err := s.differentiate(ctx, b)
	if err != nil {
		return 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if s.solver == nil || s.lr != lr {
		s.solver, s.lr = gorgonia.NewVanillaSolver(gorgonia.WithLearnRate(lr)), lr
	}
	if err := s.solver.Step(gorgonia.NodesToValueGrads(g.learnables)); err != nil {
		return 0, fmt.Errorf("update the weights: %w", err)
	}
	return s.Loss(b)
}

// Predict writes the most probable class of each row of x, rows×inputs, to
// dst, whose length is the number of rows. Of equally probable classes it is
// the first.
func (s *Stock) Predict(dst []int, x []float64) error {
	in, classes := s.spec.Inputs(), s.spec.Classes()
	if len(x) != len(dst)*in {
		return fmt.Errorf("predict: %d inputs for %d rows: want %d (%d a row)", len(x), len(dst), len(dst)*in, in)
	}
	for len(dst) > 0 {
		rows := min(len(dst), s.rows)
		g, err := s.graph(rows, false)
		if err != nil {
			return err
		}
		if err := g.run(s.spec, x[:rows*in], make([]int, rows)); err != nil {
			return err
		}
		logits := g.logits.Data().([]float64)
		for i := range rows {
			dst[i] = floats.MaxIdx(logits[i*classes : (i+1)*classes])
		}
		dst, x = dst[rows:], x[rows*in:]
	}
	return nil
}

// differentiate computes the gradient of a batch's loss into the learnables of
// the graph that it returns.
func (s *Stock) differentiate(ctx context.Context, b gradtwin.Batch) (*stockGraph, error) {
	if err := b.Validate(s.spec); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	g, err := s.graph(b.Len(), true)
	if err != nil {
		return nil, err
	}
	// Bound gradients add up over runs; a solver's step would clear them.
	for _, n := range g.learnables {
		if grad, err := n.Grad(); err == nil && grad != nil { // nil before the first run
			grad.(*tensor.Dense).Zero()
		}
	}
	return g, g.run(s.spec, b.X, b.Labels)
}

// graph returns the graph for a number of rows, with the gradient or of the loss
// alone.
func (s *Stock) graph(rows int, gradient bool) (g *stockGraph, err error) {
	of := s.loss
	if gradient {
		of = s.training
	}
	if of[rows] == nil {
		if of[rows], err = s.newGraph(rows, gradient); err != nil {
			delete(of, rows)
			return nil, err
		}
	}
	return of[rows], nil
}

func (s *Stock) newGraph(rows int, gradient bool) (m *stockGraph, err error) {
	defer building.Recover(&err, fmt.Sprintf("build the graph of layers %v", s.spec.Layers))
	building.Lock()
	defer building.Unlock()
	must := gorgonia.Must
	g := gorgonia.NewGraph()
	matrix := func(name string, columns int) *gorgonia.Node {
		return gorgonia.NewMatrix(g, gorgonia.Float64, gorgonia.WithName(name), gorgonia.WithShape(rows, columns))
	}
	m = &stockGraph{x: matrix("x", s.spec.Inputs()), t: matrix("t", s.spec.Classes())}
	a := m.x
	for l := range s.spec.Affine() {
		n, w, b := strconv.Itoa(l+1), s.weights[2*l], s.weights[2*l+1]
		weights := gorgonia.NewMatrix(g, gorgonia.Float64, gorgonia.WithName("W"+n),
			gorgonia.WithShape(w.Shape()...), gorgonia.WithValue(w))
		bias := gorgonia.NewVector(g, gorgonia.Float64, gorgonia.WithName("b"+n),
			gorgonia.WithShape(b.Shape()...), gorgonia.WithValue(b))
		m.learnables = append(m.learnables, weights, bias)
		a = must(gorgonia.BroadcastAdd(must(gorgonia.Mul(a, weights)), bias, nil, []byte{0}))
		switch {
		case l+1 == s.spec.Affine():
		case s.spec.Activation == gradtwin.Sigmoid:
			a = must(gorgonia.Sigmoid(a))
		case s.spec.Activation == gradtwin.Tanh:
			a = must(gorgonia.Tanh(a))
		default:
			a = must(gorgonia.Rectify(a))
		}
	}
	losses := must(gorgonia.Sum(must(gorgonia.HadamardProd(m.t, logProbabilities(a, s.spec.Delta, tensor.Float64)))))
	cost := must(gorgonia.Mul(losses, gorgonia.NewConstant(-1/float64(rows), gorgonia.WithName("−1/B"))))
	gorgonia.Read(cost, &m.cost)
	gorgonia.Read(a, &m.logits)
	if !gradient {
		m.machine = gorgonia.NewTapeMachine(g)
		return m, nil
	}
	if _, err := gorgonia.Grad(cost, m.learnables...); err != nil {
		return nil, fmt.Errorf("differentiate the graph of layers %v: %w", s.spec.Layers, err)
	}
	m.machine = gorgonia.NewTapeMachine(g, gorgonia.BindDualValues(m.learnables...))
	return m, nil
}

// run computes the graph for the rows of x and their classes.
func (g *stockGraph) run(spec gradtwin.Spec, x []float64, labels []int) error {
	hot := make([]float64, len(labels)*spec.Classes())
	for i, class := range labels {
		hot[i*spec.Classes()+class] = 1
	}
	// An operation could write into an input: the caller's rows are copied.
	for _, input := range []struct {
		node *gorgonia.Node
		v    []float64
	}{{g.x, append([]float64(nil), x...)}, {g.t, hot}} {
		if err := gorgonia.Let(input.node,
			tensor.New(tensor.WithShape(input.node.Shape()...), tensor.WithBacking(input.v))); err != nil {
			return err
		}
	}
	defer g.machine.Reset() // without it the next run does nothing
	return g.machine.RunAll()
}
