package battery_test

import (
	"math"
	"math/rand/v2"
)

// algebra are functions of matrices, geometry and physics.
func algebra() []*subject {
	c := normals(100, 64)
	// definite returns A·Aᵀ + I of an n×n matrix.
	definite := func(t *tape, a []num, n int) []num {
		m := make([]num, n*n)
		for i := range n {
			for j := range n {
				m[i*n+j] = dot(row(a, n, i), row(a, n, j))
				if i == j {
					m[i*n+j] = m[i*n+j].plus(1)
				}
			}
		}
		return m
	}
	logdet := of(algebraic, "log determinant", shaped("A", 4, 4), normal(16, 0.8), func(t *tape, x []num) num {
		l := cholesky(definite(t, x, 4), 4)
		s := t.num(0)
		for i := range 4 {
			s = s.add(l[5*i].log().times(2))
		}
		return s
	})
	quadratic := of(algebraic, "bᵀA⁻¹b", shaped("A", 4, 4, "b", 4), normal(20, 0.8), func(t *tape, x []num) num {
		v := forward(cholesky(definite(t, x[:16], 4), 4), x[16:], 4)
		return dot(v, v)
	})
	form := of(algebraic, "bilinear form", shaped("u", 5, "A", 5, 4, "v", 4), normal(29, 0.8), func(t *tape, x []num) num {
		p := cut(x, 5, 20)
		return dot(product(p[0], p[1]), p[2])
	})
	exponential := of(algebraic, "trace of a matrix exponential", shaped("A", 3, 3), normal(9, 0.5),
		func(t *tape, x []num) num {
			term := t.nums([]float64{1, 0, 0, 0, 1, 0, 0, 0, 1})
			s := t.num(3)
			for k := 1; k < 14; k++ {
				var next []num
				for i := range 3 {
					next = append(next, product(row(term, 3, i), x)...)
				}
				term = each(next, func(v num) num { return v.times(1 / float64(k)) })
				s = s.add(term[0]).add(term[4]).add(term[8])
			}
			return s
		})
	chain := of(algebraic, "product of matrices", shaped("A", 4, 3, 3), normal(36, 0.7), func(t *tape, x []num) num {
		v := t.nums(c[:3])
		for k := range 4 {
			v = product(v, row(x, 9, k))
		}
		return dot(v, v)
	})
	pair := func(name string, f func(r2 num) num) *subject {
		return of(algebraic, name, shaped("q", 5, 3), cluster, func(t *tape, x []num) num {
			s := t.num(0)
			for i := range 5 {
				for j := range i {
					d := minus(row(x, 3, i), row(x, 3, j))
					s = s.add(f(dot(d, d)))
				}
			}
			return s
		})
	}
	lennard := pair("Lennard-Jones", func(r num) num { return r.pow(-6).sub(r.pow(-3)).times(4) })
	coulomb := pair("Coulomb", func(r num) num { return r.sqrt().inv() })
	morse := pair("Morse", func(r num) num { return r.sqrt().plus(-1).neg().exp().neg().plus(1).square() })
	springs := pair("springs", func(r num) num { return r.sqrt().plus(-1).square() })
	arm := of(algebraic, "robot arm", shaped("angle", 6), normal(6, 1), func(t *tape, x []num) num {
		a, px, py := t.num(0), t.num(-1), t.num(-2)
		for _, v := range x {
			a = a.add(v)
			px, py = px.add(a.cos()), py.add(a.sin())
		}
		return px.square().add(py.square())
	})
	location := of(algebraic, "trilateration", shaped("p", 2), normal(2, 1), func(t *tape, x []num) num {
		s := t.num(0)
		for i := range t.samples(6) {
			d := minus(x, t.nums(c[2*i:2*i+2]))
			s = s.add(dot(d, d).plus(0.01).sqrt().plus(-1.2).square())
		}
		return s
	})
	camera := of(algebraic, "reprojection", shaped("turn", 3, "move", 3, "focal"),
		around(0.1, 0.1, -0.2, 0.3, 0.5, 0.1, 4, 1.5), func(t *tape, x []num) num {
			s := t.num(0)
			for i := range t.samples(8) {
				p := t.nums(c[3*i : 3*i+3])
				for k := range 3 { // one axis after the other
					a, b := (k+1)%3, (k+2)%3
					p[a], p[b] = p[a].mul(x[k].cos()).sub(p[b].mul(x[k].sin())), p[a].mul(x[k].sin()).add(p[b].mul(x[k].cos()))
				}
				z := p[2].add(x[5])
				u, v := x[6].mul(p[0].add(x[3])).div(z), x[6].mul(p[1].add(x[4])).div(z)
				s = s.add(u.plus(-c[i]).square()).add(v.plus(-c[i+8]).square())
			}
			return s
		})
	fourier := of(algebraic, "Fourier series", shaped("a", 6, "w"), normal(7, 0.8), func(t *tape, x []num) num {
		s := t.num(0)
		for i := range t.samples(15) {
			y := t.num(-c[i])
			for k := range 6 {
				y = y.add(x[k].mul(x[6].times(float64(k+1) * float64(i) / 10).sin()))
			}
			s = s.add(y.square())
		}
		return s
	})
	sinkhorn := of(algebraic, "Sinkhorn, 8 iterations", shaped("C", 4, 4), normal(16, 0.8), func(t *tape, x []num) num {
		k := each(x, func(v num) num { return v.neg().exp() })
		u, v := t.nums([]float64{1, 1, 1, 1}), t.nums([]float64{1, 1, 1, 1})
		for range 8 {
			for i := range 4 {
				u[i] = dot(row(k, 4, i), v).inv()
			}
			for j, p := range product(u, k) {
				v[j] = p.inv()
			}
		}
		s := t.num(0)
		for i := range x {
			s = s.add(u[i/4].mul(k[i]).mul(v[i%4]).mul(x[i]))
		}
		return s
	})
	warping := of(algebraic, "soft dynamic time warping", shaped("a", 6, "b", 5), normal(11, 1),
		func(t *tape, x []num) num {
			far := t.num(50)
			d := make([][]num, 7)
			for i := range d {
				d[i] = []num{far, far, far, far, far, far}
			}
			d[0][0] = t.num(0)
			for i := range 6 {
				for j := range 5 {
					best := logSumExp([]num{d[i][j].neg(), d[i+1][j].neg(), d[i][j+1].neg()}).neg()
					d[i+1][j+1] = x[i].sub(x[6+j]).square().add(best)
				}
			}
			return d[6][5]
		})
	rank := of(algebraic, "PageRank, 12 steps", shaped("W", 5, 5), normal(25, 0.8), func(t *tape, x []num) num {
		v := t.nums([]float64{0.2, 0.2, 0.2, 0.2, 0.2})
		var p []num
		for i := range 5 {
			p = append(p, softmax(row(x, 5, i))...)
		}
		for range 12 {
			v = each(product(v, p), func(u num) num { return u.times(0.85).plus(0.03) })
		}
		return v[0].log().neg()
	})
	permanent := of(algebraic, "permanent, Ryser", shaped("A", 4, 4), normal(16, 0.9), func(t *tape, x []num) num {
		s := t.num(0)
		for set := 1; set < 16; set++ {
			p := t.num(1)
			for i := range 4 {
				r := t.num(0)
				for j := range 4 {
					if set>>j&1 == 1 {
						r = r.add(x[4*i+j])
					} else {
						p = p.neg()
					}
				}
				p = p.mul(r)
			}
			s = s.add(p)
		}
		return s
	})
	rosenbrock := of(algebraic, "Rosenbrock", nil, normal(10, 1), func(t *tape, x []num) num {
		s := t.num(0)
		for i := range x[1:] {
			s = s.add(x[i+1].sub(x[i].square()).square().times(100)).add(x[i].neg().plus(1).square())
		}
		return s
	})
	sphere := of(algebraic, "distances on a sphere", shaped("lat", 4, "lon", 4), normal(8, 0.5),
		func(t *tape, x []num) num {
			s := t.num(0)
			for i := range 4 {
				for j := range i {
					a := x[i].sub(x[j]).times(0.5).sin().square()
					b := x[4+i].sub(x[4+j]).times(0.5).sin().square()
					h := a.add(x[i].cos().mul(x[j].cos()).mul(b))
					s = s.add(h.div(h.neg().plus(1)).sqrt().atan().times(2 * math.Pi))
				}
			}
			return s
		})
	large := of(algebraic, "least squares of 600", shaped("X", 20, 30), normal(600, 1), func(t *tape, x []num) num {
		s := t.num(0)
		for i, v := range product(t.nums(c[:20]), x) {
			s = s.add(v.plus(-c[i]).square())
		}
		return s.add(dot(x, x).times(0.1))
	})
	return []*subject{
		logdet, quadratic, form, exponential, chain, lennard, coulomb, morse, springs, arm, location, camera,
		fourier, sinkhorn, warping, rank, permanent, rosenbrock, sphere, large,
	}
}

// cluster draws five points that keep their distance.
func cluster(r *rand.Rand) []float64 {
	x := []float64{0, 0, 0, 1.2, 0, 0, 0, 1.2, 0, 0, 0, 1.2, 1.1, 1.1, 1.1}
	for i := range x {
		x[i] += 0.1 * r.NormFloat64()
	}
	return x
}
