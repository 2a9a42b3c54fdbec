package graph_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/compare"
	"gradtwin/graph"
)

// Random nodes keep one draw in the loss, in the gradient, in copies and in
// float64.
func TestHeld(t *testing.T) {
	for _, c := range []struct {
		name  string
		build func(m *maker, x *gorgonia.Node) *gorgonia.Node
		notes int
		right bool // the gradient
	}{
		{"uniform noise", func(m *maker, x *gorgonia.Node) *gorgonia.Node {
			return must(gorgonia.Mul(x, gorgonia.UniformRandomNode(m.g, m.dtype, -1, 1, 6, 2)))
		}, 1, true},
		{"Gaussian noise, twice", func(m *maker, x *gorgonia.Node) *gorgonia.Node {
			e := gorgonia.GaussianRandomNode(m.g, m.dtype, 0, 1, 10, 6)
			return must(gorgonia.HadamardProd(must(gorgonia.Add(x, e)), must(gorgonia.Exp(e))))
		}, 2, true},
		{"binomial mask", func(m *maker, x *gorgonia.Node) *gorgonia.Node {
			return must(gorgonia.HadamardProd(x, gorgonia.BinomialRandomNode(m.g, m.dtype, 1, 0.5, 10, 6)))
		}, 1, true},
		{"a scalar", func(m *maker, x *gorgonia.Node) *gorgonia.Node {
			return must(gorgonia.HadamardProd(x, gorgonia.UniformRandomNode(m.g, m.dtype, 1, 2)))
		}, 1, true},
		{"noise that is overwritten", func(m *maker, x *gorgonia.Node) *gorgonia.Node {
			e := must(gorgonia.Reshape(gorgonia.UniformRandomNode(m.g, m.dtype, -1, 1, 60), tensor.Shape{10, 6}))
			return must(gorgonia.HadamardProd(x, must(gorgonia.Square(must(gorgonia.Add(e, m.constant(1)))))))
		}, 1, true},
		{"dropout of a half", func(m *maker, x *gorgonia.Node) *gorgonia.Node {
			return must(gorgonia.Dropout(x, 0.5))
		}, 1, true},
		{"dropout behind a ReLU", func(m *maker, x *gorgonia.Node) *gorgonia.Node {
			return must(gorgonia.Dropout(must(gorgonia.Rectify(must(gorgonia.Sub(x, m.constant(1.5))))), 0.5))
		}, 1, true},
		{"dropout of 0.3", func(m *maker, x *gorgonia.Node) *gorgonia.Node {
			return must(gorgonia.Dropout(x, 0.3))
		}, 1, false},
		{"nothing random", func(m *maker, x *gorgonia.Node) *gorgonia.Node { return must(gorgonia.Square(x)) }, 0, true},
	} {
		for _, dtype := range []tensor.Dtype{tensor.Float64, tensor.Float32} {
			t.Run(fmt.Sprint(c.name, " ", dtype), func(t *testing.T) {
				m := newMaker(dtype)
				x := m.input("x", 1, 2, 10, 6)
				cost := must(gorgonia.Sum(must(gorgonia.Square(c.build(m, x)))))
				w, err := graph.Wrap(cost, x)
				if err != nil {
					t.Fatal(err)
				}
				if notes := w.Notes(); len(notes) != c.notes {
					t.Errorf("notes %q: want %d", notes, c.notes)
				}
				want, f := gradient(t, w), loss(t, w)
				clone, err := w.Clone()
				if err != nil {
					t.Fatal(err)
				}
				machine, err := w.WithTapeMachine()
				if err != nil {
					t.Fatal(err)
				}
				for name, again := range map[string]compare.Function{"again": w, "a clone": clone, "the machine": machine} {
					if got := loss(t, again); got != f {
						t.Errorf("%s: loss %v: want %v", name, got, f)
					}
					wantNear(t, name, gradient(t, again), want, 0)
				}
				if dtype == tensor.Float32 {
					wide, err := w.Float64()
					if err != nil {
						t.Fatal(err)
					}
					if got := loss(t, wide); math.Abs(got-f) > 1e-4*math.Abs(f) {
						t.Errorf("float64: loss %v: want %v", got, f)
					}
					wantNear(t, "float64", gradient(t, wide), want, 1e-4)
				}
				report, err := compare.Check(t.Context(), w, compare.Options{})
				if err != nil {
					t.Fatal(err)
				}
				if report.OK() != c.right {
					t.Errorf("the check says %v: want %v", report.OK(), c.right)
				}
			})
		}
	}
}

// The derivative of Dropout is dy/p where dy/(1−p) is right: at 0.3 it is
// 0.7/0.3 times too much.
func TestDropoutRatio(t *testing.T) {
	m := newMaker(tensor.Float64)
	x := m.input("x", 1, 2, 4, 5)
	w, err := graph.Wrap(must(gorgonia.Sum(must(gorgonia.Dropout(x, 0.3)))), x)
	if err != nil {
		t.Fatal(err)
	}
	got, right := gradient(t, w), central(t, w, 1e-5)
	dropped := 0
	for i := range got {
		if right[i] == 0 {
			dropped++
			continue
		}
		if ratio := got[i] / right[i]; math.Abs(ratio-0.7/0.3) > 1e-6 {
			t.Errorf("element %d: ratio %v: want 7/3", i, ratio)
		}
	}
	if dropped == len(got) {
		t.Error("all elements are dropped")
	}
}

