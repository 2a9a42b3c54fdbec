// Package eval computes a cost and its gradient, on a copy of a user's graph, from
// what the user's own nodes hold.
//
// A [Function] sets elements of inputs in place, runs the copy, and sees that the
// run has left the inputs alone. Other functions are made of it: a clone, its
// second derivatives, the part of it behind one value.
package eval

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin"
	"gradtwin/graph/internal/building"
	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/memory"
	"gradtwin/graph/internal/ops"
	"gradtwin/graph/internal/peek"
	"gradtwin/graph/internal/replica"
	"gradtwin/graph/internal/tape"
)

// Function is a cost as a function of some inputs, Params, with its gradient. It
// is not for two goroutines at once.
type Function struct {
	Layout gradtwin.Layout
	Single bool                     // some of it is float32
	Params []*Leaf                  // of Layout, in order
	Leaves []*Leaf                  // all inputs that the cost is computed from
	ByNode map[*gorgonia.Node]*Leaf // by the node's copy
	Cost   *gorgonia.Node           // the copy
	Grads  gorgonia.Nodes           // copies, nil where the gradient is 0
	Ops    *ops.Copier              // of operations whose state each run takes over, nil when there are none

	// Explain adds to an error of a run what is known of the node that failed.
	Explain func(error) error

	user           map[*gorgonia.Node]*Leaf // by the user's node, until it is built
	starts         []int                    // of each parameter in the flat vector
	loss, gradient evaluator
	watched        []*Leaf // inputs and tensor constants, which runs must leave alone
	backup         [][]byte
	keeping        *keeping // nil unless between Keep and Release
}

// evaluator computes a graph's cost, and its gradients perhaps.
type evaluator interface {
	Run(leaves tape.Leaves) error
	Value(n *gorgonia.Node) gorgonia.Value
}

// New returns the function of a cost and the inputs wrt of the user's graph, of
// which nodes are those that the cost is computed from, to be computed once it is
// built. Wrt must be inputs of different names.
func New(cost *gorgonia.Node, wrt, nodes gorgonia.Nodes, draws *replica.Draws) (*Function, error) {
	f := &Function{
		ByNode: map[*gorgonia.Node]*Leaf{}, user: map[*gorgonia.Node]*Leaf{}, Single: cost.Dtype() == tensor.Float32,
	}
	f.addLeaves(nodes, draws)
	for _, n := range wrt {
		if err := f.addParam(f.user[n]); err != nil {
			return nil, err
		}
	}
	for _, l := range f.Leaves {
		if err := l.sync(false); err != nil {
			return nil, err
		}
	}
	return f, f.checkAliases(nodes)
}

// addLeaves adds what values come from.
func (f *Function) addLeaves(nodes gorgonia.Nodes, draws *replica.Draws) {
	for _, n := range nodes {
		var l *Leaf
		if holder := draws.Input(n); holder != nil {
			l = &Leaf{Node: holder, Name: holder.Name(), Drawn: true}
		} else if n.Op() == nil {
			l = &Leaf{Node: n, Name: inspect.Label(n)}
		}
		if l != nil {
			f.Leaves = append(f.Leaves, l)
			f.user[n] = l
		}
	}
}

// addParam makes an input one of the layout's.
func (f *Function) addParam(l *Leaf) error {
	n := l.Node
	if !inspect.Named(n) || n.Name() == "" {
		l.Name = fmt.Sprintf("input%d", len(f.Params)+1)
	}
	taken := func(p *Leaf) bool { return p.Name == l.Name }
	for base, i := l.Name, 2; slices.ContainsFunc(f.Params, taken); i++ {
		l.Name = fmt.Sprintf("%s(%d)", base, i)
	}
	f.Params = append(f.Params, l)
	if err := l.sync(true); err != nil {
		return err
	}
	f.Single = f.Single || n.Dtype() == tensor.Float32
	f.Layout = append(f.Layout, gradtwin.Tensor{Name: l.Name, Shape: slices.Clone([]int(n.Shape()))})
	f.starts = append(f.starts, f.Layout.Len()-l.Len())
	return nil
}

// checkAliases looks for an input to be perturbed whose memory another input
// or a constant shares: perturbing one would change the other.
func (f *Function) checkAliases(nodes gorgonia.Nodes) error {
	for k, p := range f.Params {
		for _, l := range f.Leaves {
			if l == p || slices.Contains(f.Params[:k], l) || !memory.Overlap(p.bytes, l.bytes) {
				continue
			}
			return fmt.Errorf("inputs %s and %s share memory: give each a tensor of its own", p.Name, l.Name)
		}
		for _, n := range nodes {
			constant := n.Op() != nil && len(peek.Children(n)) == 0 && n.Value() != nil
			if constant && memory.Overlap(p.bytes, memory.Bytes(n.Value())) {
				return fmt.Errorf("input %s and constant %v share memory: give each a tensor of its own", p.Name, n)
			}
		}
	}
	return nil
}

