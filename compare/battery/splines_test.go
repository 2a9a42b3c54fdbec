package battery_test

import "math"

// splines are piecewise polynomials, at points between their knots and on them.
func splines() []*subject {
	at := uniforms(60, 20, 0.02, 0.98)
	y := normals(61, 20)
	target := func(t *tape, f func(u float64, i int) num) num {
		total := t.num(0)
		for i := range t.samples(len(at)) {
			total = total.add(f(at[i], i).plus(-y[i]).square())
		}
		return total
	}
	// values is a curve through or near 8 values on a grid of 0, 1/7, …, with
	// a kernel of a width in steps of the grid.
	values := func(name string, wide int, kernel func(d float64) float64) *subject {
		return of(splined, name, shaped("y", 8), normal(8, 1), func(t *tape, x []num) num {
			return target(t, func(u float64, _ int) num {
				s := t.num(0)
				for k := range x {
					if d := u*7 - float64(k); math.Abs(d) < float64(wide) {
						s = s.add(x[k].times(kernel(math.Abs(d))))
					}
				}
				return s
			})
		})
	}
	// knots is a sum of truncated powers with knots that are parameters.
	knots := func(name string, power float64, offset float64) *subject {
		return of(splined, name, shaped("knot", 5, "c", 5), uniform(10, 0.1, 0.9), func(t *tape, x []num) num {
			return target(t, func(u float64, _ int) num {
				s := t.num(offset)
				for k := range 5 {
					r := x[k].neg().plus(u).relu()
					p := r
					for range int(power) - 1 {
						p = p.mul(r)
					}
					s = s.add(x[5+k].mul(p).times(10))
				}
				return s
			})
		})
	}
	hat := func(d float64) float64 { return 1 - d }
	cubic := func(d float64) float64 {
		if d < 1 {
			return 2.0/3 - d*d + d*d*d/2
		}
		return (2 - d) * (2 - d) * (2 - d) / 6
	}
	catmull := func(d float64) float64 {
		if d < 1 {
			return 1 - 2.5*d*d + 1.5*d*d*d
		}
		return 2 - 4*d + 2.5*d*d - 0.5*d*d*d
	}
	natural := of(splined, "natural cubic, its moments solved", shaped("y", 8), normal(8, 1), func(t *tape, x []num) num {
		n := len(x)
		diagonal, right := make([]num, n), make([]num, n)
		m := make([]num, n)
		for i := 1; i < n-1; i++ {
			diagonal[i], right[i] = t.num(4), x[i-1].sub(x[i].times(2)).add(x[i+1]).times(6)
			if i > 1 {
				w := diagonal[i-1].inv()
				diagonal[i], right[i] = diagonal[i].sub(w), right[i].sub(w.mul(right[i-1]))
			}
		}
		m[0], m[n-1] = t.num(0), t.num(0)
		for i := n - 2; i > 0; i-- {
			m[i] = right[i].sub(m[i+1]).div(diagonal[i])
		}
		return target(t, func(u float64, _ int) num {
			k := int(u * 7)
			b := u*7 - float64(k)
			a := 1 - b
			return x[k].times(a).add(x[k+1].times(b)).add(m[k].times((a*a*a - a) / 6)).add(m[k+1].times((b*b*b - b) / 6))
		})
	})
	bezier := of(splined, "Bézier curve", shaped("P", 4, 2), normal(8, 1), func(t *tape, x []num) num {
		return target(t, func(u float64, i int) num {
			p := [][]num{x[0:2], x[2:4], x[4:6], x[6:8]}
			for len(p) > 1 { // de Casteljau
				for k := range p[1:] {
					p[k] = []num{p[k][0].times(1 - u).add(p[k+1][0].times(u)), p[k][1].times(1 - u).add(p[k+1][1].times(u))}
				}
				p = p[:len(p)-1]
			}
			return p[0][i%2]
		})
	})
	sampling := of(splined, "bilinear sampling", shaped("shift", 2, "image", 5, 5), uniform(27, 0.1, 0.9),
		func(t *tape, x []num) num {
			return target(t, func(u float64, i int) num {
				a, b := x[0].plus(3*u), x[1].plus(3*at[(i+7)%20])
				k, l := int(a.v), int(b.v)
				s := t.num(0)
				for _, c := range [][2]int{{k, l}, {k + 1, l}, {k, l + 1}, {k + 1, l + 1}} {
					if c[0] < 5 && c[1] < 5 {
						s = s.add(x[2+5*c[0]+c[1]].mul(a.plus(-float64(c[0])).abs().neg().plus(1)).mul(b.plus(-float64(c[1])).abs().neg().plus(1)))
					}
				}
				return s
			})
		})
	monotone := of(splined, "monotone, exponentials", shaped("start", "rise", 7), normal(8, 0.7),
		func(t *tape, x []num) num {
			return target(t, func(u float64, _ int) num {
				s := x[0]
				for k := range 7 {
					s = s.add(x[1+k].exp().times(math.Min(1, math.Max(0, u*7-float64(k)))))
				}
				return s
			})
		})
	hermite := of(splined, "Hermite", shaped("y", 6, "slope", 6), normal(12, 1), func(t *tape, x []num) num {
		return target(t, func(u float64, _ int) num {
			k := int(u * 5)
			d := u*5 - float64(k)
			return x[k].times((1 + 2*d) * (1 - d) * (1 - d)).add(x[k+1].times(d * d * (3 - 2*d))).
				add(x[6+k].times(d * (1 - d) * (1 - d))).add(x[7+k].times(d * d * (d - 1)))
		})
	})
	regression := of(splined, "products of hinges", shaped("knot", 4, "c", 2), uniform(6, 0.2, 0.8),
		func(t *tape, x []num) num {
			return target(t, func(u float64, i int) num {
				v := at[(i+3)%20]
				return x[4].mul(x[0].neg().plus(u).relu()).mul(x[1].neg().plus(v).relu()).add(x[5].mul(x[2].plus(-u).relu()).mul(x[3].plus(-v).relu())).times(20)
			})
		})
	tent := of(splined, "free knots, linear", shaped("y", 5, "gap", 4), normal(9, 0.5), func(t *tape, x []num) num {
		gaps := softmax(x[5:])
		return target(t, func(u float64, _ int) num {
			left := t.num(0)
			for k, g := range gaps {
				right := left.add(g)
				if u <= right.v || k == 3 {
					w := left.neg().plus(u).div(g)
					return x[k].add(w.mul(x[k+1].sub(x[k])))
				}
				left = right
			}
			panic("unreachable")
		})
	})
	onKnots := of(splined, "cubes, exactly at their knots", shaped("x", 6), around(0, 0.25, 0.5, 0.75, 1, 1.25, 1.5),
		func(t *tape, x []num) num {
			total := t.num(0)
			for i, v := range x {
				r := v.plus(-0.25 * float64(i+1)).relu()
				total = total.add(r.mul(r).mul(r)).add(v.times(float64(i) - 2)).add(v.square())
			}
			return total
		})
	return []*subject{
		values("linear interpolation", 1, hat), values("cubic B-spline", 2, cubic), values("Catmull-Rom", 2, catmull),
		knots("linear, free knots", 1, 0), knots("quadratic, free knots", 2, 1), knots("cubic, free knots", 3, -1),
		natural, bezier, sampling, monotone, hermite, regression, tent, onKnots,
	}
}