// At exact zeros the derivative of Dropout(½) is 0 where the mask is not.
func TestDropoutOfZeros(t *testing.T) {
	m := newMaker(tensor.Float64)
	x := m.input("x", 0, 0, 4, 5)
	w, err := graph.Wrap(must(gorgonia.Sum(must(gorgonia.Dropout(x, 0.5)))), x)
	if err != nil {
		t.Fatal(err)
	}
	if right := central(t, w, 1e-5); !slices.ContainsFunc(right, func(d float64) bool { return math.Abs(d-2) < 1e-6 }) {
		t.Errorf("differences %v: want some of 2", right)
	}
	if slices.ContainsFunc(gradient(t, w), func(d float64) bool { return d != 0 }) {
		t.Error("the gradient is not Gorgonia's, which is 0")
	}
}

// In evaluation mode dropout passes its operand through.
func TestDropoutInEvaluation(t *testing.T) {
	m := newMaker(tensor.Float64)
	x := m.input("x", 1, 2, 4)
	w, err := graph.Wrap(must(gorgonia.Sum(must(gorgonia.Dropout(x, 0.3)))), x)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.WithTapeMachine(gorgonia.EvalMode()); err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for i := range 4 {
		sum += w.At(i)
	}
	if got := loss(t, w); math.Abs(got-sum) > 1e-12 {
		t.Errorf("loss %v: want %v", got, sum)
	}
}

// Random nodes of one type and shape become one node, even of two distributions:
// the note says so. Named in time, they stay two.
func TestMergedRandomNodes(t *testing.T) {
	for _, name := range []bool{false, true} {
		m := newMaker(tensor.Float64)
		x := m.input("x", 1, 2, 5)
		a := gorgonia.UniformRandomNode(m.g, m.dtype, 0, 1, 5)
		if name {
			gorgonia.WithName("a")(a)
		}
		b := gorgonia.GaussianRandomNode(m.g, m.dtype, 0, 1, 5)
		w, err := graph.Wrap(must(gorgonia.Sum(must(gorgonia.HadamardProd(must(gorgonia.Add(x, a)), b)))), x)
		if err != nil {
			t.Fatal(err)
		}
		const merged = "uniform random node %1 (5) is used 2 times: Gorgonia makes one node of all"
		if got := strings.Contains(strings.Join(w.Notes(), "\n"), merged); got == name {
			t.Errorf("named %v: notes %q: want one of merging: %v", name, w.Notes(), !name)
		}
	}
}

// Every program draws the same, and Redraw something else.
func TestRedraw(t *testing.T) {
	build := func() *graph.Wrapped {
		m := newMaker(tensor.Float64)
		x := m.input("x", 1, 2, 10, 6)
		y := must(gorgonia.Add(must(gorgonia.Dropout(x, 0.5)), gorgonia.GaussianRandomNode(m.g, m.dtype, 0, 1, 10, 6)))
		w, err := graph.Wrap(must(gorgonia.Sum(must(gorgonia.Square(y)))), x)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	w := build()
	first := loss(t, w)
	if got := loss(t, build()); got != first {
		t.Errorf("loss %v of the graph built again: want %v", got, first)
	}
	if err := w.Redraw(2); err != nil {
		t.Fatal(err)
	}
	if second := loss(t, w); second == first {
		t.Errorf("loss %v with another draw as well", second)
	}
	compare.Assert(t, w)
	if err := w.Redraw(1); err != nil {
		t.Fatal(err)
	}
	if got := loss(t, w); got != first {
		t.Errorf("loss %v with the first draw again: want %v", got, first)
	}
}

// Draws have the mean and the variance of what they are drawn from.
func TestDrawnDistributions(t *testing.T) {
	const n = 20000
	for _, c := range []struct {
		name           string
		node           func(g *gorgonia.ExprGraph) *gorgonia.Node
		mean, variance float64
	}{
		{"uniform on [2, 5)", func(g *gorgonia.ExprGraph) *gorgonia.Node {
			return gorgonia.UniformRandomNode(g, tensor.Float64, 2, 5, n)
		}, 3.5, 0.75},
		{"Gaussian, 2 and 3", func(g *gorgonia.ExprGraph) *gorgonia.Node {
			return gorgonia.GaussianRandomNode(g, tensor.Float64, 2, 3, n)
		}, 2, 9},
		{"binomial, 10 of 0.3", func(g *gorgonia.ExprGraph) *gorgonia.Node {
			return gorgonia.BinomialRandomNode(g, tensor.Float64, 10, 0.3, n)
		}, 3, 2.1},
	} {
		m := newMaker(tensor.Float64)
		x := m.input("x", 0, 0, n)
		w, err := graph.Wrap(must(gorgonia.Mean(must(gorgonia.Square(must(gorgonia.Sub(c.node(m.g), x)))))), x)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, d := range gradient(t, w) { // −2·(e − x)/n
			sum -= d / 2
		}
		second := loss(t, w)
		tol := 5 * math.Sqrt(c.variance/n) // five standard errors of the mean
		if math.Abs(sum-c.mean) > tol || math.Abs(second-sum*sum-c.variance) > 0.1*c.variance {
			t.Errorf("%s: mean %v, variance %v: want %v, %v", c.name, sum, second-sum*sum, c.mean, c.variance)
		}
	}
}

func TestNotes(t *testing.T) {
	m := newMaker(tensor.Float64)
	x := m.input("x", 1, 2, 4, 3)
	y := must(gorgonia.Add(must(gorgonia.Dropout(x, 0.3)), gorgonia.GaussianRandomNode(m.g, m.dtype, 0, 1, 4, 3)))
	w, err := graph.Wrap(y, x)
	if err != nil {
		t.Fatal(err)
	}
	want := "held at one draw for the whole check: Dropout %1 (4×3), Gaussian random node %2 (4×3)\n" +
		"+ %3 (4×3) is made a scalar by fixed pseudo-random weights"
	if got := strings.Join(w.Notes(), "\n"); got != want {
		t.Errorf("notes\n%s\nwant\n%s", got, want)
	}
}
