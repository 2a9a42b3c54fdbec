package graph

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin"
	"gradtwin/graph/faults"
	"gradtwin/graph/internal/building"
	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/memory"
	"gradtwin/graph/internal/ops"
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
	layout gradtwin.Layout
	params []*leaf                  // of layout, in order
	leaves []*leaf                  // all inputs that the cost is computed from
	byNode map[*gorgonia.Node]*leaf // by the node's copy
	starts []int                    // of each parameter in the flat vector
	single bool                     // some of it is float32

	user    source
	graph   *gorgonia.ExprGraph
	cost    *gorgonia.Node // copies
	grads   gorgonia.Nodes // nil where the gradient is 0
	ops     *ops.Copier    // whose state is renewed at each run, nil when there are none
	runs    runs
	keeping *keeping // nil unless between Keep and Release
	usage   *usage   // nil until Users or Cut asks
}

// source is the user's graph that a function is made of.
type source struct {
	cost   *gorgonia.Node
	nodes  map[*gorgonia.Node]*gorgonia.Node // the user's node of each copy
	notes  []string
	held   *draws   // of the random nodes, nil of a function that is derived from another
	parent *Wrapped // that other function
}

// runs is what computes a function.
type runs struct {
	loss, gradient evaluator
	watched        []*leaf // inputs and tensor constants, which runs must leave alone
	backup         [][]byte
}

// derived returns the source of a function whose nodes are copies of w's.
func (w *Wrapped) derived(copies map[*gorgonia.Node]*gorgonia.Node) source {
	s := source{cost: w.user.cost, nodes: map[*gorgonia.Node]*gorgonia.Node{}, notes: w.user.notes, parent: w}
	for n, c := range copies {
		s.nodes[c] = w.user.nodes[n]
	}
	return s
}

// evaluator computes a graph's cost, and its gradients perhaps.
type evaluator interface {
	run(value func(leaf *gorgonia.Node) gorgonia.Value) error
	value(n *gorgonia.Node) gorgonia.Value
}

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

func wrap(cost *gorgonia.Node, wrt gorgonia.Nodes) (*Wrapped, error) {
	nodes := inspect.Cone(cost)
	if len(wrt) == 0 {
		if wrt = defaultInputs(cost, nodes); len(wrt) == 0 {
			return nil, fmt.Errorf("cost %v depends on no float input with a value", cost)
		}
	}
	held, err := hold(nodes, drawSeed)
	if err != nil {
		return nil, err
	}
	w := &Wrapped{byNode: map[*gorgonia.Node]*leaf{}, user: source{cost: cost, nodes: map[*gorgonia.Node]*gorgonia.Node{}, held: held}}
	inputs := w.addLeaves(nodes, held)
	for k, n := range wrt {
		if err := checkInput(cost, n, nodes); err != nil {
			return nil, fmt.Errorf("input %d: %w", k+1, err)
		}
		if first := slices.Index(wrt, n); first < k {
			return nil, fmt.Errorf("inputs %d and %d are one node, %s: Gorgonia merges inputs that have one name and shape", first+1, k+1, n.Name())
		}
		if err := w.addParam(n, inputs[n]); err != nil {
			return nil, err
		}
	}
	w.single = w.single || cost.Dtype() == tensor.Float32
	for _, l := range w.leaves {
		if err := l.sync(false); err != nil {
			return nil, err
		}
	}
	if err := w.checkAliases(nodes); err != nil {
		return nil, err
	}
	w.user.notes = notesOf(cost, nodes, held)
	if err := w.build(wrt, held, inputs); err != nil {
		return nil, explain(err, nodes, faults.Failure)
	}
	return w, nil
}

// addLeaves adds what values come from, and returns it by the user's nodes.
func (w *Wrapped) addLeaves(nodes gorgonia.Nodes, held *draws) map[*gorgonia.Node]*leaf {
	inputs := map[*gorgonia.Node]*leaf{}
	for _, n := range nodes {
		l := held.input(n)
		if l == nil && n.Op() == nil {
			l = &leaf{node: n, name: inspect.Label(n)}
		}
		if l != nil {
			w.leaves = append(w.leaves, l)
			inputs[n] = l
		}
	}
	return inputs
}

// addParam makes an input one of the layout's.
func (w *Wrapped) addParam(n *gorgonia.Node, l *leaf) error {
	if !inspect.Named(n) || n.Name() == "" {
		l.name = fmt.Sprintf("input%d", len(w.params)+1)
	}
	for base, i := l.name, 2; slices.ContainsFunc(w.params, func(p *leaf) bool { return p.name == l.name }); i++ {
		l.name = fmt.Sprintf("%s(%d)", base, i)
	}
	w.params = append(w.params, l)
	if err := l.sync(true); err != nil {
		return err
	}
	w.single = w.single || n.Dtype() == tensor.Float32
	w.layout = append(w.layout, gradtwin.Tensor{Name: l.name, Shape: slices.Clone([]int(n.Shape()))})
	w.starts = append(w.starts, w.layout.Len()-l.Len())
	return nil
}

