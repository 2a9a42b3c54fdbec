package battery_test

import "math"

// domains are functions near the edge of where they are defined.
func domains() []*subject {
	one := func(name string, at []float64, f func(v num) num) *subject {
		return of(edges, name, nil, around(0.2, at...), func(t *tape, x []num) num {
			s := t.num(0)
			for i, v := range x {
				s = s.add(f(v).times(1 + 0.5*float64(i)))
			}
			return s
		})
	}
	barrier := of(edges, "logarithmic barrier", nil, around(0, 0.5, 0.3, 0.2-1e-7), func(t *tape, x []num) num {
		return sum(x).neg().plus(1).log().neg().sub(sum(each(x, num.log)).times(0.1))
	})
	entropy := of(edges, "entropy of rare classes", nil, around(0.2, 1e-9, 1e-6, 1e-3, 0.5), func(t *tape, x []num) num {
		return sum(each(x, func(v num) num { return v.mul(v.log()) })).neg()
	})
	crossed := of(edges, "cross entropy of probabilities near 0", nil, around(0.2, 1e-8, 1e-5, 1e-2),
		func(t *tape, x []num) num {
			return sum(each(x, func(v num) num { return v.log().add(v.neg().log1p()) })).neg()
		})
	atOne := of(edges, "atanh near 1", nil, around(0, 1-1e-6, 1-1e-4, 0.9), func(t *tape, x []num) num {
		return sum(each(x, func(v num) num { return v.log1p().sub(v.neg().log1p()).times(0.5) }))
	})
	circle := of(edges, "√(1 − x²) near 1", nil, around(0, 1-1e-7, 0.999, 0.5), func(t *tape, x []num) num {
		return sum(each(x, func(v num) num { return v.square().neg().plus(1).sqrt() }))
	})
	tangent := of(edges, "tangent near π/2", nil, around(0, math.Pi/2-1e-4, 1.5, 1), func(t *tape, x []num) num {
		return sum(each(x, func(v num) num { return v.sin().div(v.cos()) }))
	})
	halves := of(edges, "x^1.5 at 0", nil, around(0, 0, 0.5, 2), nil)
	halves.value = func(x []float64) float64 {
		return math.Pow(x[0], 1.5) + math.Pow(x[1], 1.5) + math.Pow(x[2], 1.5)
	}
	halves.derivative = func(g, x []float64) {
		for i, v := range x {
			g[i] = 1.5 * math.Sqrt(v)
		}
	}
	halves.rough = true
	norm := of(edges, "a norm near 0", nil, around(0.2, 1e-9, -2e-9, 1e-9),
		func(t *tape, x []num) num { return dot(x, x).sqrt() })
	signed := of(edges, "x·|x| at 0", nil, around(0, 0, 1, -2), func(t *tape, x []num) num {
		return sum(each(x, func(v num) num { return v.mul(v.abs()) }))
	})
	cube := of(edges, "x³ at 0 and beside it", nil, around(0, 0, 1e-3, 1), func(t *tape, x []num) num {
		return sum(each(x, func(v num) num { return v.mul(v).mul(v) })).add(x[0].times(0.5))
	})
	return []*subject{
		one("logarithm near 0", []float64{1e-6, 1e-4, 1e-2}, num.log),
		one("logarithm of 1e-12", []float64{1e-12, 3e-12}, num.log),
		one("square root near 0", []float64{1e-10, 1e-6, 1e-2}, num.sqrt),
		one("square root of 1e-200", []float64{1e-200, 2e-200}, num.sqrt),
		one("x^1.5 near 0", []float64{1e-8, 1e-4, 1}, func(v num) num { return v.pow(1.5) }),
		one("x^0.3 near 0", []float64{1e-7, 1e-3, 1}, func(v num) num { return v.pow(0.3) }),
		one("1/x near 0", []float64{1e-5, -1e-3, 0.1}, num.inv),
		one("1/x² near 0", []float64{1e-3, -1e-2, 0.1}, func(v num) num { return v.pow(-2) }),
		one("log(exp(x) − 1) near 0", []float64{1e-7, 1e-3, 1}, func(v num) num { return v.expm1().log() }),
		one("x·log x near 0", []float64{1e-8, 1e-4, 0.3}, func(v num) num { return v.mul(v.log()) }),
		one("exp near overflow", []float64{590, 588}, func(v num) num { return v.exp().times(1e-250) }),
		one("log log near 1", []float64{1.1, 1.5}, func(v num) num { return v.square().plus(1).log().log() }),
		barrier, entropy, crossed, atOne, circle, tangent, halves, norm, signed, cube,
	}
}
