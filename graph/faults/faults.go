// Package faults is the table of what is known to be wrong in Gorgonia's
// operations: how to recognise each in a graph, by the operation's type, shape
// and settings, what is wrong, and which expression is right. Each was found
// and is tested by running it on the tape machine.
package faults

import "gorgonia.org/gorgonia"

// Effect says what a fault spoils.
type Effect int

const (
	// Value is a wrong result. A gradient check passes when the gradient is that
	// of the wrong result.
	Value Effect = iota
	// Derivative is a right result with a wrong derivative.
	Derivative
	// Failure is an error or a panic, of a run or when the derivative is built.
	Failure
	// SomeUses is a result that is right, and that some operations fail on.
	SomeUses
)

// Known is one fault of the table.
type Known struct {
	Op      string // the function of package gorgonia
	Case    string // of an operation with several faults, which inputs have this one; empty for most
	Problem string
	Instead string // the expression that is right; empty when none is known
	Effect  Effect

	gradient bool              // the nodes that have it are those that Grad made
	match    func(n node) bool // the node's operation is Gorgonia's own
}

// Name names the fault among those that another expression mends: the
// operation, and the case where that has several.
func (k Known) Name() string {
	if k.Case == "" {
		return k.Op
	}
	return k.Op + " " + k.Case
}

// node is a node as a condition sees it.
type node struct {
	*gorgonia.Node
	op   gorgonia.Op
	kind string // the name of the operation's type
	in   gorgonia.Nodes
	// value returns the elements of a node in row-major order in the run that is
	// looked at, nil when there is none.
	value func(*gorgonia.Node) []float64
}
