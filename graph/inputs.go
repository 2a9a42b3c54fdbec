package graph

import (
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/memory"
	"gradtwin/graph/internal/peek"
)

// leaf is an input of the user's graph, or a constant of the copy.
type leaf struct {
	node  *gorgonia.Node
	name  string
	drawn bool           // the value of a random node, which runs may overwrite
	held  gorgonia.Value // the value that elems and bytes are of
	memory.Elements
	bytes []byte
}

func checkCost(cost *gorgonia.Node) error {
	switch {
	case cost == nil:
		return errors.New("the cost is nil")
	case cost.Graph() == nil:
		return fmt.Errorf("cost %v is in no graph", cost)
	case cost.Type() == nil:
		return fmt.Errorf("cost %v is a statement: want a value", cost)
	case cost.Op() == nil:
		return fmt.Errorf("cost %v is an input: want a node computed from inputs", cost)
	case cost.Dtype() != tensor.Float64 && cost.Dtype() != tensor.Float32:
		return fmt.Errorf("cost %v is of type %v: want float64 or float32", cost, cost.Dtype())
	}
	return nil
}

// checkNodes looks for what Gorgonia has broken: when it rewrites Log(1−p) it
// takes the node 1−p out of the graph and uses its memory for the next node, so
// that whoever used 1−p before or after now uses another node.
func checkNodes(cost *gorgonia.Node) error {
	const taken = "Gorgonia takes 1−p out of the graph where it rewrites Log(1−p), and uses its memory anew: build 1−p a second time for other uses"
	entered, left := map[*gorgonia.Node]bool{}, map[*gorgonia.Node]bool{}
	var visit func(n *gorgonia.Node) error
	visit = func(n *gorgonia.Node) error {
		entered[n] = true
		for i, child := range peek.Children(n) {
			switch {
			case child == nil || child.Graph() == nil || child.Type() == nil:
				return fmt.Errorf("operand %d of %v is no node any more: %s", i+1, n, taken)
			case child.Graph() != cost.Graph():
				return fmt.Errorf("operand %d of %v is in another graph", i+1, n)
			case left[child]:
			case entered[child]:
				return fmt.Errorf("%v is computed from itself: %s", child, taken)
			default:
				if err := visit(child); err != nil {
					return err
				}
			}
		}
		left[n] = true
		return nil
	}
	return visit(cost)
}

func checkInput(cost, n *gorgonia.Node, nodes gorgonia.Nodes) error {
	switch {
	case n == nil:
		return errors.New("a nil node")
	case n.Graph() == nil:
		return fmt.Errorf("%v is in no graph", n)
	case n.Graph() != cost.Graph():
		return fmt.Errorf("%s is not in the graph of the cost", inspect.Label(n))
	case n.Op() != nil:
		return fmt.Errorf("%s is computed by an operation: want an input", inspect.Label(n))
	case n.Dtype() != tensor.Float64 && n.Dtype() != tensor.Float32:
		return fmt.Errorf("%s is of type %v: want float64 or float32", inspect.Label(n), n.Dtype())
	case n.Value() == nil:
		return fmt.Errorf("%s has no value", inspect.Label(n))
	case !nodes.Contains(n):
		return fmt.Errorf("the cost does not depend on %s", inspect.Label(n))
	}
	return nil
}

// defaultInputs returns the inputs that Wrap takes when none are given.
func defaultInputs(cost *gorgonia.Node, nodes gorgonia.Nodes) gorgonia.Nodes {
	reached := inspect.Reached(cost, nodes)
	var all, derived gorgonia.Nodes
	for _, n := range nodes {
		if n.Op() != nil || !reached[n] || checkInput(cost, n, nodes) != nil {
			continue
		}
		all = append(all, n)
		if n.Deriv() != nil {
			derived = append(derived, n)
		}
	}
	if len(derived) > 0 {
		return derived
	}
	return all
}

// sync takes up the value that the node holds now.
func (l *leaf) sync(float bool) error {
	v := l.node.Value()
	if v == l.held && v != nil {
		return nil
	}
	if v == nil {
		return fmt.Errorf("input %s has no value", l.name)
	}
	if v.Dtype() != l.node.Dtype() {
		return fmt.Errorf("input %s holds a value of type %v: want %v", l.name, v.Dtype(), l.node.Dtype())
	}
	want, got := l.node.Shape(), v.Shape()
	if !want.Eq(got) && !(want.IsScalar() && got.TotalSize() <= 1) {
		return fmt.Errorf("input %s of shape %v holds a value of shape %v", l.name, want, got)
	}
	l.bytes = memory.Bytes(v)
	if float {
		e, err := memory.Of(v)
		if err != nil {
			return fmt.Errorf("input %s: %w", l.name, err)
		}
		l.Elements = e
	}
	l.held = v
	return nil
}

// text names a leaf in an error.
func (l *leaf) text() string {
	if l.node.Op() != nil {
		return "constant " + l.name
	}
	return "input " + l.name
}

// value returns what a run is to take: the value that the node holds, or a copy
// of a drawn one, because a run may write there as it may where Gorgonia draws
// anew.
func (l *leaf) value() gorgonia.Value {
	if !l.drawn {
		return l.node.Value()
	}
	v, err := gorgonia.CloneValue(l.node.Value())
	if err != nil {
		return nil // which the run reports
	}
	return v
}

// checkAliases looks for an input to be perturbed whose memory another input
// or a constant shares: perturbing one would change the other.
func (w *Wrapped) checkAliases(nodes gorgonia.Nodes) error {
	for k, p := range w.params {
		for _, l := range w.leaves {
			if l == p || slices.Contains(w.params[:k], l) || !memory.Overlap(p.bytes, l.bytes) {
				continue
			}
			return fmt.Errorf("inputs %s and %s share memory: give each a tensor of its own", p.name, l.name)
		}
		for _, n := range nodes {
			if n.Op() != nil && len(peek.Children(n)) == 0 && n.Value() != nil && memory.Overlap(p.bytes, memory.Bytes(n.Value())) {
				return fmt.Errorf("input %s and constant %v share memory: give each a tensor of its own", p.name, n)
			}
		}
	}
	return nil
}
