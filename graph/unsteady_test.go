package graph_test

import (
	"math"
	"strings"
	"sync"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph"
)

// counting is a user's operation whose value depends on how often it ran.
type counting struct {
	log2
	runs int
}

func (c *counting) String() string { return "counting" }

func (c *counting) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	c.runs++
	return gorgonia.NewF64(in[0].Data().(float64) + float64(c.runs)), nil
}

func TestUnsteady(t *testing.T) {
	m := newMaker(tensor.Float64)
	x := m.input("x", 1, 2)
	w, err := graph.Wrap(must(gorgonia.Exp(must(gorgonia.ApplyOp(&counting{}, must(gorgonia.Square(x)))))), x)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := w.Unsteady(), "counting %2 (scalar), *graph_test.counting"; got != want {
		t.Errorf("unsteady: %q: want %q", got, want)
	}
	steady, err := graph.Wrap(must(gorgonia.Sum(must(gorgonia.Square(m.input("y", 1, 2, 3))))))
	if err != nil {
		t.Fatal(err)
	}
	if got := steady.Unsteady(); got != "" {
		t.Errorf("unsteady: %q: want nothing", got)
	}
	if notes := w.Notes(); len(notes) != 1 || !strings.HasSuffix(notes[0], "is not restored: counting %2 (scalar)") {
		t.Errorf("notes %q: want that counting's state is not restored", notes)
	}
}

func TestNotFinite(t *testing.T) {
	m := newMaker(tensor.Float64)
	x := m.input("x", 1, 2, 3)
	w, err := graph.Wrap(must(gorgonia.Sum(must(gorgonia.Exp(must(gorgonia.Log(x)))))), x)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		at   float64
		want string
	}{
		{0.5, ""},
		{-1, "ln %1 (3), of x: element 1 is NaN"},
		{0, "ln %1 (3), of x: element 1 is -Inf"},
		{math.Inf(1), "input x: element 1 is +Inf"},
	} {
		w.Set(1, c.at)
		if got := w.NotFinite(); got != c.want {
			t.Errorf("at %v: %q: want %q", c.at, got, c.want)
		}
	}
}

// A gradient that is NaN where the loss is a number begins in the gradient, and
// what is known of the operation that it is the derivative of is said.
func TestNotFiniteGradient(t *testing.T) {
	for _, c := range []struct {
		of   func(x *gorgonia.Node) (*gorgonia.Node, error)
		at   []float64
		want []string
	}{
		{gorgonia.Sqrt, []float64{0, -1, -1}, []string{"the gradient's ÷ ", "element 0 is "}},
		{func(x *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.Sparsemax(x, 0) }, []float64{0.1, -2, 1},
			[]string{"the gradient's ", "known: Sparsemax %2 (3×1)"}},
	} {
		m := newMaker(tensor.Float64)
		x := m.input("x", 0.5, 1.5, 3, 1)
		y := must(c.of(must(gorgonia.Neg(x))))
		w, err := graph.Wrap(must(gorgonia.Sum(must(gorgonia.HadamardProd(y, m.input("v", 0.5, 1.5, 3, 1))))), x)
		if err != nil {
			t.Fatal(err)
		}
		for i, x := range c.at {
			w.Set(i, x)
		}
		got := w.NotFinite()
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%q: want %q", got, want)
			}
		}
	}
}

// An input that another goroutine changes is not called overwritten by the
// graph's operations.
func TestChangedFromOutside(t *testing.T) {
	m := newMaker(tensor.Float64)
	x := m.input("x", 1, 2, 4)
	w, err := graph.Wrap(
		must(gorgonia.Sum(must(gorgonia.Square(must(gorgonia.ApplyOp(&meddling{other: x}, must(gorgonia.Neg(x)))))))), x)
	if err != nil {
		t.Fatal(err)
	}
	const want = "input x has changed during the run, and no operation of the graph writes there"
	if _, err := w.Loss(); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v: want %q", err, want)
	}
}

// meddling stands for another goroutine: it changes an input once, during the
// first run, and not as its result.
type meddling struct {
	log2
	other *gorgonia.Node
	once  sync.Once
}

func (d *meddling) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	d.once.Do(func() { d.other.Value().Data().([]float64)[0]++ })
	return gorgonia.CloneValue(in[0])
}
