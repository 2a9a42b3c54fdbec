package graph

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"

	"gradtwin"
	"gradtwin/graph/faults"
	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/memory"
	"gradtwin/graph/internal/peek"
)

// Faults returns what is known to go wrong in the checked graph: operations that
// package faults lists, where their value is wrong or the gradient goes through
// a wrong derivative; and values that another operation overwrites before they
// are used, as runs of the loss and of the gradient show. It is nil when nothing
// is known. Nothing is said of operations that are not Gorgonia's own, or when
// the program is built with a fork of Gorgonia.
func (w *Wrapped) Faults() []gradtwin.Fault {
	if w.user.parent != nil {
		return w.user.parent.Faults()
	}
	var found []gradtwin.Fault
	for _, f := range slices.Concat(w.forwardFaults(), w.gradientFaults(), w.overwrites()) {
		if !slices.Contains(found, f) {
			found = append(found, f)
		}
	}
	return found
}

// forwardFaults returns what the table says of the nodes that the cost is
// computed from.
func (w *Wrapped) forwardFaults() (found []gradtwin.Fault) {
	nodes := inspect.Cone(w.user.cost)
	active := w.active(nodes)
	value := w.forwardValues()
	for _, n := range nodes {
		for _, k := range faults.Of(n, value) {
			if k.Effect == faults.Value || k.Effect != faults.SomeUses && active[n] {
				found = append(found, gradtwin.Fault{Node: inspect.Label(n), Problem: k.Problem, Instead: k.Instead})
			}
		}
	}
	return found
}

func isNil(n *gorgonia.Node) bool { return n == nil }

// gradientFaults returns what the table says of the nodes that Grad made.
func (w *Wrapped) gradientFaults() (found []gradtwin.Fault) {
	forward := inspect.Cone(w.f.Cost)
	for _, n := range inspect.Cone(slices.DeleteFunc(slices.Clone(w.f.Grads), isNil)...) {
		if forward.Contains(n) {
			continue
		}
		for _, k := range faults.OfGradient(n) {
			node := w.label(repeated(n, forward))
			found = append(found, gradtwin.Fault{Node: node, Problem: k.Problem, Instead: k.Instead})
		}
	}
	return found
}

// repeated returns the broadcast whose derivative a sum of the gradient is, and
// the sum itself where none is found. Sizes of 1 are left out of the comparison:
// Gorgonia's sums remove their axes, where broadcasts keep them.
func repeated(sum *gorgonia.Node, forward gorgonia.Nodes) *gorgonia.Node {
	axes := peek.Ints(sum.Op(), "along")
	for _, n := range forward {
		if !inspect.IsKind(n, "repeatOp") {
			continue
		}
		along, ok := peek.Int(n.Op(), "along")
		if ok && slices.Equal(axes, []int{along}) && inspect.SameShape(n.Shape(), peek.Children(sum)[0].Shape()) {
			return n
		}
	}
	return sum
}

// active returns the nodes that the gradient goes through.
func (w *Wrapped) active(nodes gorgonia.Nodes) map[*gorgonia.Node]bool {
	active := map[*gorgonia.Node]bool{}
	for _, p := range w.f.Params {
		active[p.Node] = true
	}
	reached := inspect.Reached(w.user.cost, nodes)
	for _, n := range nodes {
		if n.Op() == nil {
			continue
		}
		through := func(a *gorgonia.Node) bool { return active[a] && reached[a] }
		active[n] = reached[n] && slices.ContainsFunc(peek.Children(n), through)
	}
	return active
}

// forwardValues runs the loss and returns what it computed, by the user's nodes.
// Nothing is known of a run that fails.
func (w *Wrapped) forwardValues() func(*gorgonia.Node) []float64 {
	values := map[*gorgonia.Node][]float64{}
	err := w.f.Follow(false, func(n *gorgonia.Node, v gorgonia.Value) bool {
		user := w.user.nodes[n]
		if e, err := memory.Of(v); err == nil && user != nil {
			values[user] = e.Float64s()
		}
		return true
	})
	if err != nil {
		return nil
	}
	return func(n *gorgonia.Node) []float64 {
		if v, ok := values[n]; ok || n.Op() != nil {
			return v
		}
		e, err := memory.Of(n.Value())
		if err != nil {
			return nil
		}
		return e.Float64s()
	}
}

// overwrites returns the faults of values that are overwritten before they are
// used.
func (w *Wrapped) overwrites() (found []gradtwin.Fault) {
	for _, gradient := range []bool{false, true} {
		for _, o := range w.f.Overwritten(gradient) {
			writer, victim, user := w.label(o.Writer), w.label(o.Victim), w.label(o.User)
			fault := gradtwin.Fault{
				Node:    victim,
				Problem: fmt.Sprintf("%s writes its result over the value of %s before %s has used it", writer, victim, user),
			}
			if inspect.IsKind(o.Writer, "elemBinOp", "elemUnaryOp") {
				fault.Instead = faults.Overwriting.Instead
			}
			found = append(found, fault)
		}
	}
	return found
}
