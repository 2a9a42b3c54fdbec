package battery_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/optimize/functions"

	"gradtwin/compare"
)

const published family = "gonum"

// gonum are the functions of gonum's optimize/functions that have a gradient,
// each with its standard starting point. A random point is the starting point
// moved by up to a third.
func gonum() []*subject {
	all := []*subject{}
	add := func(f interface{ Func([]float64) float64 }, start ...float64) {
		s := of(published, fmt.Sprintf("%T", f)[len("functions."):], nil, func(r *rand.Rand) []float64 {
			x := make([]float64, len(start))
			for i, v := range start {
				x[i] = v*(1+(2*r.Float64()-1)/3) + 0.2*(2*r.Float64()-1)
			}
			return x
		}, nil)
		s.value, s.start, s.rough = f.Func, start, true
		switch g := f.(type) {
		case interface{ Grad(grad, x []float64) }:
			s.derivative = g.Grad
		case interface {
			Grad(grad, x []float64) []float64
		}:
			s.derivative = func(grad, x []float64) { g.Grad(grad, x) }
		default:
			panic(fmt.Sprintf("%T has no gradient", f))
		}
		if m, ok := f.(interface{ Minima() []functions.Minimum }); ok {
			for _, minimum := range m.Minima() {
				if len(minimum.X) == len(start) {
					s.minima = append(s.minima, minimum.X)
				}
			}
		}
		all = append(all, s)
	}
	add(functions.Beale{}, 1, 1)
	add(functions.BiggsEXP2{}, 1, 2)
	add(functions.BiggsEXP3{}, 1, 2, 1)
	add(functions.BiggsEXP4{}, 1, 2, 1, 1)
	add(functions.BiggsEXP5{}, 1, 2, 1, 1, 1)
	add(functions.BiggsEXP6{}, 1, 2, 1, 1, 1, 1)
	add(functions.Box3D{}, 0, 10, 20)
	add(functions.BrownBadlyScaled{}, 1, 1)
	add(functions.BrownAndDennis{}, 25, 5, -5, -1)
	add(functions.ExtendedPowellSingular{}, 3, -1, 0, 1, 3, -1, 0, 1)
	add(functions.ExtendedRosenbrock{}, -1.2, 1, -1.2, 1)
	add(functions.Gaussian{}, 0.4, 1, 0)
	add(functions.GulfResearchAndDevelopment{}, 5, 2.5, 0.15)
	add(functions.HelicalValley{}, -1, 0, 0)
	add(functions.Linear{}, 1, 1, 1, 1)
	add(functions.PenaltyI{}, 1, 2, 3, 4)
	add(functions.PenaltyII{}, 0.5, 0.5, 0.5, 0.5)
	add(functions.PowellBadlyScaled{}, 0, 1)
	add(functions.Sphere{}, 1, -2, 3)
	add(functions.Trigonometric{}, 0.2, 0.2, 0.2, 0.2, 0.2)
	add(functions.VariablyDimensioned{}, 0.75, 0.5, 0.25, 0)
	add(functions.Watson{}, 0, 0, 0, 0, 0, 0)
	add(functions.Wood{}, -3, -1, -3, -1)
	add(functions.ConcaveRight{}, 0.5)
	add(functions.ConcaveLeft{}, 0.5)
	add(functions.Plassmann{L: 39, Beta: 0.01}, 0.3)
	add(functions.YanaiOzawaKaneko{Beta1: 0.01, Beta2: 0.001}, 0.4)
	surface := functions.NewMinimalSurface(7, 7)
	flat := make([]float64, 25)
	for i := range flat {
		flat[i] = 0.1
	}
	all = append(all, &subject{family: published, name: "MinimalSurface", layout: shaped("z", 5, 5),
		point: normal(25, 0.3), start: flat,
		value: surface.Func, derivative: func(g, x []float64) { surface.Grad(g, x) }, rough: true})
	return append(all, withoutGradient()...)
}

