package battery_test

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

const observations = 24

func statistics() []*subject {
	y := normals(1, observations)
	z := normals(2, observations*4)
	counts := mapped(uniforms(3, observations, 0, 6), math.Floor)
	positive := mapped(normals(4, observations), math.Exp)
	bits := mapped(uniforms(5, observations, 0, 2), math.Floor)
	// regression is a loss of the linear predictor x·β + β0 and the number of
	// the sample, with more parameters behind β.
	regression := func(name string, more int, loss func(i int, eta num, x []num) num) *subject {
		return of(statistical, name, shaped("beta", 4, "rest", 1+more), normal(5+more, 0.5), func(t *tape, x []num) num {
			total := t.num(0)
			for i := range t.samples(observations) {
				eta := dot(t.nums(row(z, 4, i)), x[:4]).add(x[4])
				total = total.add(loss(i, eta, x[5:]))
			}
			return total.times(1.0 / observations)
		})
	}
	all := []*subject{
		regression("least squares", 0, func(i int, eta num, _ []num) num { return eta.plus(-y[i]).square() }),
		regression("Gaussian, log sigma", 1, func(i int, eta num, x []num) num {
			return eta.plus(-y[i]).div(x[0].exp()).square().times(0.5).add(x[0])
		}),
		regression("Student's t, 4", 1, func(i int, eta num, x []num) num {
			return eta.plus(-y[i]).div(x[0].exp()).square().times(0.25).log1p().times(2.5).add(x[0])
		}),
		regression("Cauchy", 1, func(i int, eta num, x []num) num {
			return eta.plus(-y[i]).div(x[0].exp()).square().log1p().add(x[0])
		}),
		regression("logistic", 0, func(i int, eta num, _ []num) num { return eta.softplus().sub(eta.times(bits[i])) }),
		regression("probit of half the predictor", 0, func(i int, eta num, _ []num) num {
			return eta.times((bits[i] - 0.5) / math.Sqrt2).erf().plus(1).times(0.5).log().neg()
		}),
		regression("complementary log-log", 0, func(i int, eta num, _ []num) num {
			if bits[i] == 0 {
				return eta.exp()
			}
			return eta.exp().neg().expm1().neg().log().neg()
		}),
		regression("Poisson", 0, func(i int, eta num, _ []num) num { return eta.exp().sub(eta.times(counts[i])) }),
		regression("negative binomial, 3", 0, func(i int, eta num, _ []num) num {
			return eta.exp().plus(3).log().times(counts[i] + 3).sub(eta.times(counts[i]))
		}),
		regression("zero-inflated Poisson", 1, func(i int, eta num, x []num) num {
			p := x[0].sigmoid()
			if counts[i] == 0 {
				return p.add(p.neg().plus(1).mul(eta.exp().neg().exp())).log().neg()
			}
			return eta.exp().sub(eta.times(counts[i])).sub(p.neg().log1p())
		}),
		regression("gamma", 1, func(i int, eta num, x []num) num {
			return eta.add(eta.neg().exp().times(positive[i])).mul(x[0].exp())
		}),
		regression("inverse Gaussian", 0, func(i int, eta num, _ []num) num {
			m := eta.exp()
			return m.neg().plus(positive[i]).square().div(m.square()).times(0.5 / positive[i])
		}),
		regression("Weibull, censored", 1, func(i int, eta num, x []num) num {
			shape := x[0].exp()
			u := shape.mul(eta.neg().plus(math.Log(positive[i])))
			if i%3 == 0 {
				return u.exp()
			}
			return u.exp().sub(u).sub(x[0])
		}),
		regression("log-normal", 1, func(i int, eta num, x []num) num {
			return eta.plus(-math.Log(positive[i])).div(x[0].exp()).square().times(0.5).add(x[0])
		}),
		regression("Huber", 0, func(i int, eta num, _ []num) num {
			r := eta.plus(-y[i]).abs()
			return r.min(r.t.num(1)).square().times(0.5).add(r.plus(-1).relu())
		}),
		regression("quantile 0.3", 0, func(i int, eta num, _ []num) num {
			r := eta.neg().plus(y[i])
			return r.times(0.3).max(r.times(-0.7))
		}),
		regression("log-cosh", 0, func(i int, eta num, _ []num) num {
			r := eta.plus(-y[i])
			return r.exp().add(r.neg().exp()).log()
		}),
		regression("expectile 0.8", 0, func(i int, eta num, _ []num) num {
			r := eta.neg().plus(y[i])
			return r.relu().square().times(0.8).add(r.neg().relu().square().times(0.2))
		}),
		regression("von Mises", 1, func(i int, eta num, x []num) num { return eta.neg().plus(y[i]).cos().mul(x[0].exp()).neg() }),
		regression("ordinal logit", 2, func(i int, eta num, x []num) num {
			lo := x[0].sub(eta)
			hi := x[0].add(x[1].exp()).sub(eta)
			switch i % 3 {
			case 0:
				return lo.neg().softplus()
			case 1:
				return hi.sigmoid().sub(lo.sigmoid()).log().neg()
			}
			return hi.softplus()
		}),
		regression("lasso", 0, func(i int, eta num, _ []num) num { return eta.plus(-y[i]).square().add(eta.abs().times(0.1)) }),
	}
	return append(all, models(y, z, bits)...)
}

