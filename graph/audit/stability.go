package audit

import (
	"math"

	"gorgonia.org/gorgonia"
)

// patternOp is a pair of operations that Gorgonia replaces by another one, which is
// more accurate.
type patternOp struct {
	op        string
	expr      func(x input) expression
	ref       func(x float64) float64 // nil is log(softmax) along the last axis
	low, high float64
}

var patternOps = []patternOp{
	{"Log(Add(1, x))", func(x input) expression { return call(gorgonia.Log, call(gorgonia.Add, number(1), x)) },
		math.Log1p, -0.6, 2},
	{"Log(Add(x, 1))", func(x input) expression { return call(gorgonia.Log, call(gorgonia.Add, x, number(1))) },
		math.Log1p, -0.6, 2},
	{"Log(Sub(1, x))", func(x input) expression { return call(gorgonia.Log, call(gorgonia.Sub, number(1), x)) },
		func(x float64) float64 { return math.Log(1 - x) }, -2, 0.6},
	{"Log(Sigmoid(x))", func(x input) expression { return call(gorgonia.Log, call(gorgonia.Sigmoid, x)) },
		func(x float64) float64 { return math.Log(sigmoid(x)) }, -2, 2},
	{"Log(Exp(x))", func(x input) expression { return call(gorgonia.Log, call(gorgonia.Exp, x)) },
		func(x float64) float64 { return x }, -2, 2},
	{"Sub(Exp(x), 1)", func(x input) expression { return call(gorgonia.Sub, call(gorgonia.Exp, x), number(1)) },
		math.Expm1, -2, 2},
	{"Sub(1, Sigmoid(x))", func(x input) expression { return call(gorgonia.Sub, number(1), call(gorgonia.Sigmoid, x)) },
		func(x float64) float64 { return sigmoid(-x) }, -2, 2},
	{"Neg(Neg(x))", func(x input) expression { return call(gorgonia.Neg, call(gorgonia.Neg, x)) },
		func(x float64) float64 { return x }, -2, 2},
	{"Log(SoftMax(x))", func(x input) expression { return call(gorgonia.Log, call(gorgonia.SoftMax, x)) },
		nil, -2, 2},
}

func (p patternOp) of(shape []int) testCase {
	ref := along(len(shape)-1, logSoftMax)
	if p.ref != nil {
		ref = each(p.ref)
	}
	return newCase("", ref, p.expr(in("x", p.low, p.high, shape...))).as(p.op, dims(shape))
}

func patternsOfTwo() (cases []testCase) {
	for _, p := range patternOps {
		for _, s := range [][]int{{}, {4}, {2, 3}} {
			if p.ref != nil || len(s) > 0 {
				cases = append(cases, p.of(s))
			}
		}
	}
	return cases
}
