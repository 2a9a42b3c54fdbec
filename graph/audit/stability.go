package audit

import (
	"math"

	"gorgonia.org/gorgonia"
)

// patternOp is a pair that Gorgonia rewrites into another operation for
// stability.
type patternOp struct {
	op        string
	code      string
	f         func(x, one *gorgonia.Node) (*gorgonia.Node, error)
	ref       func(x float64) float64 // nil is log(softmax) along the last axis
	low, high float64
}

var patternOps = []patternOp{
	{"Log(Add(1, x))", "gorgonia.Log(gorgonia.Must(gorgonia.Add(gorgonia.NewConstant(1.0), x)))",
		func(x, one *gorgonia.Node) (*gorgonia.Node, error) {
			return gorgonia.Log(gorgonia.Must(gorgonia.Add(one, x)))
		}, math.Log1p, -0.6, 2},
	{"Log(Add(x, 1))", "gorgonia.Log(gorgonia.Must(gorgonia.Add(x, gorgonia.NewConstant(1.0))))",
		func(x, one *gorgonia.Node) (*gorgonia.Node, error) {
			return gorgonia.Log(gorgonia.Must(gorgonia.Add(x, one)))
		}, math.Log1p, -0.6, 2},
	{"Log(Sub(1, x))", "gorgonia.Log(gorgonia.Must(gorgonia.Sub(gorgonia.NewConstant(1.0), x)))",
		func(x, one *gorgonia.Node) (*gorgonia.Node, error) {
			return gorgonia.Log(gorgonia.Must(gorgonia.Sub(one, x)))
		}, func(x float64) float64 { return math.Log(1 - x) }, -2, 0.6},
	{"Log(Sigmoid(x))", "gorgonia.Log(gorgonia.Must(gorgonia.Sigmoid(x)))",
		func(x, _ *gorgonia.Node) (*gorgonia.Node, error) {
			return gorgonia.Log(gorgonia.Must(gorgonia.Sigmoid(x)))
		}, func(x float64) float64 { return math.Log(sigmoid(x)) }, -2, 2},
	{"Log(Exp(x))", "gorgonia.Log(gorgonia.Must(gorgonia.Exp(x)))",
		func(x, _ *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.Log(gorgonia.Must(gorgonia.Exp(x))) },
		func(x float64) float64 { return x }, -2, 2},
	{"Sub(Exp(x), 1)", "gorgonia.Sub(gorgonia.Must(gorgonia.Exp(x)), gorgonia.NewConstant(1.0))",
		func(x, one *gorgonia.Node) (*gorgonia.Node, error) {
			return gorgonia.Sub(gorgonia.Must(gorgonia.Exp(x)), one)
		}, math.Expm1, -2, 2},
	{"Sub(1, Sigmoid(x))", "gorgonia.Sub(gorgonia.NewConstant(1.0), gorgonia.Must(gorgonia.Sigmoid(x)))",
		func(x, one *gorgonia.Node) (*gorgonia.Node, error) {
			return gorgonia.Sub(one, gorgonia.Must(gorgonia.Sigmoid(x)))
		}, func(x float64) float64 { return sigmoid(-x) }, -2, 2},
	{"Neg(Neg(x))", "gorgonia.Neg(gorgonia.Must(gorgonia.Neg(x)))",
		func(x, _ *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.Neg(gorgonia.Must(gorgonia.Neg(x))) },
		func(x float64) float64 { return x }, -2, 2},
	{"Log(SoftMax(x))", "gorgonia.Log(gorgonia.Must(gorgonia.SoftMax(x)))",
		func(x, _ *gorgonia.Node) (*gorgonia.Node, error) {
			return gorgonia.Log(gorgonia.Must(gorgonia.SoftMax(x)))
		}, nil, -2, 2},
}

func (p patternOp) of(shape []int) Case {
	ref := along(len(shape)-1, logSoftMax)
	if p.ref != nil {
		ref = each(p.ref)
	}
	return Case{Op: p.op, Variant: dims(shape), In: []Input{in("x", p.low, p.high, shape...)}, Code: p.code, Ref: ref,
		Build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return p.f(in[0], constant(in[0], 1)) }}
}

func patternsOfTwo() []Case {
	var cases []Case
	for _, p := range patternOps {
		for _, s := range [][]int{{}, {4}, {2, 3}} {
			if p.ref != nil || len(s) > 0 {
				cases = append(cases, p.of(s))
			}
		}
	}
	return cases
}
