package faults

import (
	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/peek"
)

// Of returns the faults of a node. Some depend on values: value returns the
// elements of a node, or nil where they are not known, and may itself be nil. A node
// with a user's own operation has no known faults, and no node has any where
// Replaced is not empty.
func Of(n *gorgonia.Node, value func(*gorgonia.Node) []float64) []Known {
	return find(n, false, value)
}

// OfGradient returns the faults of a node that gorgonia.Grad made.
func OfGradient(n *gorgonia.Node) []Known { return find(n, true, nil) }

func find(n *gorgonia.Node, gradient bool, value func(*gorgonia.Node) []float64) []Known {
	if n.Op() == nil || !peek.IsGorgonias(n.Op()) || Replaced() != "" {
		return nil
	}
	if value == nil {
		value = func(*gorgonia.Node) []float64 { return nil }
	}
	of := node{Node: n, op: n.Op(), kind: peek.TypeName(n.Op()), in: peek.Children(n), value: value}
	var found []Known
	for _, k := range table {
		if k.gradient == gradient && k.match(of) {
			found = append(found, k)
		}
	}
	return found
}
