package battery_test

import (
	"fmt"
	"math"
)

// chaos are functions that no step, or hardly one, resolves.
func chaos() []*subject {
	var all []*subject
	add := func(name string, s *subject) {
		s.name, s.rough = name, true
		all = append(all, s)
	}
	for _, n := range []int{5, 15, 25, 40} {
		add(fmt.Sprintf("logistic map, %d times", n), of(chaotic, "", nil, around(0.02, 0.3, 3.9),
			func(t *tape, x []num) num {
				y := x[0]
				for range n {
					y = x[1].mul(y).mul(y.neg().plus(1))
				}
				return y
			}))
	}
	for _, w := range []float64{1e3, 1e6, 1e9, 1e12} {
		add(fmt.Sprintf("sin(%.0e·x)", w), of(chaotic, "", nil, around(0.3, 0.7, 1.1, 0.4), func(t *tape, x []num) num {
			return x[0].times(w).sin().add(x[1].times(w / 3).cos()).add(x[2].times(w / 7).sin())
		}))
	}
	for _, n := range []int{8, 30} {
		add(fmt.Sprintf("tent map, %d times", n), of(chaotic, "", nil, around(0.2, 0.37, 0.61), func(t *tape, x []num) num {
			total := t.num(0)
			for _, y := range x {
				for range n {
					y = y.plus(-0.5).abs().times(-1.99).plus(0.995)
				}
				total = total.add(y)
			}
			return total
		}))
	}
	add("Weierstrass, 12 terms", of(chaotic, "", nil, around(0.3, 0.3, 0.8), func(t *tape, x []num) num {
		s := t.num(0)
		for k := range 12 {
			w := math.Pow(7, float64(k)) * math.Pi
			s = s.add(x[0].times(w).cos().add(x[1].times(w).cos()).times(math.Pow(0.5, float64(k))))
		}
		return s
	}))
	for _, v := range []float64{1e-2, 1e-4} {
		add(fmt.Sprintf("sin(1/x) at %.0e", v), of(chaotic, "", nil, around(0.3, v, 2*v), func(t *tape, x []num) num {
			return x[0].inv().sin().add(x[1].inv().sin())
		}))
	}
	for _, n := range []int{10, 30} {
		add(fmt.Sprintf("standard map, %d times", n), of(chaotic, "", nil, around(0.2, 1, 2, 2.5),
			func(t *tape, x []num) num {
				p, q := x[0], x[1]
				for range n {
					p = p.add(x[2].mul(q.sin()))
					q = q.add(p)
				}
				return q.sin().add(p.cos())
			}))
	}
	add("Lorenz, 600 steps", of(chaotic, "", nil, around(0.1, 1, 1, 20), func(t *tape, x []num) num {
		y := []num{x[0], x[1], x[2]}
		for range 600 {
			d := []num{y[1].sub(y[0]).times(10), y[0].mul(y[2].neg().plus(28)).sub(y[1]),
				y[0].mul(y[1]).sub(y[2].times(8.0 / 3))}
			y = plus(y, each(d, func(v num) num { return v.times(0.02) }))
		}
		return y[0]
	}))
	return all
}