// models are likelihoods of another form than a regression's.
func models(y, z, bits []float64) []*subject {
	mixture := of(statistical, "Gaussian mixture", shaped("weights", 3, "mu", 3, "log sigma", 3), normal(9, 1),
		func(t *tape, x []num) num {
			p := cut(x, 3, 3)
			logs := logSumExp(p[0])
			total := t.num(0)
			for i := range t.samples(observations) {
				terms := make([]num, 3)
				for k := range terms {
					r := p[1][k].plus(-y[i]).div(p[2][k].exp())
					terms[k] = p[0][k].sub(logs).sub(r.square().times(0.5)).sub(p[2][k])
				}
				total = total.sub(logSumExp(terms))
			}
			return total
		})
	logit := of(statistical, "multinomial logit", shaped("W", 4, 3, "b", 3), normal(15, 1), func(t *tape, x []num) num {
		total := t.num(0)
		for i := range t.samples(observations) {
			s := plus(product(t.nums(row(z, 4, i)), x[:12]), x[12:])
			total = total.add(logSumExp(s).sub(s[i%3]))
		}
		return total.times(1.0 / observations)
	})
	factors := of(statistical, "matrix factorisation", shaped("U", 6, 3, "V", 3, 8), normal(42, 0.7),
		func(t *tape, x []num) num {
			total := t.num(0)
			for i := range t.samples(6) {
				for j, v := range product(x[3*i:3*i+3], x[18:]) {
					total = total.add(v.plus(-z[8*i+j]).square())
				}
			}
			return total.add(dot(x, x).times(0.01))
		})
	cox := of(statistical, "Cox", shaped("beta", 4), normal(4, 0.7), func(t *tape, x []num) num {
		risk := make([]num, observations)
		for i := range risk {
			risk[i] = dot(t.nums(row(z, 4, i)), x)
		}
		total := t.num(0)
		for i := range t.samples(observations) {
			if bits[i] == 1 {
				total = total.add(logSumExp(risk[i:]).sub(risk[i]))
			}
		}
		return total
	})
	garch := of(statistical, "GARCH(1,1)", shaped("omega", "alpha", "beta"), normal(3, 0.3), func(t *tape, x []num) num {
		h, total := t.num(1), t.num(0)
		for i := range observations {
			total = total.add(h.log()).add(h.inv().times(y[i] * y[i]))
			h = x[0].exp().times(0.1).add(x[1].sigmoid().times(0.3 * y[i] * y[i])).add(x[2].sigmoid().mul(h))
		}
		return total
	})
	ar := of(statistical, "AR(2)", shaped("phi", 2, "log sigma"), normal(3, 0.4), func(t *tape, x []num) num {
		total := t.num(0)
		for i := range t.samples(observations - 2) {
			r := x[0].times(y[i+1]).add(x[1].times(y[i])).plus(-y[i+2])
			total = total.add(r.div(x[2].exp()).square().times(0.5)).add(x[2])
		}
		return total
	})
	kalman := of(statistical, "Kalman filter", shaped("log q", "log r", "m0"), normal(3, 0.5), func(t *tape, x []num) num {
		m, p, total := x[2], t.num(1), t.num(0)
		for i := range observations {
			p = p.add(x[0].exp())
			s := p.add(x[1].exp())
			e := m.neg().plus(y[i])
			total = total.add(s.log()).add(e.square().div(s))
			k := p.div(s)
			m = m.add(k.mul(e))
			p = p.mul(k.neg().plus(1))
		}
		return total.times(0.5)
	})
	process := of(statistical, "Gaussian process", shaped("log l", "log f", "log n"), normal(3, 0.3),
		func(t *tape, x []num) num {
			const n = 8
			k := make([]num, n*n)
			for i := range n {
				for j := range n {
					d := z[i] - z[j]
					k[i*n+j] = x[0].times(-2).exp().times(-d * d / 2).exp().mul(x[1].exp())
					if i == j {
						k[i*n+j] = k[i*n+j].add(x[2].exp())
					}
				}
			}
			l := cholesky(k, n)
			v := forward(l, t.nums(y[:n]), n)
			total := dot(v, v).times(0.5)
			for i := range n {
				total = total.add(l[i*n+i].log())
			}
			return total
		})
	hmm := of(statistical, "hidden Markov model", shaped("start", 2, "A", 2, 2, "mu", 2), normal(8, 1),
		func(t *tape, x []num) num {
			p := cut(x, 2, 4)
			a := minus(p[0], []num{logSumExp(p[0]), logSumExp(p[0])})
			for i := range observations {
				next := make([]num, 2)
				for j := range next {
					terms := make([]num, 2)
					for k := range terms {
						terms[k] = a[k].add(p[1][2*k+j]).sub(logSumExp(row(p[1], 2, k)))
					}
					next[j] = logSumExp(terms).sub(p[2][j].plus(-y[i]).square().times(0.5))
				}
				a = next
			}
			return logSumExp(a).neg()
		})
	terry := of(statistical, "Bradley-Terry", shaped("skill", 8), normal(8, 1), func(t *tape, x []num) num {
		total := t.num(0)
		for i := range t.samples(observations) {
			total = total.add(x[(i+1+i/8)%8].sub(x[i%8]).softplus())
		}
		return total
	})
	irt := of(statistical, "item response", shaped("ability", 6, "slope", 4, "difficulty", 4), normal(14, 1),
		func(t *tape, x []num) num {
			p := cut(x, 6, 4)
			total := t.num(0)
			for i := range t.samples(observations) {
				eta := p[1][i%4].exp().mul(p[0][i/4].sub(p[2][i%4]))
				total = total.add(eta.softplus().sub(eta.times(bits[i])))
			}
			return total
		})
	// A gamma and a beta likelihood need the derivative of log Γ, so they are
	// not the tape's.
	gamma := of(statistical, "gamma, shape and rate", shaped("log shape", "log rate"), normal(2, 0.5), nil)
	gamma.value = func(x []float64) float64 {
		a, b := math.Exp(x[0]), math.Exp(x[1])
		l, _ := math.Lgamma(a)
		s := 0.0
		for _, v := range y {
			v = math.Exp(v)
			s += l - a*x[1] - (a-1)*math.Log(v) + b*v
		}
		return s
	}
	gamma.derivative = func(g, x []float64) {
		a, b := math.Exp(x[0]), math.Exp(x[1])
		for _, v := range y {
			v = math.Exp(v)
			g[0] += a * (mathext.Digamma(a) - x[1] - math.Log(v))
			g[1] += b*v - a
		}
	}
	return []*subject{mixture, logit, factors, cox, garch, ar, kalman, process, hmm, terry, irt, gamma}
}

// mapped changes x in place.
func mapped(x []float64, f func(float64) float64) []float64 {
	for i, v := range x {
		x[i] = f(v)
	}
	return x
}

// cholesky returns the lower factor of an n×n matrix.
func cholesky(a []num, n int) []num {
	l := make([]num, n*n)
	for i := range n {
		for j := range i + 1 {
			s := a[i*n+j]
			for k := range j {
				s = s.sub(l[i*n+k].mul(l[j*n+k]))
			}
			if i == j {
				l[i*n+i] = s.sqrt()
			} else {
				l[i*n+j] = s.div(l[j*n+j])
			}
		}
	}
	return l
}

// forward solves L·v = b.
func forward(l, b []num, n int) []num {
	v := make([]num, n)
	for i := range n {
		s := b[i]
		for k := range i {
			s = s.sub(l[i*n+k].mul(v[k]))
		}
		v[i] = s.div(l[i*n+i])
	}
	return v
}
