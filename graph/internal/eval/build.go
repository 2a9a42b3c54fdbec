package eval

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin"
	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/memory"
	"gradtwin/graph/internal/peek"
	"gradtwin/graph/internal/replica"
)

// New returns the function of a cost and the inputs wrt of the user's graph, of
// which nodes are those that the cost is computed from, to be computed once it is
// built. Wrt must be inputs of different names.
func New(cost *gorgonia.Node, wrt, nodes gorgonia.Nodes, draws *replica.Draws) (*Function, error) {
	f := newFunction()
	f.user, f.Single = map[*gorgonia.Node]*Leaf{}, cost.Dtype() == tensor.Float32
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

// addLeaves adds the inputs that the cost is computed from.
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

// checkAliases returns an error if an input whose elements will be set shares memory
// with another input or a constant: setting one would change the other.
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

// Build makes the copies that are computed, and returns the copy of each of the
// user's nodes.
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
