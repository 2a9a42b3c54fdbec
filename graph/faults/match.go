package faults

import (
	"fmt"
	"math"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph/internal/peek"
)

// reducesInside reports whether the reduction of a shape along some axes reads
// the wrong elements. Gorgonia reduces one axis after the other, in ascending
// order. An axis that is then neither the first nor the last is read with a wrong
// stride, which makes no difference where the axis has 2 elements, or where the
// axes between it and the first have 1. All axes together are reduced correctly.
func reducesInside(shape tensor.Shape, along []int) bool {
	if len(along) == len(shape) {
		return false
	}
	left := slices.Clone([]int(shape))
	for done, axis := range slices.Sorted(slices.Values(along)) {
		if axis -= done; axis < 0 || axis >= len(left) {
			return false
		}
		inner := axis > 0 && axis < len(left)-1
		if inner && tensor.Shape(left[1:axis]).TotalSize() > 1 && left[axis] != 2 {
			return true
		}
		left = slices.Delete(left, axis, axis+1)
	}
	return false
}

// ties reports whether a Max has several largest elements.
func ties(n node) bool {
	shape, along, x := n.in[0].Shape(), peek.Ints(n.op, "along"), n.value(n.in[0])
	if len(x) != shape.TotalSize() {
		return false
	}
	type largest struct {
		x    float64
		ties bool
	}
	groups := map[string]largest{} // by the coordinates along the other axes
	index := make([]int, len(shape))
	for _, v := range x {
		place := slices.Clone(index)
		for _, axis := range along {
			place[axis] = 0
		}
		key := fmt.Sprint(place)
		switch of, ok := groups[key]; {
		case !ok || v > of.x:
			groups[key] = largest{x: v}
		case v == of.x:
			groups[key] = largest{x: v, ties: true}
		}
		for d := len(shape) - 1; d >= 0; d-- {
			if index[d]++; index[d] < shape[d] {
				break
			}
			index[d] = 0
		}
	}
	for _, of := range groups {
		if of.ties {
			return true
		}
	}
	return false
}

// isElementwise reports whether a node is an element-wise operation of one or
// two operands with a sign, as Gorgonia calls it.
func isElementwise(n *gorgonia.Node, sign string) bool {
	switch {
	case isKind(n, "elemUnaryOp"):
		return n.Op().String() == sign
	case isKind(n, "elemBinOp"):
		return n.Op().String() == sign+" false"
	}
	return false
}

// isKind reports whether a node's operation has a type of Gorgonia's.
func isKind(n *gorgonia.Node, kind string) bool {
	return n.Op() != nil && peek.IsGorgonias(n.Op()) && peek.TypeName(n.Op()) == kind
}

// isLogSumExp matches what LogSumExp builds, ln(Σ exp(x − m) + m) with m the
// maximum of x.
func isLogSumExp(n node) bool {
	if !isElementwise(n.Node, "ln") || !isElementwise(n.in[0], "+") {
		return false
	}
	terms := peek.Children(n.in[0])
	if !isKind(terms[0], "sumOp") || !isKind(terms[1], "maxOp") {
		return false
	}
	exp := peek.Children(terms[0])[0]
	if !isElementwise(exp, "exp") {
		return false
	}
	difference := peek.Children(exp)[0]
	return isElementwise(difference, "-") && peek.Children(difference)[1] == terms[1]
}

// isOddNorm matches what Norm builds for p other than 2, (Σ xᵖ)^(1/p), where p
// is odd and an element of x is negative.
func isOddNorm(n node) bool {
	if !isElementwise(n.Node, "^") || !isKind(n.in[0], "sumOp") {
		return false
	}
	power := peek.Children(n.in[0])[0]
	if !isElementwise(power, "^") {
		return false
	}
	of := peek.Children(power)
	p, ok := constant(of[1])
	inverse, also := constant(n.in[1])
	const rounded = 1e-6 // 1/p may be a float32
	if !ok || !also || math.Mod(p, 2) != 1 || math.Abs(p*inverse-1) > rounded {
		return false
	}
	return slices.ContainsFunc(n.value(of[0]), func(x float64) bool { return x < 0 })
}

