package graph

import (
	"errors"
	"fmt"

	"gorgonia.org/gorgonia"

	"gradtwin"
	"gradtwin/graph/faults"
	"gradtwin/graph/internal/building"
	"gradtwin/graph/internal/eval"
	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/replica"
)

// Wrapped is a node of any Gorgonia graph as a function of some of the graph's
// inputs, with the gradient that gorgonia.Grad gives. It is not for two
// goroutines at once.
//
// All values are read from the nodes at every call, and elements are set in
// place, in the memory that the nodes' values hold: graphs that share weights
// by WithValue of one tensor go on sharing them, and a new value by
// gorgonia.Let is seen by the next call.
//
// Loss and Gradient compute on the caller's goroutine and in the order, the
// registers and with the methods that Gorgonia's tape machine uses, forward
// only for the loss: see WithTapeMachine for the machine itself. An operation
// that panics gives an error that names the node. What cannot be recovered is
// a panic in a goroutine that an operation starts, and a fatal error of the
// runtime, such as running out of memory: both end the process.
//
// The user's graph is not changed and no value is bound to its nodes; tensors
// of its inputs get Gorgonia's standard engine, as they do from any machine.
// Operations that keep state, as batch normalization keeps its running mean,
// are copied with it: each run starts from the state of the user's operations
// and leaves them alone. Whether they are in training mode is taken over by
// Wrap. The gradient is read from the nodes that Grad returns, which do not
// accumulate over runs as bound dual values do.
//
// Dropout and random nodes are drawn once, by Wrap, and keep that draw, the same
// one in every run of a program; Notes names them, Redraw draws others. Dropout
// multiplies by its draw in the forward pass, and its derivative is that of the
// user's own operation.
type Wrapped struct {
	f     *eval.Function // on a copy of the graph
	user  source
	usage *inspect.Usage // nil until Users or Cut asks
}

// source is the user's graph that a function is made of.
type source struct {
	cost   *gorgonia.Node
	nodes  map[*gorgonia.Node]*gorgonia.Node // the user's node of each copy
	notes  []string
	draws  *replica.Draws // of the random nodes, nil of a function that is derived from another
	parent *Wrapped       // that other function
}

// newWrapped gives a function the user's graph that it is of.
func newWrapped(f *eval.Function, user source) *Wrapped {
	w := &Wrapped{f: f, user: user}
	f.Explain = func(err error) error { return explainRun(err, w.user.cost, w.user.nodes) }
	return w
}

// drawSeed is what the draws of Wrap come from: the same ones in every run of a
// program, so that a check can be repeated.
const drawSeed = 1

// Wrap makes a function of a cost node and the inputs wrt, which the layout
// names in this order. An input without a name is called input1, input2, … by
// its place; of two inputs with one name the second is called name(2). Of a
// name that Gorgonia made of a node's text, as BatchNorm's scale has, what the
// node stands for is left: γ.
//
// A cost of more than one element is made a scalar, Σ wᵢ·yᵢ, by fixed
// pseudo-random weights with 1/2 ≤ |wᵢ| ≤ 1, the same in either precision; Notes
// says so. One of a single element, as of shape (1,1), is taken as a scalar.
//
// Without wrt it takes the inputs that a Grad of the user's was taken with
// respect to, or, when there was none, all float inputs that the cost depends
// on differentiably: data too, not weights alone.
//
// When the graph already has gradient nodes for the inputs, the user's Grad,
// they are what is computed; otherwise Wrap calls Grad on a copy of the graph.
// Nodes that belong to another cost's gradient are an error, where a Grad of this
// cost was taken too: a second Grad in one graph returns the first cost's
// gradient.
//
// Errors are also: a cost that is nil, an input or not of type float64 or
// float32; an input that is given twice (Gorgonia makes one node of two inputs
// with one name and shape), has no value, a value of another shape or type, is
// not in the cost's graph, is computed, or does not reach the cost; and two
// inputs whose values share memory. Inputs that Gorgonia merged and that were
// meant to be two cannot be told from one input used twice unless both are given
// here: name every node, and differently.
func Wrap(cost *gorgonia.Node, wrt ...*gorgonia.Node) (w *Wrapped, err error) {
	defer building.Recover(&err, "read the graph")
	if err := checkCost(cost); err != nil {
		return nil, err
	}
	if err := checkNodes(cost); err != nil {
		return nil, err
	}
	building.Lock()
	defer building.Unlock()
	return wrap(cost, wrt)
}

// WrapModel is Wrap for what solvers take: a list of values with gradients, as
// of gorgonia.NodesToValueGrads. All must be nodes.
func WrapModel(cost *gorgonia.Node, model []gorgonia.ValueGrad) (*Wrapped, error) {
	wrt := make(gorgonia.Nodes, len(model))
	for k, v := range model {
		n, ok := v.(*gorgonia.Node)
		if !ok {
			return nil, fmt.Errorf("input %d is a %T: want a node", k+1, v)
		}
		wrt[k] = n
	}
	return Wrap(cost, wrt...)
}

