package rows

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gradtwin"
	"gradtwin/compare"
)

// hidden is a problem with tensors whose gradients may be below what the loss
// shows.
type hidden struct {
	p       problem
	tensors []string
	seen    bool     // a wrong gradient of these tensors must be found all the same
	more    []string // others that may be unseen
}

// names are all tensors that may be unseen.
func (h hidden) names() []string { return slices.Concat(h.tensors, h.more) }

// span returns where a tensor's elements lie.
func (p problem) span(name string) (lo, hi int) {
	for _, t := range p.layout {
		if hi = lo + t.Len(); t.Name == name {
			return lo, hi
		}
		lo = hi
	}
	panic("no tensor " + name)
}

// vectors is a layout of tensors with the same number of elements.
func vectors(n int, names ...string) gradtwin.Layout {
	var l gradtwin.Layout
	for _, name := range names {
		l = append(l, gradtwin.Tensor{Name: name, Shape: []int{n}})
	}
	return l
}

// recurrent is the loss of two layers of LSTM cells over some steps, of which
// the first is nearly shut: its input gate is at e⁻²⁰, so that its weights
// hardly move the loss.
func recurrent() (layout gradtwin.Layout, x []float64, f func(t *tape, x []num) num) {
	const inputs, cells, steps = 2, 3, 4
	for _, layer := range []string{"1", "2"} {
		from := cells
		if layer == "1" {
			from = inputs
		}
		for _, gate := range []string{"i", "f", "o", "g"} {
			layout = append(layout, gradtwin.Tensor{Name: "W" + gate + layer, Shape: []int{from + cells, cells}},
				gradtwin.Tensor{Name: "b" + gate + layer, Shape: []int{cells}})
			x = append(x, draws(uint64(len(x)), (from+cells)*cells, 0.4)...)
			bias := draws(uint64(len(x)), cells, 0.1)
			if gate+layer == "i1" {
				for i := range bias {
					bias[i] -= 20
				}
			}
			x = append(x, bias...)
		}
	}
	data := draws(31, steps*inputs, 1)
	return layout, x, func(t *tape, x []num) num {
		below := make([][]num, steps)
		for s := range below {
			below[s] = t.inputs(data[s*inputs : (s+1)*inputs])
		}
		for range 2 {
			state, out := t.inputs(make([]float64, cells)), t.inputs(make([]float64, cells))
			size := (len(below[0]) + cells + 1) * cells
			for s := range below {
				in := slices.Concat(below[s], out)
				gate := func(k int) []num {
					w := x[k*size : (k+1)*size]
					a := t.product(in, w[:len(in)*cells], 1, len(in), cells)
					for j := range a {
						a[j] = t.add(a[j], w[len(in)*cells+j])
					}
					return a
				}
				open, keep, show, fresh := t.each(t.sigmoid, gate(0)), t.each(t.sigmoid, gate(1)), t.each(t.sigmoid, gate(2)),
					t.each(t.tanh, gate(3))
				next := make([]num, cells)
				for j := range cells {
					state[j] = t.add(t.mul(keep[j], state[j]), t.mul(open[j], fresh[j]))
					next[j] = t.mul(show[j], t.tanh(state[j]))
				}
				out = next
				below[s] = out
			}
			x = x[4*size:]
		}
		return t.square(t.sub(t.sum(below[steps-1]), t.constant(1.5)))
	}
}

// faint is a calm tensor a, and one of which the loss has little: a share of a
// bent function of b.
func faint(name string, share, offset float64) problem {
	return traced(name, vectors(3, "a", "b"), []float64{0.4, -1.2, 0.9, 0.3, 0.8, -0.6}, 0, func(t *tape, x []num) num {
		s := t.add(t.constant(offset), t.sum(t.each(t.sin, x[:3])))
		return t.add(s, t.scale(share, t.add(t.square(t.sum(x[3:])), t.sum(t.each(t.tanh, x[3:])))))
	})
}

// chain is a row of sigmoids, each of the one before: the first parameters
// hardly move the last.
func chain(t *tape, x []num) num {
	a := t.constant(0.5)
	for k := 0; k < len(x); k += 2 {
		a = t.sigmoid(t.add(t.mul(x[k], a), x[k+1]))
	}
	return t.add(a, t.sum(t.each(t.square, x[len(x)-2:])))
}