// build makes the copies that are computed.
func (w *Wrapped) build(wrt gorgonia.Nodes, held *draws, inputs map[*gorgonia.Node]*leaf) error {
	outputs, r, err := gradientOf(w.user.cost, wrt, held, func(n *gorgonia.Node) gorgonia.Value { return inputs[n].value() })
	if err != nil {
		return err
	}
	w.graph, w.cost, w.grads, w.ops = r.graph, outputs[0], outputs[1:], r.ops
	for n, c := range r.of {
		w.user.nodes[c] = n
		if l := inputs[n]; l != nil {
			w.byNode[c] = l
		}
	}
	return w.compile()
}

// compile orders what Loss and Gradient compute.
func (w *Wrapped) compile() (err error) {
	outputs := gorgonia.Nodes{w.cost}
	if w.runs.loss, err = newTape(outputs); err != nil {
		return err
	}
	for _, g := range w.grads {
		if g != nil {
			outputs = append(outputs, g)
		}
	}
	w.runs.gradient, err = newTape(outputs)
	w.runs.watched = slices.Clone(w.leaves)
	for _, n := range inspect.Cone(outputs...) {
		if n.Op() != nil && inspect.IsConstant(n.Op()) && !n.IsScalar() {
			w.runs.watched = append(w.runs.watched, &leaf{node: n, name: n.Name()})
		}
	}
	return err
}

// Layout names the inputs that were given to Wrap and gives their shapes; a
// scalar's shape is empty. It must not be changed.
func (w *Wrapped) Layout() gradtwin.Layout { return w.layout }

// Float32 reports whether the cost or one of the inputs is of single
// precision.
func (w *Wrapped) Float32() bool { return w.single }

// locate returns the parameter that holds element i, and i's place there.
func (w *Wrapped) locate(i int) (*leaf, int) {
	k, ok := slices.BinarySearch(w.starts, i)
	if !ok {
		k--
	}
	if k < 0 || i-w.starts[k] >= w.layout[k].Len() {
		panic(fmt.Sprintf("graph: element %d of %d", i, w.layout.Len()))
	}
	if err := w.params[k].sync(true); err != nil {
		panic("graph: " + err.Error())
	}
	return w.params[k], i - w.starts[k]
}

// At returns element i. It panics when i is out of range or when the input has
// been given a value that is not its own shape or type.
func (w *Wrapped) At(i int) float64 {
	l, k := w.locate(i)
	return l.At(k)
}

// Set changes element i in the memory of the value that the node holds, to
// float32(x) in a float32 input. It panics as At does.
func (w *Wrapped) Set(i int, x float64) {
	l, k := w.locate(i)
	l.Set(k, x)
	if w.keeping != nil {
		w.set(l, k)
	}
}

// Loss computes the cost from what the nodes hold, without the gradient.
func (w *Wrapped) Loss() (float64, error) {
	run := func() error { return w.run(w.runs.loss) }
	if w.keeping != nil {
		run = w.runKept
	}
	if err := run(); err != nil {
		return 0, err
	}
	e, err := memory.Of(w.runs.loss.value(w.cost))
	if err != nil {
		return 0, fmt.Errorf("cost %v: %w", w.cost, err)
	}
	if e.Len() != 1 {
		return 0, fmt.Errorf("cost %v: the machine gives %d elements: want 1", w.cost, e.Len())
	}
	return e.At(0), nil
}

// Gradient computes the gradient from what the nodes hold and writes it to dst
// in the layout's order. It panics when dst has another length.
func (w *Wrapped) Gradient(dst []float64) error {
	if len(dst) != w.layout.Len() {
		panic(fmt.Sprintf("graph: gradient of %d elements into %d", w.layout.Len(), len(dst)))
	}
	if err := w.run(w.runs.gradient); err != nil {
		return err
	}
	for k, n := range w.grads {
		t := w.layout[k]
		if n == nil {
			clear(dst[w.starts[k] : w.starts[k]+t.Len()])
			continue
		}
		v := w.runs.gradient.value(n)
		e, err := memory.Of(v)
		if err != nil {
			return fmt.Errorf("gradient of %s: %w", t.Name, err)
		}
		if e.Len() != t.Len() || !inspect.SameShape(v.Shape(), t.Shape) {
			return fmt.Errorf("gradient of %s has shape %v: want %v", t.Name, v.Shape(), t.Shape)
		}
		e.Read(dst[w.starts[k] : w.starts[k]+e.Len()])
	}
	return nil
}
