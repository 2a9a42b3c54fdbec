package audit

import (
	"fmt"

	"gorgonia.org/gorgonia"
)

// storedInner are the operations whose result Reshape and Ravel share. Gorgonia's
// derivatives of most of them need it when the operation over Reshape has
// written its own result into it.
var storedInner = []string{"Exp", "Sigmoid", "Tanh", "Sqrt", "Inverse", "Sin", "SoftMax"}

// storedOuter are the element-wise operations over Reshape and Ravel: the second
// operand of those of two is another input.
var storedOuter = []string{"Add", "Sub", "HadamardProd", "HadamardDiv", "Square"}

// storedOf is f(Reshape(g(x))), f an element-wise operation; Ravel where there is
// no shape to go to.
func storedOf(outer, inner string, from, to []int) Case {
	type node = *gorgonia.Node
	g, gRef := func(x node) (node, error) { return gorgonia.SoftMax(x) }, along(len(from)-1, softMax)
	for _, u := range unaryOps {
		if u.op == inner {
			g, gRef = u.f, each(u.ref)
		}
	}
	op, target, code := "Reshape", to,
		fmt.Sprintf("gorgonia.Must(gorgonia.Reshape(gorgonia.Must(gorgonia.%s(x)), tensor.Shape{%s}))", inner, list(to))
	if to == nil {
		op, target, code = "Ravel", []int{size(from)},
			fmt.Sprintf("gorgonia.Must(gorgonia.Ravel(gorgonia.Must(gorgonia.%s(x))))", inner)
	}
	moved := func(x node) (node, error) {
		y, err := g(x)
		if err != nil {
			return nil, err
		}
		if to == nil {
			return gorgonia.Ravel(y)
		}
		return gorgonia.Reshape(y, to)
	}
	movedRef := func(in []Array) Array { return Array{target, gRef(in[:1]).Data} }
	const low, high = 0.4, 2
	c := Case{Op: "f(" + op + "(g(x)))",
		Variant: fmt.Sprintf("%s to %s, f is %s, g is %s", dims(from), dims(target), outer, inner),
		In:      []Input{in("x", low, high, from...)}}
	for _, u := range unaryOps {
		if u.op == outer {
			c.Code = "gorgonia." + outer + "(" + code + ")"
			c.Ref = func(in []Array) Array { return each(u.ref)([]Array{movedRef(in)}) }
			c.Build = func(in gorgonia.Nodes) (node, error) {
				n, err := moved(in[0])
				if err != nil {
					return nil, err
				}
				return u.f(n)
			}
		}
	}
	for _, p := range pairwiseOps {
		if p.op == outer {
			c.In = append(c.In, in("y", low, high, target...))
			c.Code = p.written(code, "y")
			c.Ref = func(in []Array) Array { return pairs(p.ref)([]Array{movedRef(in), in[1]}) }
			c.Build = func(in gorgonia.Nodes) (node, error) {
				n, err := moved(in[0])
				if err != nil {
					return nil, err
				}
				return p.f(n, in[1])
			}
		}
	}
	return c
}

func stored() []Case {
	var cases []Case
	for _, inner := range storedInner {
		for _, to := range [][]int{{3, 2}, nil} {
			for _, outer := range storedOuter {
				cases = append(cases, storedOf(outer, inner, []int{2, 3}, to))
			}
		}
	}
	return cases
}

func storedGenerators() []generator {
	draw := func(c *choices, ravel bool) Case {
		from := c.anyShape(2, 4)
		if from[len(from)-1] == 1 {
			from[len(from)-1] = 2 // SoftMax takes a column for a vector
		}
		to := []int{size(from[1:]), from[0]}
		if ravel {
			to = nil
		}
		outer, inner := storedOuter[c.n(len(storedOuter))], storedInner[c.n(len(storedInner))]
		return storedOf(outer, inner, from, to).with(features("f is HadamardProd", outer == "HadamardProd",
			"f is HadamardDiv", outer == "HadamardDiv", "f is Square", outer == "Square",
			"g is Sin", inner == "Sin", "elements", size(from)))
	}
	return []generator{
		{"f(Reshape(g(x)))", func(c *choices) Case { return draw(c, false) }},
		{"f(Ravel(g(x)))", func(c *choices) Case { return draw(c, true) }},
	}
}
