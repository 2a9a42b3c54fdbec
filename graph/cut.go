package graph

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"

	"gradtwin"
	"gradtwin/graph/internal/building"
	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/memory"
	"gradtwin/graph/internal/peek"
)

// Users names the operations that use a value and through which its gradient
// goes, in the order of the graph: those of an input by its name in the layout,
// those of an inner value by the operation that computes it, as Users names it.
// It is nil for the cost, for a name that is not known, and for every name where
// values are overwritten before they are used (see Faults): a cut would move the
// fault.
func (w *Wrapped) Users(name string) []string {
	s := w.uses()
	return s.users[s.named[name]]
}

// usage is who uses what on the way from the inputs to the cost.
type usage struct {
	named map[string]*gorgonia.Node
	users map[*gorgonia.Node][]string // the operations through which its gradient goes
}

// uses returns it, found when first asked for.
func (w *Wrapped) uses() *usage {
	if w.usage == nil {
		w.usage = w.findUsage()
	}
	return w.usage
}

func (w *Wrapped) findUsage() *usage {
	s := &usage{named: map[string]*gorgonia.Node{}, users: map[*gorgonia.Node][]string{}}
	if len(w.overwrites()) > 0 {
		return s
	}
	nodes := inspect.Cone(w.cost)
	reached := inspect.Reached(w.cost, nodes)
	for _, n := range nodes {
		if l := w.byNode[n]; l != nil && slices.Contains(w.params, l) {
			s.named[l.name] = n
		}
		op, ok := n.Op().(gorgonia.SDOp)
		if !ok || !reached[n] {
			continue
		}
		name := w.label(n)
		s.named[name] = n
		args := peek.Children(n)
		for i, d := range op.DiffWRT(len(args)) {
			if d && i < len(args) && !slices.Contains(s.users[args[i]], name) {
				s.users[args[i]] = append(s.users[args[i]], name)
			}
		}
	}
	return s
}

// Cut returns the function of one value of the graph, an input or what an
// operation computes, named as in Users: the value is an input that begins with
// what it is at present, and all that it is computed from is left out. Its
// gradient is the node that Grad made for it, so that a gradient that is right
// here and wrong at an operand of the operation has gone wrong in between. An
// input of w is shared with w: a cut is for the same goroutine.
//
// Errors are a name that Users does not give, and a value without a gradient of
// its own in the graph.
func (w *Wrapped) Cut(name string) (c gradtwin.Function, err error) {
	n := w.uses().named[name]
	if n == nil {
		return nil, fmt.Errorf("the graph has no value %q", name)
	}
	building.Lock()
	defer building.Unlock()
	defer building.Recover(&err, "cut the graph")
	return asFunction(w.cut(n, name))
}

func (w *Wrapped) cut(n *gorgonia.Node, name string) (*Wrapped, error) {
	grad, ok := w.gradientAt(n)
	if !ok {
		return nil, fmt.Errorf("cut the graph: %s has no gradient of its own", name)
	}
	l := w.byNode[n]
	held := &draws{}
	if l == nil {
		var err error
		if l, err = w.freeze(n, name); err != nil {
			return nil, fmt.Errorf("cut the graph at %s: %w", name, err)
		}
		held.values = map[*gorgonia.Node]*leaf{n: l}
	}
	outputs := gorgonia.Nodes{w.cost}
	if grad != nil {
		outputs = append(outputs, grad)
	}
	r, err := newReplica(held, outputs...)
	if err != nil {
		return nil, fmt.Errorf("cut the graph at %s: %w", name, err)
	}
	c := &Wrapped{
		single: w.single, user: w.derived(r.of), graph: r.graph, cost: r.of[w.cost], grads: gorgonia.Nodes{r.of[grad]}, ops: r.ops,
		layout: gradtwin.Layout{{Name: name, Shape: slices.Clone([]int(n.Shape()))}}, starts: []int{0},
		params: []*leaf{l}, leaves: slices.Clone(w.leaves), byNode: map[*gorgonia.Node]*leaf{r.of[n]: l},
	}
	if !slices.Contains(c.leaves, l) {
		c.leaves = append(c.leaves, l)
	}
	for n, l := range w.byNode {
		if copied := r.of[n]; copied != nil {
			c.byNode[copied] = l
		}
	}
	if grad != nil {
		gorgonia.SetDerivOf(r.of[grad], r.of[n])
	}
	return c, c.compile()
}

// gradientAt returns the node of the gradient with respect to n, nil where it is
// 0, and whether it is known.
func (w *Wrapped) gradientAt(n *gorgonia.Node) (*gorgonia.Node, bool) {
	if l := w.byNode[n]; l != nil {
		k := slices.Index(w.params, l)
		return w.grads[k], true
	}
	if d := n.Deriv(); d != nil {
		return d, true
	}
	// The gradient is of the user's Grad, which has marked the user's nodes.
	user := w.user.nodes[n]
	if user == nil || user.Deriv() == nil {
		return nil, false
	}
	for c, u := range w.user.nodes {
		if u == user.Deriv() {
			return c, true
		}
	}
	return nil, false
}

// freeze returns an input that holds what n is at present.
func (w *Wrapped) freeze(n *gorgonia.Node, name string) (l *leaf, err error) {
	run := w.followed(false, func(t *tape) error {
		return t.follow(w.leafValue, func(at *gorgonia.Node) bool {
			if at == n {
				l, err = holding(n, name, t.value(n))
			}
			return l == nil && err == nil
		})
	})
	switch {
	case err != nil:
		return nil, err
	case l == nil && run != nil:
		return nil, run
	case l == nil:
		return nil, fmt.Errorf("it is not computed")
	}
	return l, l.sync(true)
}

// holding returns an input of n's type with a value, in memory of its own.
func holding(n *gorgonia.Node, name string, v gorgonia.Value) (*leaf, error) {
	from, err := memory.Of(v)
	if err != nil {
		return nil, err
	}
	if from.Len() != n.Shape().TotalSize() {
		return nil, fmt.Errorf("a value of %d elements: want shape %v", from.Len(), n.Shape())
	}
	own := memory.Zero(n)
	to, err := memory.Of(own)
	if err != nil {
		return nil, err
	}
	for i := range from.Len() {
		to.Set(i, from.At(i))
	}
	holder := gorgonia.NewTensor(gorgonia.NewGraph(), n.Dtype(), n.Dims(), gorgonia.WithShape(n.Shape()...), gorgonia.WithName(name), gorgonia.WithValue(own))
	return &leaf{node: holder, name: name}, nil
}
