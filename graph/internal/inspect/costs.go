package inspect

import (
	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/memory"
	"gradtwin/graph/internal/peek"
)

// Differentiated returns the costs of earlier calls of Grad, and the inputs with
// respect to which they were differentiated. Grad marks every node on the way with its
// derivative; the cost is the one from which no other marked node is computed.
func Differentiated(g *gorgonia.ExprGraph) (costs, wrt gorgonia.Nodes) {
	inner := map[*gorgonia.Node]bool{}
	for _, n := range g.AllNodes() {
		if n.Deriv() == nil {
			continue
		}
		for _, child := range peek.Children(n) {
			inner[child] = true
		}
		if n.Op() == nil && memory.IsFloat(n.Dtype()) {
			wrt = append(wrt, n)
		}
	}
	for _, n := range g.AllNodes() {
		if n.Deriv() != nil && n.Op() != nil && n.IsScalar() && !inner[n] {
			costs = append(costs, n)
		}
	}
	if len(costs) == 1 {
		wrt = intersect(wrt, Cone(costs[0]))
	}
	return costs, wrt
}

// ScalarRoots returns the computed float scalars that no node is computed from.
func ScalarRoots(g *gorgonia.ExprGraph) (roots gorgonia.Nodes) {
	used := map[*gorgonia.Node]bool{}
	for _, n := range g.AllNodes() {
		for _, child := range peek.Children(n) {
			used[child] = used[child] || n.Type() != nil // a Read has none
		}
	}
	for _, n := range g.AllNodes() {
		computed := n.Type() != nil && n.Op() != nil && len(peek.Children(n)) > 0
		if computed && n.IsScalar() && memory.IsFloat(n.Dtype()) && !used[n] {
			roots = append(roots, n)
		}
	}
	return roots
}

func intersect(a, b gorgonia.Nodes) (out gorgonia.Nodes) {
	for _, n := range a {
		if b.Contains(n) {
			out = append(out, n)
		}
	}
	return out
}
