// Package inspect reads a Gorgonia graph without changing it: what a node is computed
// from, which nodes its gradient goes through, what Grad was called for, and what to
// call a node.
package inspect

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/peek"
)

// Cone returns some nodes and all nodes that they are computed from, in the order in
// which they were added to the graph.
func Cone(outputs ...*gorgonia.Node) gorgonia.Nodes {
	seen := map[*gorgonia.Node]bool{}
	var out gorgonia.Nodes
	var visit func(*gorgonia.Node)
	visit = func(n *gorgonia.Node) {
		if seen[n] {
			return
		}
		seen[n] = true
		for _, child := range peek.Children(n) {
			visit(child)
		}
		out = append(out, n)
	}
	for _, n := range outputs {
		visit(n)
	}
	slices.SortStableFunc(out, func(a, b *gorgonia.Node) int { return cmp.Compare(a.ID(), b.ID()) })
	return out
}

// Reached returns the nodes that gorgonia.Grad reaches from the cost.
func Reached(cost *gorgonia.Node, nodes gorgonia.Nodes) map[*gorgonia.Node]bool {
	reached := map[*gorgonia.Node]bool{cost: true}
	for _, n := range slices.Backward(nodes) {
		op, ok := n.Op().(gorgonia.SDOp)
		if !ok || !reached[n] {
			continue
		}
		args := peek.Children(n)
		for i, d := range op.DiffWRT(len(args)) {
			if d && i < len(args) {
				reached[args[i]] = true
			}
		}
	}
	return reached
}

// Dependents returns the nodes of a cone that depend on the inputs wrt. It is an error
// if an operation among them has no derivative, unless that is 0 almost everywhere:
// Grad silently leaves such an operation out where it can reach the inputs in another
// way.
func Dependents(nodes, wrt gorgonia.Nodes) (map[*gorgonia.Node]bool, error) {
	depends := map[*gorgonia.Node]bool{}
	for _, n := range nodes {
		if n.Op() == nil {
			depends[n] = wrt.Contains(n)
			continue
		}
		args := peek.Children(n)
		var smooth []bool
		// The derivative of an operation is often a type that embeds the
		// operation's, and has its DiffWRT and SymDiff by accident.
		op, ok := n.Op().(gorgonia.SDOp)
		if ok && !strings.HasSuffix(peek.TypeName(n.Op()), "DiffOp") {
			smooth = op.DiffWRT(len(args))
		}
		for i, a := range args {
			switch {
			case !depends[a] || isFlat(n.Op()):
			case i >= len(smooth) || !smooth[i]:
				return nil, fmt.Errorf("the operation %v (%v) cannot be differentiated by Gorgonia", n.Op(), reflect.TypeOf(n.Op()))
			default:
				depends[n] = true
			}
		}
	}
	return depends, nil
}

// Uses returns how many times a node is an operand.
func Uses(n *gorgonia.Node, nodes gorgonia.Nodes) (count int) {
	for _, user := range nodes {
		for _, operand := range peek.Children(user) {
			if operand == n {
				count++
			}
		}
	}
	return count
}
