// Package inspect reads a Gorgonia graph and changes nothing in it: what a node is
// computed from, how its gradient runs, what Grad was called for, and what a
// reader calls it.
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

// Cone returns the nodes that some nodes are computed from, and these, in the
// order in which they were added to the graph.
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

// Dependents returns the nodes that depend on the inputs, wrt, among
// those of a cone. An operation between them that has no derivative, which
// Grad leaves out without a word when it can reach the inputs in another way,
// is an error, unless the derivative is 0 almost everywhere.
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

// Uses returns how often a node is an operand.
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
