package graph

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"

	"gradtwin"
	"gradtwin/graph/internal/inspect"
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
	nodes := inspect.Cone(w.f.Cost)
	reached := inspect.Reached(w.f.Cost, nodes)
	for _, n := range nodes {
		if l := w.f.ByNode[n]; l != nil && slices.Contains(w.f.Params, l) {
			s.named[l.Name] = n
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
func (w *Wrapped) Cut(name string) (gradtwin.Function, error) {
	n := w.uses().named[name]
	if n == nil {
		return nil, fmt.Errorf("the graph has no value %q", name)
	}
	grad, ok := w.gradientAt(n)
	if !ok {
		return nil, fmt.Errorf("cut the graph: %s has no gradient of its own", name)
	}
	f, copies, err := w.f.Cut(n, grad, name)
	if err != nil {
		return nil, fmt.Errorf("cut the graph at %s: %w", name, err)
	}
	return w.derive(f, copies), nil
}

// gradientAt returns the node of the gradient with respect to n, nil where it is
// 0, and whether it is known.
func (w *Wrapped) gradientAt(n *gorgonia.Node) (*gorgonia.Node, bool) {
	if l := w.f.ByNode[n]; l != nil {
		k := slices.Index(w.f.Params, l)
		return w.f.Grads[k], true
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
