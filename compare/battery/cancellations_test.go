package battery_test

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// cancellations are losses that are small differences of large numbers.
func cancellations() []*subject {
	c := normals(90, 30)
	var all []*subject
	add := func(name string, point func(r *rand.Rand) []float64, f body) {
		s := of(cancelling, name, nil, point, f)
		s.rough = true
		all = append(all, s)
	}
	for _, m := range []float64{1e2, 1e4, 1e6} {
		add(fmt.Sprintf("variance as E[x²] − E[x]², mean %.0e", m), uniform(8, m, m+3), func(t *tape, x []num) num {
			return mean(each(x, num.square)).sub(mean(x).square())
		})
	}
	for _, v := range []float64{1e-2, 1e-4, 1e-6} {
		add(fmt.Sprintf("exp(x) − 1 − x at %.0e", v), around(0.3, v, -2*v), func(t *tape, x []num) num {
			return sum(each(x, func(v num) num { return v.exp().plus(-1).sub(v) })).add(x[0].mul(x[1]))
		})
		add(fmt.Sprintf("1 − cos x at %.0e", v), around(0.3, v, 3*v), func(t *tape, x []num) num {
			return sum(each(x, func(v num) num { return v.cos().neg().plus(1) }))
		})
	}
	add("(x − 1)⁷, expanded", around(0.1, 1.3, 0.8), func(t *tape, x []num) num {
		return sum(each(x, func(v num) num {
			s := t.num(1)
			for _, k := range []float64{-7, 21, -35, 35, -21, 7, -1} {
				s = s.mul(v).plus(k)
			}
			return s
		}))
	})
	add("terms of 1e6 and back", normal(6, 1), func(t *tape, x []num) num {
		s := t.num(0)
		for i, v := range x {
			s = s.plus(1e6).add(v.times(c[i]).sin()).plus(-1e6)
		}
		return s
	})
	add("sum of large terms of both signs", normal(10, 1), func(t *tape, x []num) num {
		s := t.num(0)
		for i, v := range x {
			s = s.add(v.times(1e5)).add(v.square().times(c[i]))
		}
		for _, v := range x {
			s = s.sub(v.times(1e5))
		}
		return s
	})
	add("determinant of a nearly singular matrix", around(1e-4, 1, 2, 3, 2, 4, 6.001, 3, 6.001, 9.003),
		func(t *tape, x []num) num {
			d := func(a, b, c, d int) num { return x[a].mul(x[d]).sub(x[b].mul(x[c])) }
			return x[0].mul(d(4, 5, 7, 8)).sub(x[1].mul(d(3, 5, 6, 8))).add(x[2].mul(d(3, 4, 6, 7)))
		})
	add("area of a needle, Heron", around(1e-9, 1, 0.6, 0.4000001), func(t *tape, x []num) num {
		s := sum(x).times(0.5)
		return s.mul(s.sub(x[0])).mul(s.sub(x[1])).mul(s.sub(x[2])).sqrt()
	})
	add("smaller root of a quadratic", around(0.1, 1, 1e5, 3), func(t *tape, x []num) num {
		return x[1].sub(x[1].square().sub(x[0].mul(x[2]).times(4)).sqrt()).div(x[0].times(2))
	})
	add("√(x + 1) − √x at 1e8", around(0.3, 1e8, 3e8), func(t *tape, x []num) num {
		return sum(each(x, func(v num) num { return v.plus(1).sqrt().sub(v.sqrt()) }))
	})
	add("difference of two close probabilities", around(1e-6, 1.5, 1.500001), func(t *tape, x []num) num {
		return x[0].erf().sub(x[1].erf()).times(0.5)
	})
	add("alternating series of exp(−x)", around(0.1, 7, 5), func(t *tape, x []num) num {
		return sum(each(x, func(v num) num {
			s, term := t.num(1), t.num(1)
			for k := 1; k < 60; k++ {
				term = term.mul(v).times(-1 / float64(k))
				s = s.add(term)
			}
			return s
		}))
	})
	add("chi-squared of close fits", uniform(6, 0.9, 1.1), func(t *tape, x []num) num {
		s := t.num(0)
		for i := range 12 {
			model := t.num(1e3)
			for k, v := range x {
				model = model.add(v.times(math.Cos(float64(i * k))))
			}
			s = s.add(model.plus(-1e3 - c[i]).square())
		}
		return s
	})
	add("centred softmax cross entropy at 1e3", uniform(5, 1000, 1002), func(t *tape, x []num) num {
		return sum(each(x, func(v num) num { return v.plus(-1000).exp() })).log().plus(1000).sub(x[2])
	})
	return all
}
