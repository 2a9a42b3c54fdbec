package audit

import (
	"math"

	"gorgonia.org/gorgonia"
)

// patternsOfTwo are the pairs that Gorgonia rewrites into another operation
// for stability.
func patternsOfTwo() []Case {
	var cases []Case
	type node = *gorgonia.Node
	for _, p := range []struct {
		op        string
		code      string
		f         func(x, one node) (node, error)
		ref       func(x float64) float64
		low, high float64
	}{
		{"Log(Add(1, x))", "gorgonia.Log(gorgonia.Must(gorgonia.Add(gorgonia.NewConstant(1.0), x)))",
			func(x, one node) (node, error) { return gorgonia.Log(gorgonia.Must(gorgonia.Add(one, x))) }, math.Log1p, -0.6, 2},
		{"Log(Add(x, 1))", "gorgonia.Log(gorgonia.Must(gorgonia.Add(x, gorgonia.NewConstant(1.0))))",
			func(x, one node) (node, error) { return gorgonia.Log(gorgonia.Must(gorgonia.Add(x, one))) }, math.Log1p, -0.6, 2},
		{"Log(Sub(1, x))", "gorgonia.Log(gorgonia.Must(gorgonia.Sub(gorgonia.NewConstant(1.0), x)))",
			func(x, one node) (node, error) { return gorgonia.Log(gorgonia.Must(gorgonia.Sub(one, x))) }, func(x float64) float64 { return math.Log(1 - x) }, -2, 0.6},
		{"Log(Sigmoid(x))", "gorgonia.Log(gorgonia.Must(gorgonia.Sigmoid(x)))",
			func(x, _ node) (node, error) { return gorgonia.Log(gorgonia.Must(gorgonia.Sigmoid(x))) }, func(x float64) float64 { return math.Log(sigmoid(x)) }, -2, 2},
		{"Log(Exp(x))", "gorgonia.Log(gorgonia.Must(gorgonia.Exp(x)))",
			func(x, _ node) (node, error) { return gorgonia.Log(gorgonia.Must(gorgonia.Exp(x))) }, func(x float64) float64 { return x }, -2, 2},
		{"Sub(Exp(x), 1)", "gorgonia.Sub(gorgonia.Must(gorgonia.Exp(x)), gorgonia.NewConstant(1.0))",
			func(x, one node) (node, error) { return gorgonia.Sub(gorgonia.Must(gorgonia.Exp(x)), one) }, math.Expm1, -2, 2},
		{"Sub(1, Sigmoid(x))", "gorgonia.Sub(gorgonia.NewConstant(1.0), gorgonia.Must(gorgonia.Sigmoid(x)))",
			func(x, one node) (node, error) { return gorgonia.Sub(one, gorgonia.Must(gorgonia.Sigmoid(x))) }, func(x float64) float64 { return sigmoid(-x) }, -2, 2},
		{"Neg(Neg(x))", "gorgonia.Neg(gorgonia.Must(gorgonia.Neg(x)))",
			func(x, _ node) (node, error) { return gorgonia.Neg(gorgonia.Must(gorgonia.Neg(x))) }, func(x float64) float64 { return x }, -2, 2},
		{"Log(SoftMax(x))", "gorgonia.Log(gorgonia.Must(gorgonia.SoftMax(x)))",
			func(x, _ node) (node, error) { return gorgonia.Log(gorgonia.Must(gorgonia.SoftMax(x))) }, nil, -2, 2},
	} {
		for _, s := range [][]int{{}, {4}, {2, 3}} {
			ref := along(len(s)-1, logSoftMax)
			if p.ref != nil {
				ref = each(p.ref)
			} else if len(s) == 0 {
				continue
			}
			cases = append(cases, Case{Op: p.op, Variant: dims(s), In: []Input{in("x", p.low, p.high, s...)}, Code: p.code, Ref: ref,
				Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return p.f(in[0], constant(in[0], 1)) }})
		}
	}
	return cases
}
