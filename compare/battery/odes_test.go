package battery_test

import (
	"fmt"
	"math/rand/v2"
)

// field is the right side of an ODE with parameters.
type field func(p, y []num) []num

func rungeKutta(f field, p, y []num, h float64) []num {
	move := func(k []num, c float64) []num {
		return plus(y, each(k, func(v num) num { return v.times(c) }))
	}
	k1 := f(p, y)
	k2 := f(p, move(k1, h/2))
	k3 := f(p, move(k2, h/2))
	k4 := f(p, move(k3, h))
	out := y[0].t.slice(len(y))
	for i := range out {
		out[i] = y[i].add(k1[i].add(k2[i].add(k3[i]).times(2)).add(k4[i]).times(h / 6))
	}
	return out
}

func euler(f field, p, y []num, h float64) []num {
	return plus(y, each(f(p, y), func(v num) num { return v.times(h) }))
}

// odes are discretised first and differentiated then, so their gradients are
// exact.
func odes() []*subject {
	systems := []struct {
		name   string
		np, ny int
		f      field
	}{
		{"decay", 1, 1, func(p, y []num) []num { return []num{y[0].mul(p[0]).neg()} }},
		{"logistic growth", 2, 1, func(p, y []num) []num { return []num{p[0].mul(y[0]).mul(y[0].div(p[1]).neg().plus(1))} }},
		{"oscillator", 2, 2, func(p, y []num) []num { return []num{y[1], p[0].mul(y[0]).add(p[1].mul(y[1])).neg()} }},
		{"pendulum", 2, 2, func(p, y []num) []num { return []num{y[1], p[0].mul(y[0].sin()).add(p[1].mul(y[1])).neg()} }},
		{"Lotka-Volterra", 4, 2, func(p, y []num) []num {
			xy := y[0].mul(y[1])
			return []num{p[0].mul(y[0]).sub(p[1].mul(xy)), p[2].mul(xy).sub(p[3].mul(y[1]))}
		}},
		{"van der Pol", 1, 2, func(p, y []num) []num {
			return []num{y[1], p[0].mul(y[0].square().neg().plus(1)).mul(y[1]).sub(y[0])}
		}},
		{"SIR", 2, 3, func(p, y []num) []num {
			in, out := p[0].mul(y[0]).mul(y[1]), p[1].mul(y[1])
			return []num{in.neg(), in.sub(out), out}
		}},
		{"FitzHugh-Nagumo", 3, 2, func(p, y []num) []num {
			return []num{y[0].sub(y[0].pow(3).times(1.0 / 3)).sub(y[1]).plus(0.5),
				y[0].add(p[0]).sub(p[1].mul(y[1])).mul(p[2]).times(0.1)}
		}},
		{"Brusselator", 2, 2, func(p, y []num) []num {
			c := y[0].square().mul(y[1])
			return []num{p[0].add(c).sub(p[1].plus(1).mul(y[0])), p[1].mul(y[0]).sub(c)}
		}},
		{"neural", 8, 2, func(p, y []num) []num { return each(product(each(product(y, p[:4]), num.tanh), p[4:]), num.sin) }},
		{"Michaelis-Menten", 3, 2, func(p, y []num) []num {
			v := p[0].mul(y[0]).div(p[1].add(y[0]))
			return []num{v.neg(), v.sub(p[2].mul(y[1]))}
		}},
		{"switched friction", 2, 2, func(p, y []num) []num {
			return []num{y[1], y[0].neg().sub(p[0].mul(y[1].clip(-0.1, 0.1))).add(p[1].mul(y[0].relu()))}
		}},
	}
	var all []*subject
	for i, s := range systems {
		step, name := rungeKutta, "RK4"
		if i%3 == 2 {
			step, name = euler, "Euler"
		}
		all = append(all, of(solving, s.name+", "+name, shaped("p", s.np, "y0", s.ny), uniform(s.np+s.ny, 0.3, 1.2),
			func(t *tape, x []num) num {
				p := cut(x, s.np)
				y, total := p[1], t.num(0)
				for k := range 30 {
					y = step(s.f, p[0], y, 0.1)
					if k%5 == 4 {
						total = total.add(y[0].plus(-0.5).square())
					}
				}
				return total
			}))
	}
	return append(all, moreODEs()...)
}

