package graph

import (
	"errors"
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph/internal/peek"
)

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
	defer recoverBuilding(&err, "read the graph")
	if g == nil {
		return nil, errors.New("the graph is nil")
	}
	costs, wrt := differentiated(g)
	switch {
	case len(costs) == 1 && len(wrt) > 0:
		return Wrap(costs[0], wrt...)
	case len(costs) > 1:
		return nil, fmt.Errorf("a Grad of %d costs was taken in the graph: %s: give one to Wrap", len(costs), labels(costs))
	}
	text := "no Grad of a cost was taken in the graph: give one to Wrap"
	if roots := scalarRoots(g); len(roots) > 0 {
		text += "; scalars that nothing is computed from: " + labels(roots)
	}
	return nil, errors.New(text)
}

// differentiated returns the nodes that a Grad began at and the inputs that it
// was taken with respect to. Grad marks every node on the way with its
// derivative, the cost too: it is one that no marked node is computed from.
func differentiated(g *gorgonia.ExprGraph) (costs, wrt gorgonia.Nodes) {
	inner := map[*gorgonia.Node]bool{}
	for _, n := range g.AllNodes() {
		if n.Deriv() == nil {
			continue
		}
		for _, child := range peek.Children(n) {
			inner[child] = true
		}
		if n.Op() == nil && isFloat(n) {
			wrt = append(wrt, n)
		}
	}
	for _, n := range g.AllNodes() {
		if n.Deriv() != nil && n.Op() != nil && n.IsScalar() && !inner[n] {
			costs = append(costs, n)
		}
	}
	if len(costs) == 1 {
		wrt = intersect(wrt, cone(costs[0]))
	}
	return costs, wrt
}

// scalarRoots returns the computed float scalars that no node is computed from.
func scalarRoots(g *gorgonia.ExprGraph) (roots gorgonia.Nodes) {
	used := map[*gorgonia.Node]bool{}
	for _, n := range g.AllNodes() {
		for _, child := range peek.Children(n) {
			used[child] = used[child] || n.Type() != nil // a Read has none
		}
	}
	for _, n := range g.AllNodes() {
		if n.Type() != nil && n.Op() != nil && len(peek.Children(n)) > 0 && n.IsScalar() && isFloat(n) && !used[n] {
			roots = append(roots, n)
		}
	}
	return roots
}

func isFloat(n *gorgonia.Node) bool {
	return n.Dtype() == tensor.Float64 || n.Dtype() == tensor.Float32
}

func intersect(a, b gorgonia.Nodes) (out gorgonia.Nodes) {
	for _, n := range a {
		if b.Contains(n) {
			out = append(out, n)
		}
	}
	return out
}
