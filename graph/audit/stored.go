package audit

import (
	"fmt"

	"gorgonia.org/gorgonia"
)

// stored are element-wise operations over Reshape and Ravel of a computed node.
// Gorgonia's share the node's memory, which its derivative may still need when
// the operation after them has written its result into it.
func stored() []Case {
	type node = *gorgonia.Node
	var cases []Case
	for _, inner := range []struct {
		op  string
		f   func(node) (node, error)
		ref func(in []Array) Array
	}{
		{"Exp", gorgonia.Exp, nil}, {"Sigmoid", gorgonia.Sigmoid, nil}, {"Tanh", gorgonia.Tanh, nil}, {"Sqrt", gorgonia.Sqrt, nil}, {"Inverse", gorgonia.Inverse, nil}, {"Sin", gorgonia.Sin, nil},
		{"SoftMax", func(x node) (node, error) { return gorgonia.SoftMax(x) }, along(1, softMax)},
	} {
		low, high := 0.4, 2.0
		for _, u := range unaryOps {
			if u.op == inner.op {
				inner.ref = each(u.ref)
			}
		}
		for _, shared := range []struct {
			op string
			to []int
		}{{"Reshape", []int{3, 2}}, {"Ravel", []int{6}}} {
			over := fmt.Sprintf("f(%s(g(x)))", shared.op)
			code := fmt.Sprintf("gorgonia.Must(gorgonia.%s(gorgonia.Must(gorgonia.%s(x))))", shared.op, inner.op)
			if shared.op == "Reshape" {
				code = fmt.Sprintf("gorgonia.Must(gorgonia.Reshape(gorgonia.Must(gorgonia.%s(x)), tensor.Shape{3, 2}))", inner.op)
			}
			moved := func(x node) (node, error) {
				y, err := inner.f(x)
				if err != nil {
					return nil, err
				}
				if shared.op == "Ravel" {
					return gorgonia.Ravel(y)
				}
				return gorgonia.Reshape(y, shared.to)
			}
			for _, p := range pairwiseOps[:4] {
				cases = append(cases, Case{Op: over, Variant: fmt.Sprintf("2x3, f(u) is %s(u, y), g is %s", p.op, inner.op),
					In: []Input{in("x", low, high, 2, 3), in("y", low, high, shared.to...)}, Code: p.written(code, "y"),
					Ref: func(in []Array) Array {
						return pairs(p.ref)([]Array{{shared.to, inner.ref(in[:1]).Data}, in[1]})
					},
					Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
						n, err := moved(in[0])
						if err != nil {
							return nil, err
						}
						return p.f(n, in[1])
					}})
			}
			cases = append(cases, Case{Op: over, Variant: "2x3, f is Square, g is " + inner.op,
				In: []Input{in("x", low, high, 2, 3)}, Code: "gorgonia.Square(" + code + ")",
				Ref: func(in []Array) Array {
					return each(func(x float64) float64 { return x * x })([]Array{{shared.to, inner.ref(in).Data}})
				},
				Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
					n, err := moved(in[0])
					if err != nil {
						return nil, err
					}
					return gorgonia.Square(n)
				}})
		}
	}
	return cases
}