// moreODEs are partial differential equations, implicit and stochastic steps.
func moreODEs() []*subject {
	noise := normals(50, 40)
	heat := of(solving, "heat equation", shaped("kappa", "u0", 12), uniform(13, 0.1, 1), func(t *tape, x []num) num {
		u := x[1:]
		for range 15 {
			next := make([]num, len(u))
			for i := range u {
				l, r := u[max(i-1, 0)], u[min(i+1, len(u)-1)]
				next[i] = u[i].add(x[0].mul(l.sub(u[i].times(2)).add(r)).times(0.4))
			}
			u = next
		}
		return dot(u, u)
	})
	burgers := of(solving, "Burgers, upwind", shaped("u0", 12), normal(12, 1), func(t *tape, x []num) num {
		u := x
		for range 8 {
			next := make([]num, len(u))
			for i := range u {
				l, r := u[(i+11)%12], u[(i+1)%12]
				next[i] = u[i].sub(u[i].relu().mul(u[i].sub(l)).add(u[i].min(t.num(0)).mul(r.sub(u[i]))).times(0.1))
			}
			u = next
		}
		return sum(each(u, func(v num) num { return v.pow(4) }))
	})
	kepler := of(solving, "Kepler, leapfrog", shaped("q", 2, "v", 2, "mass"), around(0.1, 1, 0.2, 0.1, 1, 1),
		func(t *tape, x []num) num {
			q, v := x[:2], x[2:4]
			for range 25 {
				r := dot(q, q).sqrt()
				v = minus(v, scaleBy(q, x[4].div(r.square().mul(r)).times(0.08)))
				q = plus(q, each(v, func(u num) num { return u.times(0.08) }))
			}
			return dot(q, q).add(v[0])
		})
	implicit := of(solving, "stiff, implicit Euler", shaped("k", 2, "y0"), around(0.2, 50, 2, 1.5),
		func(t *tape, x []num) num {
			y := x[2]
			for range 10 {
				z := y
				for range 6 { // Newton's iterations are part of the function
					f := z.sub(y).add(x[0].mul(z).add(x[1].mul(z.pow(3))).times(0.05))
					z = z.sub(f.div(x[0].add(x[1].mul(z.square()).times(3)).times(0.05).plus(1)))
				}
				y = z
			}
			return y.plus(1).log()
		})
	stochastic := of(solving, "Euler-Maruyama", shaped("mu", "sigma", "s0"), around(0.2, 0.3, 0.4, 1),
		func(t *tape, x []num) num {
			total := t.num(0)
			for path := range t.samples(4) {
				s := x[2]
				for k := range 10 {
					s = s.add(s.mul(x[0].times(0.1).add(x[1].times(0.3 * noise[10*path+k]))))
				}
				total = total.add(s.plus(-1).relu())
			}
			return total.add(x[0].mul(x[1]))
		})
	bodies := of(solving, "three bodies", shaped("q", 3, 2), func(r *rand.Rand) []float64 {
		x := []float64{1, 0, -1, 0.2, 0.1, 1}
		for i := range x {
			x[i] += 0.05 * r.NormFloat64()
		}
		return x
	}, func(t *tape, x []num) num {
		q := [][]num{x[0:2], x[2:4], x[4:6]}
		v := [][]num{t.nums([]float64{0, 0.5}), t.nums([]float64{0, -0.5}), t.nums([]float64{-0.5, 0})}
		for range 15 {
			for i := range q {
				for j := range q {
					if i != j {
						d := minus(q[j], q[i])
						v[i] = plus(v[i], scaleBy(d, dot(d, d).plus(0.01).pow(-1.5).times(0.05)))
					}
				}
			}
			for i := range q {
				q[i] = plus(q[i], each(v[i], func(u num) num { return u.times(0.05) }))
			}
		}
		return dot(q[0], q[1]).add(dot(q[2], q[2]))
	})
	var lorenz []*subject
	for _, steps := range []int{10, 60} {
		lorenz = append(lorenz, of(solving, fmt.Sprintf("Lorenz, %d steps", steps), shaped("p", 3, "y0", 3),
			around(0.1, 10, 28, 8.0/3, 1, 1, 20), func(t *tape, x []num) num {
				y := x[3:]
				f := func(p, y []num) []num {
					return []num{p[0].mul(y[1].sub(y[0])), y[0].mul(p[1].sub(y[2])).sub(y[1]), y[0].mul(y[1]).sub(p[2].mul(y[2]))}
				}
				for range steps {
					y = rungeKutta(f, x[:3], y, 0.01)
				}
				return y[0].mul(y[2]).times(0.1)
			}))
	}
	return append(lorenz, heat, burgers, kepler, implicit, stochastic, bodies)
}
