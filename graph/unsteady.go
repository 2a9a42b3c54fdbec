package graph

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/faults"
	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/memory"
	"gradtwin/graph/internal/peek"
)

// unsteadyRuns is how often the loss is run to find a node that differs: an
// operation that draws a number differs at once, one that depends on the order
// of goroutines may not.
const unsteadyRuns = 8

// Unsteady runs the loss and the gradient a few times and names the first node,
// in the order of computing, whose value is not the same in all runs: where a
// loss that differs from run to run begins. It is empty when no run differed. An
// input that differs is changed by something else than the graph.
func (w *Wrapped) Unsteady() string {
	for _, gradient := range []bool{false, true} {
		if n := w.unsteady(gradient); n != nil {
			if n.Op() == nil {
				return fmt.Sprintf("input %s, which something else than the graph changes", w.label(n))
			}
			return fmt.Sprintf("%s, %T", w.label(n), n.Op())
		}
	}
	return ""
}

// unsteady returns the first node that differs, nil when there is none or when
// the runs fail.
func (w *Wrapped) unsteady(gradient bool) *gorgonia.Node {
	first, err := w.computed(gradient)
	for range unsteadyRuns - 1 {
		again, failed := w.computed(gradient)
		if err != nil || failed != nil {
			return nil
		}
		for k, c := range again {
			if c.sum != first[k].sum {
				return c.node
			}
		}
	}
	return nil
}

// NotFinite runs the loss, and then the gradient, and names the first node that
// has an element that is NaN or infinite, with the element, while its operands
// have none. It is empty when there is none.
func (w *Wrapped) NotFinite() string {
	for _, gradient := range []bool{false, true} {
		nodes, err := w.computed(gradient)
		if err != nil {
			return ""
		}
		if k := slices.IndexFunc(nodes, func(v value) bool { return v.at >= 0 }); k >= 0 {
			return w.notFinite(nodes[k])
		}
	}
	return ""
}

// notFinite describes a node, with what is known of it.
func (w *Wrapped) notFinite(v value) string {
	if v.node.Op() == nil {
		return fmt.Sprintf("input %s: element %d is %v", w.label(v.node), v.at, v.x)
	}
	found := fmt.Errorf("%s, of %s: element %d is %v", w.label(v.node), w.labels(peek.Children(v.node)), v.at, v.x)
	if forward := inspect.Cone(w.user.cost); !forward.Contains(w.user.nodes[v.node]) {
		found = explain(found, derivativesOf(v.node, forward), faults.Value, faults.Derivative)
	}
	return found.Error()
}

// value is what a run computed for a node.
type value struct {
	node *gorgonia.Node
	sum  string  // its bytes
	at   int     // the first element that is NaN or infinite, −1 without one
	x    float64 // that element
}

// computed runs the loss, or the gradient, and returns its nodes in the order of
// computing.
func (w *Wrapped) computed(gradient bool) (nodes []value, err error) {
	err = w.f.Follow(gradient, func(n *gorgonia.Node, computed gorgonia.Value) bool {
		v := value{node: n, sum: string(memory.Bytes(computed)), at: -1}
		if e, err := memory.Of(computed); err == nil {
			for i := 0; i < e.Len() && v.at < 0; i++ {
				if x := e.At(i); math.IsNaN(x) || math.IsInf(x, 0) {
					v.at, v.x = i, x
				}
			}
		}
		nodes = append(nodes, v)
		return true
	})
	return nodes, err
}

// labels names nodes of the copy.
func (w *Wrapped) labels(nodes gorgonia.Nodes) string {
	out := make([]string, len(nodes))
	for k, n := range nodes {
		out[k] = w.label(n)
	}
	return strings.Join(out, ", ")
}
