package audit

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// storedInner are operations g with a result that Reshape and Ravel do not copy. The
// derivatives of most of them need the result after f has overwritten it.
var storedInner = []string{"Exp", "Sigmoid", "Tanh", "Sqrt", "Inverse", "Sin", "SoftMax"}

// storedOuter are element-wise operations f of the reshaped result and, where they
// take two operands, another input.
var storedOuter = []string{"Add", "Sub", "HadamardProd", "HadamardDiv", "Square"}

// storedOf is f(Reshape(g(x))), or f(Ravel(g(x))) where to is nil.
func storedOf(outer, inner string, from, to []int) testCase {
	const low, high = 0.4, 2
	x := in("x", low, high, from...)
	g, ref := call(gorgonia.SoftMax, x), along(len(from)-1, softMax)
	if u, ok := unary(inner); ok {
		g, ref = u.call(x), each(u.ref)
	}
	moved, shape := call(gorgonia.Reshape, g, tensor.Shape(to)), to
	if to == nil {
		moved, shape = call(gorgonia.Ravel, g), []int{size(from)}
	}
	movedRef := func(in []array) array { return array{shape, ref(in[:1]).Data} }
	op, variant := "f("+name(moved.function)+"(g(x)))",
		fmt.Sprintf("%s to %s, f is %s, g is %s", dims(from), dims(shape), outer, inner)
	if u, ok := unary(outer); ok {
		return newCase("", func(in []array) array { return each(u.ref)([]array{movedRef(in)}) }, u.call(moved)).as(op, variant)
	}
	k := slices.IndexFunc(pairwiseOps, func(p binaryOp) bool { return name(p.f) == outer })
	p := pairwiseOps[k]
	return newCase("", func(in []array) array { return pairs(p.ref)([]array{movedRef(in), in[1]}) },
		call(p.f, moved, in("y", low, high, shape...))).as(op, variant)
}

func stored() (cases []testCase) {
	for _, inner := range storedInner {
		for _, to := range [][]int{{3, 2}, nil} {
			for _, outer := range storedOuter {
				cases = append(cases, storedOf(outer, inner, []int{2, 3}, to))
			}
		}
	}
	return cases
}
