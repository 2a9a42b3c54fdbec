package graph

import (
	"fmt"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/peek"
)

// known are the operations that package audit found to fail on Gorgonia
// v0.9.18's tape machine, by the name of the operation's type and a part of its
// text. A test in package audit sets the list against the catalogue.
var known = []struct {
	kind, text string
	problem    string
	when       func(n *gorgonia.Node) bool // nil is always
}{
	{kind: "gorgonia.elemUnaryOp", text: "log2", problem: "the gradient of Log2 is wrong: ln 2/x in place of 1/(x·ln 2)"},
	{kind: "gorgonia.elemUnaryOp", text: "invSqrt", problem: "the gradient of InverseSqrt is wrong"},
	{kind: "*gorgonia.avgPoolOp", problem: "AveragePool2D divides by the image's width, and its gradient is wrong"},
	{kind: "*gorgonia.globalAveragePoolOp", problem: "building the gradient of GlobalAveragePool2D panics"},
	{kind: "*gorgonia.sparsemaxOp", problem: "Sparsemax is right on matrices along their rows alone"},
	{kind: "*gorgonia.byIndicesOp", problem: "the gradient of ByIndices is wrong but for rows of a matrix", when: func(n *gorgonia.Node) bool {
		return n.Shape().Dims() != 2 || !strings.Contains(fmt.Sprint(n.Op()), "axis=0")
	}},
	{kind: "*gorgonia.softmaxOp", text: "{-1,", problem: "SoftMax and LogSoftMax of a column have a wrong gradient unless the axis is given", when: func(n *gorgonia.Node) bool {
		s := n.Shape()
		return len(s) == 2 && s[1] == 1 && s[0] > 1
	}},
	{kind: "gorgonia.linAlgBinOp", text: "⊗", problem: "the gradient of OuterProd is wrong or an error"},
	{kind: "gorgonia.atOp", problem: "At is never computed"},
	{kind: "*gorgonia.ctcLossOp", problem: "the gradient of CTCLoss holds for the outcome of a LogSoftMax alone, and its mean is not divided"},
	{kind: "gorgonia.tensordotOp", problem: "the gradient of Tensordot over several axes, or with a scalar result, is an error", when: func(n *gorgonia.Node) bool {
		text := fmt.Sprint(n.Op())
		return n.IsScalar() || strings.Contains(text[:strings.Index(text, "]")], " ")
	}},
	{kind: "gorgonia.sumOp", problem: "Sum and Mean along axis 2 of four give wrong values", when: thirdOfFour},
	{kind: "*gorgonia.maxOp", problem: "Max along axis 2 of four gives wrong values", when: thirdOfFour},
	{kind: "*gorgonia.BatchNormOp", problem: "the gradient of BatchNorm of an image is wrong in evaluation mode; in training mode it is right", when: func(n *gorgonia.Node) bool { return n.Shape().Dims() == 4 }},
}

// thirdOfFour tells whether a reduction goes along axis 2 of a tensor of rank
// four and not along all of them.
func thirdOfFour(n *gorgonia.Node) bool {
	args := peek.Children(n)
	if len(args) == 0 || args[0].Shape().Dims() != 4 {
		return false
	}
	text := fmt.Sprint(n.Op())
	_, axes, ok := strings.Cut(text, "[")
	return ok && strings.Contains(axes, "2") && !strings.Contains(axes, "0")
}

// Warnings names the operations of the cost, before differentiation, that
// gradtwin's audit knows to have wrong values or gradients in some form, each
// once. A check of the gradient tells whether this graph's are; nil means that
// none is known.
func (w *Wrapped) Warnings() []string {
	var warnings []string
	for _, n := range cone(w.forward) {
		if n.Op() == nil {
			continue
		}
		kind, text := fmt.Sprintf("%T", n.Op()), fmt.Sprint(n.Op())
		for _, k := range known {
			if kind == k.kind && strings.Contains(text, k.text) && (k.when == nil || k.when(n)) && !slices.Contains(warnings, k.problem) {
				warnings = append(warnings, k.problem)
			}
		}
	}
	return warnings
}
