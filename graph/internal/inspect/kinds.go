package inspect

import (
	"slices"
	"strings"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/peek"
)

// IsConstant reports whether an operation is that of a node of gorgonia.NewConstant.
func IsConstant(op gorgonia.Op) bool {
	return slices.Contains([]string{"constantScalar", "constantTensor"}, peek.TypeName(op))
}

// IsKind reports whether a node's operation has one of some names of types.
func IsKind(n *gorgonia.Node, kinds ...string) bool {
	return n.Op() != nil && slices.Contains(kinds, peek.TypeName(n.Op()))
}

// isFlat reports whether an operation's derivative is 0 wherever it exists.
func isFlat(op gorgonia.Op) bool {
	switch name, _, _ := strings.Cut(op.String(), " "); peek.TypeName(op) {
	case "elemBinOp":
		return slices.Contains([]string{"<", ">", "<=", ">=", "==", "!="}, name)
	case "elemUnaryOp":
		return slices.Contains([]string{"sign", "ceil", "floor"}, name)
	case "sizeOp":
		return true
	}
	return false
}

// The distributions of Gorgonia's random nodes, as it numbers them.
const (
	Uniform = iota
	Gaussian
	Binomial
)

// Distribution returns a random node's distribution, or another number for one
// that is not known: then Gorgonia's draw is kept.
func Distribution(op gorgonia.Op) int {
	if which := peek.Field(op, "which"); which.IsValid() && which.CanUint() {
		return int(which.Uint())
	}
	return -1
}

// SameShape reports whether two shapes are equal without their dimensions of 1.
// Gorgonia drops or adds these, and they do not change the order of the elements.
func SameShape(a, b []int) bool {
	one := func(d int) bool { return d == 1 }
	return slices.Equal(slices.DeleteFunc(slices.Clone(a), one), slices.DeleteFunc(slices.Clone(b), one))
}
