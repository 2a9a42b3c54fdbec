// Package faults is the table of what is known to be wrong in Gorgonia's
// operations: how to recognise each in a graph, by the operation's type, shape
// and settings, what is wrong, and which expression is right. Each was found
// and is tested by running it on the tape machine.
package faults

import (
	"runtime/debug"
	"slices"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/peek"
)

// Version is the release of Gorgonia, and TensorVersion that of its tensors,
// that the table holds for.
const (
	Version       = "v0.9.18"
	TensorVersion = "v0.9.24"
)

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

// Overwriting is the fault of an element-wise operation that writes over what
// Reshape has left in place. No node shows it by itself: package graph finds it
// by following a run.
var Overwriting = Known{
	Op: "Reshape", Effect: Derivative,
	Problem: "an element-wise operation on Reshape(f(x)) writes over f(x), which the derivative of f needs",
	Instead: "f(Reshape(x)) ∘ y in place of Reshape(f(x)) ∘ y",
}

// Table returns all known faults.
func Table() []Known { return append(slices.Clone(table), Overwriting) }

// Of returns the faults of a node. Some depend on values: value returns the
// elements of a node, or nil where they are not known, and may be nil itself. A
// node of a user's own operation has no known faults; nor has any node when
// Replaced says so.
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

// Replaced names the module that the program was built with in place of the
// releases that the table holds for, as a fork by a replace directive; then
// nothing is known of its faults. It is empty for the releases themselves, and
// where the program does not say.
func Replaced() string { return replaced }

var replaced = findReplaced()

func findReplaced() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return replacedIn(info.Deps)
}

func replacedIn(deps []*debug.Module) string {
	releases := map[string]string{"gorgonia.org/gorgonia": Version, "gorgonia.org/tensor": TensorVersion}
	for _, d := range deps {
		switch want := releases[d.Path]; {
		case want == "":
		case d.Replace != nil:
			return d.Path + " => " + d.Replace.Path
		case d.Version != want:
			return d.Path + " " + d.Version
		}
	}
	return ""
}