// withoutGradient are those that gonum gives as a loss alone. The gradients are
// the tape's, of the same formulas.
func withoutGradient() []*subject {
	var all []*subject
	add := func(f interface {
		Func([]float64) float64
	}, n int, lo, hi float64, b body) {
		s := of(published, fmt.Sprintf("%T", f)[len("functions."):], nil, uniform(n, lo, hi), b)
		s.value, s.rough = f.Func, true
		if m, ok := f.(interface{ Minima() []functions.Minimum }); ok {
			for _, minimum := range m.Minima() {
				if len(minimum.X) == n {
					s.minima = append(s.minima, minimum.X)
				}
			}
		}
		all = append(all, s)
	}
	add(functions.Ackley{}, 3, -5, 5, func(t *tape, x []num) num {
		c := sum(each(x, func(v num) num { return v.times(2 * math.Pi).cos() }))
		return dot(x, x).times(1.0 / 3).sqrt().times(-0.2).exp().times(-20).sub(c.times(1.0 / 3).exp()).plus(20 + math.E)
	})
	add(functions.Bukin6{}, 2, -4, 3, func(t *tape, x []num) num {
		return x[1].sub(x[0].square().times(0.01)).abs().sqrt().times(100).add(x[0].plus(10).abs().times(0.01))
	})
	add(functions.BraninHoo{}, 2, -4, 12, func(t *tape, x []num) num {
		u := x[1].sub(x[0].square().times(5.1 / (4 * math.Pi * math.Pi))).add(x[0].times(5 / math.Pi)).plus(-6)
		return u.square().add(x[0].cos().times(10 * (1 - 1/(8*math.Pi)))).plus(10)
	})
	add(functions.CamelThree{}, 2, -3, 3, func(t *tape, x []num) num {
		s := x[0].square()
		return s.times(2).sub(s.square().times(1.05)).add(s.pow(3).times(1.0 / 6)).add(x[0].mul(x[1])).add(x[1].square())
	})
	add(functions.CamelSix{}, 2, -2, 2, func(t *tape, x []num) num {
		s, u := x[0].square(), x[1].square()
		return s.times(-2.1).plus(4).add(s.square().times(1.0 / 3)).mul(s).add(x[0].mul(x[1])).add(u.times(4).plus(-4).mul(u))
	})
	add(functions.CrossInTray{}, 2, -9, 9, func(t *tape, x []num) num {
		e := dot(x, x).times(1 / math.Pi).sqrt().neg().plus(100).abs().exp()
		return x[0].sin().mul(x[1].sin()).mul(e).abs().plus(1).pow(0.1).times(-0.0001)
	})
	add(functions.DixonPrice{}, 5, -3, 3, func(t *tape, x []num) num {
		s := x[0].plus(-1).square()
		for i := 1; i < len(x); i++ {
			s = s.add(x[i].square().times(2).sub(x[i-1]).square().times(float64(i + 1)))
		}
		return s
	})
	add(functions.DropWave{}, 2, -5, 5, func(t *tape, x []num) num {
		return dot(x, x).sqrt().times(12).cos().plus(1).neg().div(dot(x, x).times(0.5).plus(2))
	})
	add(functions.Eggholder{}, 2, -500, 500, func(t *tape, x []num) num {
		a := x[1].plus(47).mul(x[1].add(x[0].times(0.5)).plus(47).abs().sqrt().sin())
		return a.neg().sub(x[0].mul(x[0].sub(x[1]).plus(-47).abs().sqrt().sin()))
	})
	add(functions.GramacyLee{}, 1, 0.5, 2.5, func(t *tape, x []num) num {
		return x[0].times(10 * math.Pi).sin().div(x[0].times(2)).add(x[0].plus(-1).pow(4))
	})
	add(functions.Griewank{}, 4, -600, 600, func(t *tape, x []num) num {
		p := t.num(1)
		for i, v := range x {
			p = p.mul(v.times(1 / math.Sqrt(float64(i+1))).cos())
		}
		return dot(x, x).times(1.0 / 4000).sub(p).plus(1)
	})
	add(functions.HolderTable{}, 2, -9, 9, func(t *tape, x []num) num {
		e := dot(x, x).sqrt().times(-1 / math.Pi).plus(1).abs().exp()
		return x[0].sin().mul(x[1].cos()).mul(e).abs().neg()
	})
	add(functions.Langermann2{}, 2, 0, 9, func(t *tape, x []num) num {
		s := t.num(0)
		for i, c := range []float64{1, 2, 5, 2, 3} {
			d := minus(x, t.nums([][]float64{{3, 5}, {5, 2}, {2, 1}, {1, 4}, {7, 9}}[i]))
			s = s.add(dot(d, d).times(-1 / math.Pi).exp().mul(dot(d, d).times(math.Pi).cos()).times(c))
		}
		return s
	})
	add(functions.Levy{}, 4, -9, 9, func(t *tape, x []num) num {
		w := each(x, func(v num) num { return v.plus(-1).times(0.25) })
		s := w[0].plus(1).times(math.Pi).sin().square()
		for _, v := range w[:3] {
			s = s.add(v.square().mul(v.plus(1).times(math.Pi).plus(1).sin().square().times(10).plus(1)))
		}
		return s.add(w[3].square().mul(w[3].plus(1).times(2 * math.Pi).sin().square().plus(1)))
	})
	add(functions.Levy13{}, 2, -9, 9, func(t *tape, x []num) num {
		s := func(v num, k float64) num { return v.times(k * math.Pi).sin().square() }
		return s(x[0], 3).add(x[0].plus(-1).square().mul(s(x[1], 3).plus(1))).add(x[1].plus(-1).square().mul(s(x[1],
			2).plus(1)))
	})
	add(functions.Rastrigin{}, 4, -5, 5, func(t *tape, x []num) num {
		return dot(x, x).sub(sum(each(x, func(v num) num { return v.times(2 * math.Pi).cos() })).times(10)).plus(40)
	})
	add(functions.Schaffer2{}, 2, -50, 50, func(t *tape, x []num) num {
		d := dot(x, x).times(0.001).plus(1)
		return x[0].square().sub(x[1].square()).sin().square().plus(-0.5).div(d.square()).plus(0.5)
	})
	add(functions.Schaffer4{}, 2, -50, 50, func(t *tape, x []num) num {
		d := dot(x, x).times(0.001).plus(1)
		return x[0].square().sub(x[1].square()).abs().sin().cos().plus(-0.5).div(d.square()).plus(0.5)
	})
	add(functions.Schwefel{}, 4, -500, 500, func(t *tape, x []num) num {
		return sum(each(x, func(v num) num { return v.mul(v.abs().sqrt().sin()) })).neg().plus(4 * 418.9829)
	})
	add(functions.Shubert{}, 2, -9, 9, func(t *tape, x []num) num {
		f := func(v num) num {
			s := t.num(0)
			for i := 1.0; i <= 5; i++ {
				s = s.add(v.times(i + 1).plus(i).cos().times(i))
			}
			return s
		}
		return f(x[0]).mul(f(x[1]))
	})
	return all
}