// WrapGraph is Wrap for a cost that is out of reach, as one that a library
// keeps to itself: it finds the cost and the inputs of the gorgonia.Grad that was
// taken in a graph. No Grad, or one of several costs, is an error that lists
// what could be meant.
func WrapGraph(g *gorgonia.ExprGraph) (w *Wrapped, err error) {
	defer building.Recover(&err, "read the graph")
	if g == nil {
		return nil, errors.New("the graph is nil")
	}
	costs, wrt := inspect.Differentiated(g)
	switch {
	case len(costs) == 1 && len(wrt) > 0:
		return Wrap(costs[0], wrt...)
	case len(costs) > 1:
		return nil, fmt.Errorf("a Grad of %d costs was taken in the graph: %s: give one to Wrap",
			len(costs), inspect.Labels(costs))
	}
	text := "no Grad of a cost was taken in the graph: give one to Wrap"
	if roots := inspect.ScalarRoots(g); len(roots) > 0 {
		text += "; scalars that nothing is computed from: " + inspect.Labels(roots)
	}
	return nil, errors.New(text)
}

func wrap(cost *gorgonia.Node, wrt gorgonia.Nodes) (*Wrapped, error) {
	nodes := inspect.Cone(cost)
	if len(wrt) == 0 {
		if wrt = defaultInputs(cost, nodes); len(wrt) == 0 {
			return nil, fmt.Errorf("cost %v depends on no float input with a value", cost)
		}
	}
	if err := checkInputs(cost, wrt, nodes); err != nil {
		return nil, err
	}
	draws, err := replica.Draw(nodes, drawSeed)
	if err != nil {
		return nil, err
	}
	f, err := eval.New(cost, wrt, nodes, draws)
	if err != nil {
		return nil, err
	}
	copies, err := f.Build(cost, wrt, draws)
	if err != nil {
		return nil, explain(err, nodes, faults.Failure)
	}
	user := source{
		cost: cost, nodes: map[*gorgonia.Node]*gorgonia.Node{}, notes: notesOf(cost, nodes, draws), draws: draws,
	}
	for n, c := range copies {
		user.nodes[c] = n
	}
	return newWrapped(f, user), nil
}

// Layout names the inputs that were given to Wrap and gives their shapes; a
// scalar's shape is empty. It must not be changed.
func (w *Wrapped) Layout() gradtwin.Layout { return w.f.Layout }

// Float32 reports whether the cost or one of the inputs is of single
// precision.
func (w *Wrapped) Float32() bool { return w.f.Single }

// At returns element i. It panics when i is out of range or when the input has
// been given a value that is not its own shape or type.
func (w *Wrapped) At(i int) float64 { return w.f.At(i) }

// Set changes element i in the memory of the value that the node holds, to
// float32(x) in a float32 input. It panics as At does.
func (w *Wrapped) Set(i int, x float64) { w.f.Set(i, x) }

// Loss computes the cost from what the nodes hold, without the gradient.
func (w *Wrapped) Loss() (float64, error) { return w.f.Loss() }

// Gradient computes the gradient from what the nodes hold and writes it to dst
// in the layout's order. It panics when dst has another length.
func (w *Wrapped) Gradient(dst []float64) error { return w.f.Gradient(dst) }

// Keep says that until Release nothing but Set changes what the loss is computed
// from. Loss then computes again only what depends on the input whose elements
// were set, to the same bits; that no operation has written into an input is seen
// to by Release, once. It is an error where Gorgonia's own machine computes
// (WithTapeMachine).
func (w *Wrapped) Keep() error { return w.f.Keep() }

// Release ends what Keep began. After an error, an input has changed that was not
// set and no result since Keep is to be relied on; without Keep, every run looks
// for that and names the operation that does it. The inputs are then as they
// would be had they only been set.
func (w *Wrapped) Release() error { return w.f.Release() }

// WithTapeMachine returns the same function computed by gorgonia.TapeMachine
// itself: one machine of the cost alone and one of the cost and the gradient.
// The two functions share the inputs' values; either may be used at a time. It
// is what to compare w with when a result is in doubt.
//
// The machine runs in a goroutine of its own, so that an operation that panics
// ends the process: nothing here or in the caller can recover it. What may
// panic is to be run by w first, which computes the same with the same
// operations, or in a subprocess.
//
// Making a machine puts all operations that know it into training mode; the
// option gorgonia.EvalMode puts them into the other, for w too.
func (w *Wrapped) WithTapeMachine(options ...gorgonia.VMOpt) (m *Wrapped, err error) {
	f, err := w.f.WithMachine(options)
	if err != nil {
		return nil, err
	}
	return newWrapped(f, w.user), nil
}

// Notes says what of the graph is not checked as it runs: random nodes that are
// held at one draw, a cost that is made a scalar, operations whose state is not
// restored.
func (w *Wrapped) Notes() []string { return w.user.notes }

// label names a node of the copy as the user's, or as one of the gradient.
func (w *Wrapped) label(n *gorgonia.Node) string {
	if user := w.user.nodes[n]; user != nil {
		return inspect.Label(user)
	}
	return "the gradient's " + inspect.Label(n)
}
