// Package faults is a table of the known faults of Gorgonia's operations. For each
// it has how to recognise it in a graph, by the operation's type, shape and
// settings; what is wrong; and an expression that is right. Package audit found them
// by running the operations on the tape machine, and tests the table in the same way.
package faults

import "gorgonia.org/gorgonia"

// Effect is what a fault makes wrong.
type Effect int

const (
	// Value is a wrong result. A gradient check passes where the gradient is that of
	// the wrong result.
	Value Effect = iota
	// Derivative is a right result with a wrong derivative.
	Derivative
	// Failure is an error or a panic, in a run or when the derivative is built.
	Failure
	// SomeUses is a right result on which some operations fail.
	SomeUses
)

// Known is one fault of the table.
type Known struct {
	Op      string // the function of package gorgonia
	Case    string // the inputs with this fault, where the operation has several faults; else empty
	Problem string
	Instead string // the expression that is right; empty when none is known
	Effect  Effect

	gradient bool              // it is a fault of nodes that Grad made
	match    func(n node) bool // n's operation is one of Gorgonia's own
}

// Name returns Op and Case. Faults of one name have the same expression that is
// right.
func (k Known) Name() string {
	if k.Case == "" {
		return k.Op
	}
	return k.Op + " " + k.Case
}

// node is a node with what match functions need.
type node struct {
	*gorgonia.Node
	op   gorgonia.Op
	kind string // the name of the operation's type
	in   gorgonia.Nodes
	// value returns the elements of a node in row-major order, or nil where they are
	// not known.
	value func(*gorgonia.Node) []float64
}