// Build makes the copies that are computed, and returns that of each of the user's
// nodes.
func (f *Function) Build(
	cost *gorgonia.Node, wrt gorgonia.Nodes, draws *replica.Draws,
) (map[*gorgonia.Node]*gorgonia.Node, error) {
	value := func(n *gorgonia.Node) gorgonia.Value { return f.user[n].value() }
	outputs, r, err := replica.Gradient(cost, wrt, draws, value)
	if err != nil {
		return nil, err
	}
	f.Cost, f.Grads, f.Ops = outputs[0], outputs[1:], r.Ops
	for n, c := range r.Of {
		if l := f.user[n]; l != nil {
			f.ByNode[c] = l
		}
	}
	f.user = nil
	return r.Of, f.compile()
}

// compile orders what Loss and Gradient compute.
func (f *Function) compile() (err error) {
	if f.loss, err = tape.New(gorgonia.Nodes{f.Cost}); err != nil {
		return err
	}
	outputs := f.outputs()
	f.gradient, err = tape.New(outputs)
	f.watched = slices.Clone(f.Leaves)
	for _, n := range inspect.Cone(outputs...) {
		if n.Op() != nil && inspect.IsConstant(n.Op()) && !n.IsScalar() {
			f.watched = append(f.watched, &Leaf{Node: n, Name: n.Name()})
		}
	}
	return err
}

// ParamNodes returns what copies of f's nodes have for each parameter.
func (f *Function) ParamNodes(copies map[*gorgonia.Node]*gorgonia.Node) gorgonia.Nodes {
	out := make(gorgonia.Nodes, len(f.Params))
	for n, l := range f.ByNode {
		if k := slices.Index(f.Params, l); k >= 0 {
			out[k] = copies[n]
		}
	}
	return out
}

// outputs returns the cost and the gradients that are not 0.
func (f *Function) outputs() gorgonia.Nodes {
	outputs := gorgonia.Nodes{f.Cost}
	for _, g := range f.Grads {
		if g != nil {
			outputs = append(outputs, g)
		}
	}
	return outputs
}

// WithMachine returns the same function computed by Gorgonia's machine. The two
// share the inputs' values.
func (f *Function) WithMachine(options []gorgonia.VMOpt) (*Function, error) {
	building.Lock()
	defer building.Unlock()
	var inputs gorgonia.Nodes
	for n := range f.ByNode {
		inputs = append(inputs, n)
	}
	loss, gradient, err := tape.NewMachines(f.Cost, inputs, options)
	if err != nil {
		return nil, err
	}
	m := *f
	m.backup, m.keeping = nil, nil
	m.loss, m.gradient = loss, gradient
	return &m, nil
}

// Span returns the elements of parameter k as [from, to).
func (f *Function) Span(k int) (from, to int) { return f.starts[k], f.starts[k] + f.Layout[k].Len() }

// locate returns the parameter that holds element i, and i's place there.
func (f *Function) locate(i int) (*Leaf, int) {
	k, ok := slices.BinarySearch(f.starts, i)
	if !ok {
		k--
	}
	if k < 0 || i-f.starts[k] >= f.Layout[k].Len() {
		panic(fmt.Sprintf("graph: element %d of %d", i, f.Layout.Len()))
	}
	if err := f.Params[k].sync(true); err != nil {
		panic("graph: " + err.Error())
	}
	return f.Params[k], i - f.starts[k]
}

// At returns element i.
func (f *Function) At(i int) float64 {
	l, k := f.locate(i)
	return l.At(k)
}

// Set changes element i in the memory of the value that the node holds.
func (f *Function) Set(i int, x float64) {
	l, k := f.locate(i)
	l.Set(k, x)
	if f.keeping != nil {
		f.noteChange(l, k)
	}
}

// Loss computes the cost, without the gradient.
func (f *Function) Loss() (float64, error) {
	run := func() error { return f.run(f.loss) }
	if f.keeping != nil {
		run = f.runKept
	}
	if err := run(); err != nil {
		return 0, err
	}
	e, err := memory.Of(f.loss.Value(f.Cost))
	if err != nil {
		return 0, fmt.Errorf("cost %v: %w", f.Cost, err)
	}
	if e.Len() != 1 {
		return 0, fmt.Errorf("cost %v: the machine gives %d elements: want 1", f.Cost, e.Len())
	}
	return e.At(0), nil
}

// Gradient computes the gradient and writes it to dst in the layout's order.
func (f *Function) Gradient(dst []float64) error {
	if len(dst) != f.Layout.Len() {
		panic(fmt.Sprintf("graph: gradient of %d elements into %d", f.Layout.Len(), len(dst)))
	}
	if err := f.run(f.gradient); err != nil {
		return err
	}
	for k, n := range f.Grads {
		t := f.Layout[k]
		from, to := f.Span(k)
		if n == nil {
			clear(dst[from:to])
			continue
		}
		v := f.gradient.Value(n)
		e, err := memory.Of(v)
		if err != nil {
			return fmt.Errorf("gradient of %s: %w", t.Name, err)
		}
		if e.Len() != t.Len() || !inspect.SameShape(v.Shape(), t.Shape) {
			return fmt.Errorf("gradient of %s has shape %v: want %v", t.Name, v.Shape(), t.Shape)
		}
		e.Read(dst[from:to])
	}
	return nil
}
