package graph

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/peek"
)

// label names a node of the user's graph as a reader finds it again: an input
// by its name, a computed node as in "Dropout %c (4×3)", with the number by
// which Gorgonia's own texts call it.
func label(n *gorgonia.Node) string {
	if n.Op() == nil {
		if named(n) && n.Name() != "" {
			return shortName(n.Name())
		}
		return fmt.Sprintf("unnamed %%%x (%s)", n.ID(), shapeText(n))
	}
	return fmt.Sprintf("%s %%%x (%s)", operationLabel(n), n.ID(), shapeText(n))
}

// labels names nodes, the first few of many.
func labels(nodes gorgonia.Nodes) string {
	const most = 6
	out := make([]string, 0, most+1)
	for _, n := range nodes[:min(len(nodes), most)] {
		out = append(out, label(n))
	}
	if more := len(nodes) - most; more > 0 {
		out = append(out, fmt.Sprintf("%d more", more))
	}
	return strings.Join(out, ", ")
}

// operationLabel says what a node does, in a word where the operation's own
// text is made for hashing.
func operationLabel(n *gorgonia.Node) string {
	if !peek.IsGorgonias(n.Op()) {
		return operationName(n)
	}
	switch name := peek.TypeName(n.Op()); name {
	case "dropoutOp":
		return "Dropout"
	case "randomOp":
		switch randomKind(n.Op()) {
		case uniform:
			return "uniform random node"
		case gaussian:
			return "Gaussian random node"
		case binomial:
			return "binomial random node"
		}
		return "random node"
	case "softmaxOp":
		if log, _ := peek.Bool(n.Op(), "isLog"); log {
			return "LogSoftMax"
		}
		return "SoftMax"
	case "BatchNormOp", "GroupNormOp":
		return strings.TrimSuffix(name, "Op")
	case "byIndicesOp":
		return "ByIndices"
	case "repeatOp":
		axis, _ := peek.Int(n.Op(), "along")
		return fmt.Sprintf("broadcast along axis %d", axis)
	}
	text, _, _ := strings.Cut(operationName(n), "{")
	if text == "" {
		return reflect.TypeOf(n.Op()).String()
	}
	return text
}

// generated matches a name that Gorgonia makes of a node's text, as BatchNorm
// does for scales and biases: Aᵀ{0, 3, 1, 2}(%62)_γ[2,0,2,1].
var generated = regexp.MustCompile(`^.*\(%[^)]*\)_?`)

// shortName returns an input's name without what Gorgonia put before and behind
// it: γ of the one above.
func shortName(name string) string {
	if rest := generated.ReplaceAllString(name, ""); rest != name && rest != "" {
		name, _, _ = strings.Cut(rest, "[")
	}
	return name
}