func hiddens() []hidden {
	layout, x, lstm := recurrent()
	shut := []string{"Wi1", "Wf1", "bf1"}
	others := []string{"bi1", "Wo1", "bo1", "Wg1", "bg1", "Wi2", "bi2", "Wf2", "bf2", "Wo2", "bo2"}
	saturated := func(t *tape, x []num) num {
		sum := t.constant(0)
		for i, v := range x[:3] {
			sum = t.add(sum, t.mul(x[3+i], t.tanh(t.scale(18, v))))
		}
		return t.square(sum)
	}
	attention := func(t *tape, x []num) num { // the second key is e⁻³⁶ of the first
		e := t.exp(t.scale(-36, t.mul(x[2], x[2])))
		value := t.add(t.square(x[0]), t.mul(e, t.add(t.square(x[3]), t.sin(x[4]))))
		return t.add(t.div(value, t.add(t.constant(1), e)), t.sin(x[1]))
	}
	single := faint("", 1e-7, 1)
	rounds := faint("a loss of six digits", 1e-8, 1)
	rounds.loss = func(f func([]float64) float64) func([]float64) float64 {
		return func(x []float64) float64 { return math.Round(f(x)*1e6) / 1e6 }
	}(rounds.loss)
	return []hidden{
		// The table's own.
		{tracedSingle("lstm", layout, x, true, lstm), shut, true, others},
		// Others of the kind.
		{tracedSingle("lstm", layout, x, false, lstm), shut, false, others},
		{traced("lstm", layout, x, 0, lstm), shut, true, others},
		{faint("a share of 1e-12", 1e-12, 1), []string{"b"}, false, nil},
		{faint("a share of 1e-15", 1e-15, 1), []string{"b"}, false, nil},
		{faint("a share of 1e-5 beside 1e9", 1e-5, 1e9), []string{"b"}, false, nil},
		{problem{name: "a share of 1e-7 in float32", layout: single.layout, x: single.x,
			single: true}.trace(&tape{single: true}, func(t *tape, x []num) num {
			s := t.add(t.constant(1), t.sum(t.each(t.sin, x[:3])))
			return t.add(s, t.scale(1e-7, t.square(t.sum(x[3:]))))
		}), []string{"b"}, false, nil},
		{rounds, []string{"b"}, false, nil},
		{traced("saturated units", vectors(3, "b", "a"), []float64{1.01, -0.99, 1.02, 0.7, -0.3, 0.5}, 0, saturated),
			[]string{"b"}, false, nil},
		{traced("attention to one key", gradtwin.Layout{{Name: "a", Shape: []int{2}}, {Name: "scale", Shape: []int{}},
			{Name: "b", Shape: []int{2}}},
			[]float64{0.6, 0.2, 1, 0.9, -0.4}, 0, attention), []string{"b"}, false, []string{"scale"}},
		{traced("a chain of sigmoids", vectors(8, "b", "middle", "a"), append(repeat(0.9, 16), repeat(-0.5, 8)...), 0, chain),
			[]string{"b"}, false, nil},
	}
}

// A wrong gradient of tensors below what the loss shows is found or the check
// is not judged; it never passes. A right one is never wrong, and passes where
// these tensors are allowed to be unseen.
func TestUnseen(t *testing.T) {
	var checks []check
	for _, h := range hiddens() {
		for what, factor := range map[string]float64{"zeroed": 0, "negated": -1, "doubled": 2} {
			spoil := func(g, _ []float64) {
				for _, name := range h.tensors {
					lo, hi := h.p.span(name)
					times(factor)(g[lo:hi], nil)
				}
			}
			c := check{name: h.p.name + "/" + what, p: h.p, fault: spoil, want: foundWrong | notJudged}
			if h.seen {
				c.want = foundWrong
			}
			checks = append(checks, c)
			if h.p.wide != nil {
				c.name, c.twin = c.name+" in the twin too", spoil
				checks = append(checks, c)
			}
		}
		right := check{name: h.p.name + "/right", p: h.p, want: passed | notJudged}
		allowed := check{name: h.p.name + "/right, unseen allowed", p: h.p, want: passed,
			options: allow(compare.Options{}, h.names()...)}
		checks = append(checks, right, allowed)
	}
	run(t, checks)
}

// What is seen stays wrong, whatever is allowed to be unseen.
func TestUnseenAllowsNothingWrong(t *testing.T) {
	var checks []check
	for _, h := range hiddens() {
		lo, hi := 0, len(h.p.x)
		for _, tensor := range h.p.layout {
			if !slices.Contains(h.names(), tensor.Name) {
				lo, hi = h.p.span(tensor.Name) // the last that is seen
			}
		}
		checks = append(checks, check{name: h.p.name, p: h.p, fault: timesFrom(lo, hi, -2), twin: timesFrom(lo, hi, -2),
			want:    foundWrong,
			options: allow(compare.Options{}, h.names()...)})
	}
	run(t, checks)
}

// A tensor that the loss does not depend on has a gradient of zero, and passes.
func TestStillTensors(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	var checks []check
	for range 10 {
		x := draws(r.Uint64(), 8, math.Exp(4*r.NormFloat64()))
		p := problem{name: "still", layout: vectors(4, "still", "moving"), x: x,
			loss: func(x []float64) float64 { return math.Hypot(x[4], x[5]) + math.Hypot(x[6], x[7]) },
			grad: func(g, x []float64) {
				clear(g)
				a, b := math.Hypot(x[4], x[5]), math.Hypot(x[6], x[7])
				g[4], g[5], g[6], g[7] = x[4]/a, x[5]/a, x[6]/b, x[7]/b
			}}
		checks = append(checks, check{name: p.name, p: p, want: passed},
			check{name: "nonzero", p: p, fault: setTo(1, 0.2), want: foundWrong})
	}
	run(t, checks)
}

// A loss that adds a tiny term to 1 stands still, and so a gradient of that term is
// not wrong; one that could not hide there is.
func TestHiddenInOne(t *testing.T) {
	var checks []check
	for _, size := range []float64{1e-17, 1e-18, 1e-20, 1e-25, 1e-30, 1e-33, 1e-40, 1e-80, 1e-150, 1e-300} {
		p := problem{
			name: fmt.Sprintf("log(1 + %g·x²)", size), x: []float64{0.3, -0.5, 0.7},
			loss: func(x []float64) float64 {
				sum := 1.0
				for _, v := range x {
					sum += size * v * v
				}
				return math.Log(sum)
			},
			grad: func(g, x []float64) {
				for i, v := range x {
					g[i] = 2 * size * v
				}
			},
		}
		checks = append(checks, check{name: p.name, p: p, want: notJudged},
			check{name: p.name + ", a mask left out", p: p, want: foundWrong, fault: func(g, _ []float64) { g[1] = 1e-3 }})
	}
	run(t, checks)
}
