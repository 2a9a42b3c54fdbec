package battery_test

import (
	"fmt"
	"math"
	"strconv"
)

// noises are losses that are computed to a tolerance only; the gradients are of
// the functions that they converge to.
func noises() []*subject {
	base := func(t *tape, x []num) num {
		return x[0].sin().add(x[1].mul(x[2])).add(x[1].exp().times(0.3)).add(x[2].square()).plus(2)
	}
	from := func(name string, loss func(v float64) float64) *subject {
		s := of(noisy, name, nil, normal(3, 0.7), base)
		s.value = func(x []float64) float64 { return loss((&tape{drop: -1}).value(base, x)) }
		s.rough = true
		return s
	}
	var all []*subject
	for _, digits := range []int{7, 8, 9, 10, 12} {
		all = append(all, from(fmt.Sprintf("loss of %d digits", digits), func(v float64) float64 {
			v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'e', digits-1, 64), 64)
			return v
		}))
	}
	all = append(all,
		from("loss in float32", func(v float64) float64 { return float64(float32(v)) }),
		from("pseudo-random noise of 1e-8", func(v float64) float64 {
			return v * (1 + 1e-8*pseudoRandom(v))
		}))
	return append(all, iterations()...)
}

// pseudoRandom returns a number between −½ and ½ that depends on every bit of v.
func pseudoRandom(v float64) float64 {
	b := math.Float64bits(v) * 0x9e3779b97f4a7c15
	b ^= b >> 29
	return float64(b*0xbf58476d1ce4e5b9>>11)/(1<<53) - 0.5
}

// iterations are solvers that stop.
func iterations() []*subject {
	// implicit is a loss of the root y of equation(y, x), which the value
	// finds by a solver that stops at its tolerance, and the gradient by
	// Newton's method to the end and the implicit function theorem: one step
	// more, on the tape, from the root as a constant.
	implicit := func(name string, point []float64, equation func(y num, x []num) (f, slope num),
		loss func(y num, x []num) num, solve func(f func(y float64) (f, slope float64)) float64) *subject {
		at := func(t *tape, x []num) func(y float64) (float64, float64) {
			fixed := each(x, func(v num) num { return t.num(v.v) })
			return func(y float64) (float64, float64) {
				f, slope := equation(t.num(y), fixed)
				return f.v, slope.v
			}
		}
		s := of(noisy, name, nil, around(0.2, point...), func(t *tape, x []num) num {
			y, f := 1.0, at(t, x)
			for range 60 {
				v, slope := f(y)
				y -= v / slope
			}
			v, slope := equation(t.num(y), x)
			return loss(t.num(y).sub(v.div(slope)), x)
		})
		s.value = func(x []float64) float64 {
			t := &tape{drop: -1}
			in := t.nums(x)
			return loss(t.num(solve(at(t, in))), in).v
		}
		s.rough = true
		return s
	}
	newton := func(tolerance float64) func(f func(y float64) (float64, float64)) float64 {
		return func(f func(y float64) (float64, float64)) float64 {
			y := 1.0
			for range 200 {
				v, slope := f(y)
				y -= v / slope
				if math.Abs(v/slope) < tolerance {
					break
				}
			}
			return y
		}
	}
	// chord is Newton's method with the first slope, from a start that varies
	// with the last bits of the equation: it converges linearly, so it ends
	// about a tolerance off, each time elsewhere. From a fixed start the error
	// would be as smooth as the function, and the loss's own derivative off.
	chord := func(tolerance float64) func(f func(y float64) (float64, float64)) float64 {
		return func(f func(y float64) (float64, float64)) float64 {
			v, slope := f(1)
			y := 1 + 0.1*pseudoRandom(v)
			for range 5000 {
				v, _ = f(y)
				y -= v / (1.2 * slope)
				if math.Abs(v) < tolerance {
					break
				}
			}
			return y
		}
	}
	bisect := func(tolerance float64) func(f func(y float64) (float64, float64)) float64 {
		return func(f func(y float64) (float64, float64)) float64 {
			lo, hi := -10.0, 10.0
			for hi-lo > tolerance {
				if v, _ := f((lo + hi) / 2); v < 0 {
					lo = (lo + hi) / 2
				} else {
					hi = (lo + hi) / 2
				}
			}
			return (lo + hi) / 2
		}
	}
	cubic := func(y num, x []num) (num, num) {
		return y.pow(3).add(x[0].mul(y)).sub(x[1]), y.square().times(3).add(x[0])
	}
	kepler := func(y num, x []num) (num, num) {
		return y.sub(x[0].mul(y.sin())).sub(x[1]), x[0].mul(y.cos()).neg().plus(1)
	}
	cosine := func(y num, x []num) (num, num) { return y.sub(x[0].mul(y.cos())), x[0].mul(y.sin()).plus(1) }
	exponential := func(y num, x []num) (num, num) {
		return y.exp().add(x[0].mul(y)).sub(x[1]), y.exp().add(x[0])
	}
	squared := func(y num, x []num) num { return y.square().add(x[0].times(0.5)) }
	// A bisection's loss is a staircase; with a slope of its own beside it, the
	// loss would have another derivative between the steps than its function.
	stairs := func(y num, _ []num) num { return y.square() }
	all := []*subject{
		implicit("cubic, Newton to 1e-6", []float64{1.5, 2.5}, cubic, squared, newton(1e-6)),
		implicit("Kepler, Newton to 1e-6", []float64{0.4, 1.2}, kepler, squared, newton(1e-6)),
		implicit("cubic, chord to 1e-8", []float64{1.5, 2.5}, cubic, squared, chord(1e-8)),
		implicit("Kepler, chord to 1e-9", []float64{0.4, 1.2}, kepler, squared, chord(1e-9)),
		implicit("cosine, chord to 1e-7", []float64{0.8}, cosine, squared, chord(1e-7)),
		implicit("exponential, chord to 1e-10", []float64{0.5, 3}, exponential, squared, chord(1e-10)),
		implicit("cubic, bisection to 1e-8", []float64{1.5, 2.5}, cubic, stairs, bisect(1e-8)),
		implicit("exponential, bisection to 1e-10", []float64{0.5, 3}, exponential, stairs, bisect(1e-10)),
	}
	weights := map[int]float64{}
	for i, v := range normals(80, 50) {
		weights[i] = v
	}
	overMap := of(noisy, "sum over a map", nil, normal(4, 0.7), func(t *tape, x []num) num {
		s := t.num(0)
		for i := range len(weights) {
			s = s.add(x[i%4].times(weights[i]).sin())
		}
		return s
	})
	overMap.value = func(x []float64) float64 {
		s := 0.0
		for i, w := range weights {
			s += math.Sin(w * x[i%4])
		}
		return s
	}
	return append(all, overMap, jacobi(), power(), quadrature())
}

