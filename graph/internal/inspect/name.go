package inspect

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/peek"
)

// Named reports whether a node has a name of its own, as inputs have, rather than one
// made from its operation.
func Named(n *gorgonia.Node) bool { return n.Graph().ByName(n.Name()).Contains(n) }

// Label names a node of the user's graph for a reader: an input by its name, a
// computed node as in "Dropout %c (4×3)", with the number that Gorgonia prints for
// it.
func Label(n *gorgonia.Node) string {
	if n.Op() == nil {
		if Named(n) && n.Name() != "" {
			return shortName(n.Name())
		}
		return fmt.Sprintf("unnamed %%%x (%s)", n.ID(), Shape(n))
	}
	return fmt.Sprintf("%s %%%x (%s)", operationLabel(n), n.ID(), Shape(n))
}

// Labels lists the labels of nodes, only the first few of many.
func Labels(nodes gorgonia.Nodes) string {
	const most = 6
	out := make([]string, 0, most+1)
	for _, n := range nodes[:min(len(nodes), most)] {
		out = append(out, Label(n))
	}
	if more := len(nodes) - most; more > 0 {
		out = append(out, fmt.Sprintf("%d more", more))
	}
	return strings.Join(out, ", ")
}

// operationLabel names a node's operation, by a word of ours where the operation's own
// text is made for hashing.
func operationLabel(n *gorgonia.Node) string {
	if !peek.IsGorgonias(n.Op()) {
		return OperationName(n)
	}
	switch name := peek.TypeName(n.Op()); name {
	case "dropoutOp":
		return "Dropout"
	case "randomOp":
		switch Distribution(n.Op()) {
		case Uniform:
			return "uniform random node"
		case Gaussian:
			return "Gaussian random node"
		case Binomial:
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
	text, _, _ := strings.Cut(OperationName(n), "{")
	if text == "" {
		return reflect.TypeOf(n.Op()).String()
	}
	return text
}

// generated matches a name that Gorgonia makes of a node's text, as BatchNorm
// does for scales and biases: Aᵀ{0, 3, 1, 2}(%62)_γ[2,0,2,1].
var generated = regexp.MustCompile(`^.*\(%[^)]*\)_?`)

// shortName returns an input's name without what Gorgonia adds before and after it:
// γ for the one above.
func shortName(name string) string {
	if rest := generated.ReplaceAllString(name, ""); rest != name && rest != "" {
		name, _, _ = strings.Cut(rest, "[")
	}
	return name
}

// OperationName returns an input's name, or the name of a node's operation.
func OperationName(n *gorgonia.Node) string {
	if n.Op() == nil || len(peek.Children(n)) == 0 {
		return n.Name()
	}
	// Gorgonia adds to the sign of an element-wise operation whether a
	// comparison's result is of its operands' type.
	return strings.TrimSuffix(strings.TrimSuffix(fmt.Sprint(n.Op()), " false"), " true")
}

// Shape writes a shape as 784×50.
func Shape(n *gorgonia.Node) string {
	if n.IsScalar() {
		return "scalar"
	}
	parts := make([]string, n.Dims())
	for i, s := range n.Shape() {
		parts[i] = fmt.Sprint(s)
	}
	return strings.Join(parts, "×")
}

// NoValue is the error of an input without a value.
func NoValue(name string) error {
	return fmt.Errorf("%s has no value: give it one by gorgonia.Let or WithValue before Wrap", name)
}
