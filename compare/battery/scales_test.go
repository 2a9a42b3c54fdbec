package battery_test

import (
	"fmt"
	"math/rand/v2"

	"gradtwin"
)

// scales are functions whose parameters or losses are far from 1.
func scales() []*subject {
	c := normals(70, 40)
	// smooth is a function of x/size with gradients of size loss/size.
	smooth := func(name string, layout gradtwin.Layout, size []float64, loss, offset float64) *subject {
		return of(scaled, name, layout, func(r *rand.Rand) []float64 {
			x := make([]float64, len(size))
			for i := range x {
				x[i] = size[i] * (0.5 + r.Float64())
			}
			return x
		}, func(t *tape, x []num) num {
			s := t.num(0)
			for i, v := range x {
				u := v.times(1 / size[i])
				s = s.add(u.times(c[i]).plus(0.3).sin()).add(u.mul(x[(i+1)%len(x)].times(1 / size[(i+1)%len(x)])).times(0.2))
			}
			return s.times(loss).plus(offset)
		})
	}
	same := func(n int, v float64) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = v
		}
		return x
	}
	var all []*subject
	for _, e := range []float64{1e-12, 1e-9, 1e-6, 1e-3, 1e3, 1e6, 1e9, 1e12} {
		all = append(all, smooth(fmt.Sprintf("parameters of %.0e", e), nil, same(6, e), 1, 0))
	}
	for _, e := range []float64{1e-200, 1e-100, 1e-30, 1e30, 1e100} {
		all = append(all, smooth(fmt.Sprintf("loss times %.0e", e), nil, same(6, 1), e, 0))
	}
	for _, e := range []float64{1e2, 1e5, 1e8, 1e11} {
		s := smooth(fmt.Sprintf("loss plus %.0e", e), nil, same(6, 1), 1, e)
		s.rough = e > 1e3
		all = append(all, s)
	}
	all = append(all,
		smooth("parameters of 1e-12 to 1e12, in tensors of their own", shaped("a", 2, "b", 2, "c", 2, "d", 2, "e", 2),
			[]float64{1e-12, 1e-12, 1e-6, 1e-6, 1, 1, 1e6, 1e6, 1e12, 1e12}, 1, 0),
		smooth("parameters of 1e-6 to 1e6, in one tensor", nil, []float64{1e-6, 1e-4, 1e-2, 1, 1e2, 1e4, 1e6}, 1, 0),
		smooth("parameters of 1e-9, loss times 1e-200", nil, same(5, 1e-9), 1e-200, 0),
		smooth("parameters of 1e9, loss times 1e100", nil, same(5, 1e9), 1e100, 0),
	)
	first := &subject{}
	*first = *mlps()[0]
	f := first.body
	first.family, first.name = scaled, "network, loss times 1e-200"
	first.body = func(t *tape, x []num) num { return f(t, x).times(1e-200) }
	curve := of(scaled, "a fast sine of a tiny parameter beside a square", shaped("tiny", "x", 2),
		around(0.3, 1e-10, 0.7, -0.4), func(t *tape, x []num) num {
			return x[0].times(1e10).sin().add(x[1].square()).add(x[2].square().times(3))
		})
	inverse := of(scaled, "inverse of tiny parameters", nil, around(0.3, 1e-9, 2e-9, 5e-8), func(t *tape, x []num) num {
		return x[0].inv().add(x[1].inv()).add(x[2].inv())
	})
	rosenbrock := of(scaled, "Rosenbrock, scaled by 1e-5 and 1e5", nil, around(0.2, -1.2e-5, 1e5),
		func(t *tape, x []num) num {
			u, v := x[0].times(1e5), x[1].times(1e-5)
			return v.sub(u.square()).square().times(100).add(u.neg().plus(1).square())
		})
	rates := of(scaled, "rate constants and energies", shaped("A", 3, "E", 3), around(0.2, 1e10, 3e9, 2e11, 8e4, 7e4, 9e4),
		func(t *tape, x []num) num {
			s := t.num(0)
			for k := range 3 {
				for _, kelvin := range []float64{400, 500, 600} {
					s = s.add(x[k].mul(x[3+k].times(-1 / (8.314 * kelvin)).exp()).plus(1).log().plus(-float64(k)).square())
				}
			}
			return s
		})
	heavy := of(scaled, "exponentials of hundreds", nil, around(0.1, 200, 150, -100), func(t *tape, x []num) num {
		return x[0].exp().add(x[1].exp()).add(x[2].exp())
	})
	heavy.rough = true // the first hides the others
	likelihood := of(scaled, "likelihood, not its logarithm", shaped("mu", "sigma"), around(0.2, 0.3, 1.2),
		func(t *tape, x []num) num {
			p := t.num(1)
			for i := range 40 {
				p = p.mul(x[0].plus(-c[i]).div(x[1]).square().times(-0.5).exp().div(x[1]).times(0.1))
			}
			return p
		})
	flat := of(scaled, "curvature of 1e8 around a slope of 1", nil, around(0.2, 1e-3, 2e-3), func(t *tape, x []num) num {
		return x[0].square().times(1e8).add(x[1].square().times(1e8)).add(x[0].mul(x[1]))
	})
	return append(all, first, curve, inverse, rosenbrock, rates, heavy, likelihood, flat)
}