// The tape's gradients of gonum's losses are of the same losses.
func TestGonumLosses(t *testing.T) {
	for _, s := range withoutGradient() {
		for k := range uint64(5) {
			x := s.point(rand.New(rand.NewPCG(k, 3)))
			want, got := s.value(x), new(tape).value(s.body, x)
			if math.Abs(got-want) > 1e-11*math.Max(1, math.Abs(want)) {
				t.Errorf("%s at %v: the tape's loss is %v, gonum's %v", s, x, got, want)
			}
		}
	}
}

// Right gradients that others wrote: gonum's functions at their starting
// points, at their minima, and at random points.
func TestGonum(t *testing.T) {
	points, checks := 8, 0
	if testing.Short() {
		points = 2
	}
	for _, s := range gonum() {
		at := s.minima
		if s.start != nil {
			at = append(at, s.start)
		}
		for k := range points {
			at = append(at, s.point(draws(k, forGonum)))
		}
		for _, x := range at {
			f := s.at(x)
			g := make([]float64, len(x))
			f.exact(g, x)
			if m := maxAbs(g); math.IsNaN(m) || math.IsInf(m, 0) {
				continue // no gradient there
			}
			for _, mode := range []compare.Mode{compare.Full, compare.Probe} {
				r := check(f, mode, g, nil)
				checks++
				if r.said == "wrong" {
					t.Errorf("%s at %v, %v:\n%s", s, x, mode, r.report)
				}
			}
		}
	}
	t.Logf("%d checks", checks)
	if checks < 2*points*45 {
		t.Errorf("%d checks, want at least %d", checks, 2*points*45)
	}
}
