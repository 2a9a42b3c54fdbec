package battery_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gradtwin/compare"
)

const cornered family = "corners"

// corners are networks on many kinks at once: inputs and weights are small
// multiples of a quarter, whole rows are zero and so are the biases, so that a
// unit of a zero row stands exactly at 0 in every layer.
func corners() []*subject {
	var all []*subject
	for depth := 1; depth <= 3; depth++ {
		for _, act := range []int{0, 1, 8, 9} { // ReLU, leaky ReLU, abs, hard tanh
			p := plain{layers: []int{4}, rows: 6, act: activations[act].f, head: heads[depth%3].f}
			for range depth {
				p.layers = append(p.layers, 5)
			}
			p.layers = append(p.layers, 3)
			all = append(all, onCorners(p, fmt.Sprintf("%d × %s", depth, activations[act].name)))
		}
	}
	pool := of(cornered, "max-pooling of constant patches", shaped("W", 4, 4, "v", 4), quarters(20),
		func(t *tape, x []num) num {
			total := t.num(0)
			for i := range t.samples(4) {
				m := t.nums(make([]float64, 4))
				for k := range 3 { // three patches, two of them alike
					in := t.nums([]float64{1, float64(i % 2), float64(k / 2), 0})
					for j, v := range product(in, x[:16]) {
						if k == 0 {
							m[j] = v
						} else {
							m[j] = m[j].max(v)
						}
					}
				}
				total = total.add(dot(m, x[16:]).plus(-float64(i)).square())
			}
			return total
		})
	ties := of(cornered, "largest of equal numbers", shaped("x", 6), func(r *rand.Rand) []float64 {
		x := make([]float64, 6)
		for i := range x {
			x[i] = float64(r.IntN(2))
		}
		return x
	}, func(t *tape, x []num) num {
		m := x[0]
		for _, v := range x[1:] {
			m = m.max(v)
		}
		return m.times(3).add(dot(x, x).times(0.1))
	})
	return append(all, pool, ties)
}

// quarters draws multiples of a quarter between −½ and ½, many of them 0.
func quarters(n int) func(r *rand.Rand) []float64 {
	return func(r *rand.Rand) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = float64(r.IntN(5)-2) / 4
		}
		return x
	}
}

func onCorners(p plain, name string) *subject {
	r := rand.New(rand.NewPCG(6, 6))
	data := make([]float64, p.rows*p.layers[0])
	for i := range data {
		data[i] = float64(r.IntN(3) - 1)
	}
	clear(data[:2*p.layers[0]]) // two rows of zeros
	s := p.network(name, 0)
	s.family, s.body = cornered, p.loss(data)
	draw := quarters(p.elements())
	s.point = func(r *rand.Rand) []float64 {
		x := draw(r)
		at := 0
		for _, tensor := range s.layout {
			if len(tensor.Shape) == 1 && r.IntN(4) > 0 {
				clear(x[at : at+tensor.Len()])
			}
			at += tensor.Len()
		}
		return x
	}
	return s
}

// cornersAt checks all corners with a convention at some points.
func cornersAt(zero float64, points int) []result {
	all := corners()
	results := make([][]result, len(all))
	inParallel(len(all), func(i int) {
		s := all[i]
		s.zero = zero
		for k := range points {
			f := s.at(s.point(draws(k, forCorners)))
			g := make([]float64, len(f.x))
			f.exact(g, f.x)
			for _, mode := range []compare.Mode{compare.Full, compare.Probe} {
				r := check(f, mode, g, nil)
				r.point = k
				results[i] = append(results[i], r)
			}
		}
	})
	var out []result
	for _, r := range results {
		out = append(out, r...)
	}
	return out
}

func cornerPoints() int {
	switch {
	case everything():
		return 20
	case testing.Short():
		return 1
	}
	return 3
}

// Every convention for the derivative at a kink between its one-sided slopes is
// right by the rules of automatic differentiation, also where kinks are nested
// and what it gives is no slope of the loss.
func TestConventionsAtCorners(t *testing.T) {
	for _, zero := range []float64{0, 0.5, 1} {
		said := map[string]int{}
		for _, r := range cornersAt(zero, cornerPoints()) {
			said[r.said]++
			if r.said == "wrong" {
				t.Errorf("with %v at 0: %v", zero, r)
			}
		}
		t.Logf("with %v at 0: %v", zero, said)
	}
}

// Values far outside the slopes must not pass at every corner: with 10 and −9
// in place of 0 to 1, full calls it wrong at four of five points at least, for
// at some no unit that matters stands at 0.
func TestNonsenseAtCorners(t *testing.T) {
	for _, zero := range []float64{-9, 10} {
		different, passed := 0, map[string]int{}
		all := corners()
		right := map[string]bool{}
		for _, s := range all {
			for k := range cornerPoints() {
				right[fmt.Sprint(s.name, k)] = s.atCorner(k)
			}
		}
		for _, r := range cornersAt(zero, cornerPoints()) {
			if r.mode != compare.Full || !right[fmt.Sprint(r.subject.name, r.point)] {
				continue
			}
			different++
			if r.said == "passed" {
				passed[r.subject.name]++
			}
		}
		missing := 0
		for _, n := range passed {
			missing += n
		}
		t.Logf("with %v at 0: %d of %d passed: %v", zero, missing, different, passed)
		if missing*5 > different {
			t.Errorf("with %v at 0, %d of %d passed in full", zero, missing, different)
		}
	}
}

// atCorner reports whether the convention changes the gradient at point k.
func (s *subject) atCorner(k int) bool {
	f := s.at(s.point(draws(k, forCorners)))
	left, right := make([]float64, len(f.x)), make([]float64, len(f.x))
	f.t.zero = 0
	f.exact(left, f.x)
	f.t.zero = 1
	f.exact(right, f.x)
	for i := range left {
		if left[i] != right[i] {
			return true
		}
	}
	return false
}