// jacobi is bᵀA⁻¹b with A = diag(4 + x²) − a tridiagonal of ones.
func jacobi() *subject {
	const n = 5
	b := normals(81, n)
	s := of(noisy, "linear system, Jacobi to 1e-11", nil, normal(n, 0.7), func(t *tape, x []num) num {
		a := make([]num, n*n)
		for i := range a {
			a[i] = t.num(0)
			switch d := i/n - i%n; {
			case d == 0:
				a[i] = x[i/n].square().plus(4)
			case d == 1 || d == -1:
				a[i] = t.num(-1)
			}
		}
		v := forward(cholesky(a, n), t.nums(b), n)
		return dot(v, v)
	})
	s.value = func(x []float64) float64 {
		v := make([]float64, n)
		for moved := 1.0; moved > 1e-11; {
			moved = 0
			next := make([]float64, n)
			for i := range v {
				next[i] = b[i]
				if i > 0 {
					next[i] += v[i-1]
				}
				if i+1 < n {
					next[i] += v[i+1]
				}
				next[i] /= 4 + x[i]*x[i]
				moved = math.Max(moved, math.Abs(next[i]-v[i]))
			}
			v = next
		}
		total := 0.0
		for i := range v {
			total += b[i] * v[i]
		}
		return total
	}
	s.rough = true
	return s
}

// power is the larger eigenvalue of [[a, b], [b, c]].
func power() *subject {
	s := of(noisy, "eigenvalue, power iteration to 1e-9", nil, around(0.2, 2, 0.7, 0.5), func(t *tape, x []num) num {
		half := x[0].sub(x[2]).times(0.5)
		return x[0].add(x[2]).times(0.5).add(half.square().add(x[1].square()).sqrt())
	})
	s.value = func(x []float64) float64 {
		u, v, last := 1.0, 0.3, math.Inf(1)
		for {
			p, q := x[0]*u+x[1]*v, x[1]*u+x[2]*v
			size := math.Hypot(p, q)
			u, v = p/size, q/size
			if math.Abs(size-last) < 1e-9 {
				return size
			}
			last = size
		}
	}
	s.rough = true
	return s
}

// quadrature is ∫ exp(−a·u)·cos(b·u) du from 0 to 2, by halving intervals.
func quadrature() *subject {
	s := of(noisy, "adaptive quadrature to 1e-13", nil, around(0.2, 0.8, 3), func(t *tape, x []num) num {
		e := x[0].times(-2).exp()
		c := x[1].times(2)
		top := x[0].sub(e.mul(x[0].mul(c.cos()).sub(x[1].mul(c.sin()))))
		return top.div(x[0].square().add(x[1].square()))
	})
	s.value = func(x []float64) float64 {
		f := func(u float64) float64 { return math.Exp(-x[0]*u) * math.Cos(x[1]*u) }
		var part func(a, b float64) float64
		part = func(a, b float64) float64 {
			m := (a + b) / 2
			simpson := func(a, b float64) float64 { return (b - a) / 6 * (f(a) + 4*f((a+b)/2) + f(b)) }
			whole, halves := simpson(a, b), simpson(a, m)+simpson(m, b)
			if math.Abs(whole-halves) < 1e-13 {
				return halves
			}
			return part(a, m) + part(m, b)
		}
		return part(0, 2)
	}
	s.rough = true
	return s
}