// constant returns the value of a constant scalar.
func constant(n *gorgonia.Node) (float64, bool) {
	if !isKind(n, "constantScalar") {
		return 0, false
	}
	switch v := n.Value().(type) {
	case *gorgonia.F64:
		return float64(*v), true
	case *gorgonia.F32:
		return float64(*v), true
	}
	return 0, false
}

// integers returns the elements of an input of integers, nil where it has no
// value.
func integers(n *gorgonia.Node) []int {
	if n.Value() == nil {
		return nil
	}
	x, _ := n.Value().Data().([]int)
	return x
}

// isRectify matches what Rectify builds: x ⊙ (x >= 0). Where that is 0, so is
// its derivative.
func isRectify(n *gorgonia.Node) bool {
	if !isElementwise(n, "⊙") {
		return false
	}
	in := peek.Children(n)
	return isKind(in[1], "elemBinOp") && in[1].Op().String() == ">= true" && peek.Children(in[1])[0] == in[0]
}

// fromRectify reports whether a node's zeros come from a Rectify, whose derivative
// is 0 there, through operations that only move elements.
func fromRectify(n *gorgonia.Node) bool {
	for _, kind := range []string{"maxPoolOp", "reshapeOp", "transposeOp", "sliceOp", "upsampleOp", "dropoutOp"} {
		if isKind(n, kind) {
			return fromRectify(peek.Children(n)[0])
		}
	}
	return isRectify(n)
}

func isLogSoftMax(n *gorgonia.Node) bool {
	if !isKind(n, "softmaxOp") {
		return false
	}
	log, _ := peek.Bool(n.Op(), "isLog")
	return log
}

// leavesOut reports whether the length of a slice is not a multiple of its step.
func leavesOut(n node) bool {
	if n.kind != "sliceOp" || peek.Field(n.op, "Slice").IsNil() {
		return false
	}
	s, ok := n.op.(tensor.Slice)
	return ok && s.Step() > 1 && (s.End()-s.Start())%s.Step() != 0
}

// contractsOne reports whether a Tensordot multiplies a matrix of one row or one
// column where Gorgonia fails on it: forward where the contracted axes have one
// element, in the derivative where the other axes of an operand have. Products
// of matrix and vector are right, and so are those that give a scalar.
func contractsOne(n node) bool {
	if n.kind != "tensordotOp" {
		return false
	}
	axes := peek.Ints(n.op, "aAxes")
	contracted := 1
	for _, axis := range axes {
		contracted *= n.in[0].Shape()[axis]
	}
	var free, elements [2]int // of each operand the other axes, and their elements
	for k, operand := range n.in {
		free[k], elements[k] = operand.Dims()-len(axes), operand.Shape().TotalSize()/contracted
	}
	if free == [2]int{} {
		return false
	}
	if contracted == 1 {
		return elements != [2]int{1, 1} || free != [2]int{1, 1}
	}
	if min(elements[0], elements[1]) > 1 {
		return false
	}
	withVector := len(axes) == 1 && free[0]+free[1] == 1 && max(elements[0], elements[1]) > 1
	return !withVector
}

// averagesByStrides reports whether an average's derivative goes to the wrong
// elements: it has pads, or strides along an axis where the kernel or the result
// has several elements.
func averagesByStrides(n node) bool {
	if n.kind != "avgPoolOp" {
		return false
	}
	kernel, stride := settings(n.op, "h", "w"), settings(n.op, "strideH", "strideW")
	for k := range stride {
		if stride[k] > 1 && (kernel[k] > 1 || n.Shape()[2+k] > 1) {
			return true
		}
	}
	return !settings(n.op, "padNorth", "padSouth", "padWest", "padEast").Eq(tensor.Shape{0, 0, 0, 0})
}

// padsUnequally reports whether a pooling operation has different pads on two
// opposite sides.
func padsUnequally(op gorgonia.Op) bool {
	pads := settings(op, "padNorth", "padSouth", "padWest", "padEast")
	return pads[0] != pads[1] || pads[2] != pads[3]
}

// settings returns integer settings of an operation.
func settings(op gorgonia.Op, names ...string) tensor.Shape {
	out := make(tensor.Shape, len(names))
	for k, name := range names {
		out[k], _ = peek.Int(op, name)
	}
	return out
}
