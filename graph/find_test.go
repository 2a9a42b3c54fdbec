package graph_test

import (
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/compare"
	"gradtwin/graph"
)

func grad(cost *gorgonia.Node, wrt ...*gorgonia.Node) gorgonia.Nodes {
	grads, err := gorgonia.Grad(cost, wrt...)
	if err != nil {
		panic(err)
	}
	return grads
}

func TestWrapGraph(t *testing.T) {
	for _, c := range []struct {
		name  string
		build func(m *maker, x, w *gorgonia.Node)
		names string // of the inputs found
		want  string // a part of the error
	}{
		{"a Grad", func(m *maker, x, w *gorgonia.Node) {
			grad(must(gorgonia.Sum(must(gorgonia.Square(must(gorgonia.Mul(x, w)))))), w)
		}, "w", ""},
		{"of a cost that is read and used", func(m *maker, x, w *gorgonia.Node) {
			cost := must(gorgonia.Sum(must(gorgonia.Square(must(gorgonia.Mul(x, w))))))
			grad(cost, x, w)
			var v gorgonia.Value
			gorgonia.Read(cost, &v)
			must(gorgonia.Mul(cost, m.constant(100)))
		}, "x w", ""},
		{"of BinaryXent", func(m *maker, x, w *gorgonia.Node) {
			p := must(gorgonia.Sigmoid(must(gorgonia.Mul(x, w))))
			grad(must(gorgonia.Mean(must(gorgonia.BinaryXent(p, m.input("y", 0, 1, 4, 2))))), w)
		}, "w", ""},
		{"no Grad", func(m *maker, x, w *gorgonia.Node) {
			must(gorgonia.Sum(must(gorgonia.Mul(x, w))))
		}, "", "no Grad of a cost was taken in the graph: give one to Wrap; " +
			"scalars that nothing is computed from: Σ[0 1] %3 (scalar)"},
		{"two costs", func(m *maker, x, w *gorgonia.Node) {
			y := must(gorgonia.Mul(x, w))
			grad(must(gorgonia.Sum(y)), w)
			grad(must(gorgonia.Mean(must(gorgonia.Square(y)))), w)
		}, "", "a Grad of 2 costs was taken in the graph: Σ[0 1] %3 (scalar), ÷ "},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMaker(tensor.Float64)
			c.build(m, m.input("x", 1, 2, 4, 3), m.input("w", 1, 2, 3, 2))
			f, err := graph.WrapGraph(m.g)
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Fatalf("error %v: want %q", err, c.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, p := range f.Layout() {
				names = append(names, p.Name)
			}
			if got := strings.Join(names, " "); got != c.names {
				t.Errorf("inputs %s: want %s", got, c.names)
			}
			compare.Assert(t, f)
		})
	}
	if _, err := graph.WrapGraph(nil); err == nil {
		t.Error("no error for a nil graph")
	}
}

// A node that no Grad was taken of is checked by a Grad of its own, in a graph
// where another cost's was taken.
func TestAnotherCost(t *testing.T) {
	m := newMaker(tensor.Float64)
	x, w := m.input("x", 1, 2, 4, 3), m.input("w", 1, 2, 3, 2)
	y := must(gorgonia.Mul(x, w))
	grad(must(gorgonia.Sum(must(gorgonia.Square(y)))), w)
	for _, cost := range []*gorgonia.Node{y, must(gorgonia.Mean(must(gorgonia.Exp(must(gorgonia.Neg(y))))))} {
		f, err := graph.Wrap(cost, w)
		if err != nil {
			t.Fatal(err)
		}
		compare.Assert(t, f)
	}
}

// Inputs without a name are told apart in errors by their numbers.
func TestUnnamed(t *testing.T) {
	m := newMaker(tensor.Float64)
	x := m.input("x", 1, 2, 3)
	y := gorgonia.NewVector(m.g, tensor.Float64, gorgonia.WithShape(3))
	_, err := graph.Wrap(must(gorgonia.Sum(must(gorgonia.HadamardProd(x, y)))), x)
	if want := "input unnamed %1 (3) has no value: give it"; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error %v: want %s", err, want)
	}
}

// A value with a gradient that is no node.
type loose struct{ gorgonia.ValueGrad }

func TestWrapModel(t *testing.T) {
	m := newMaker(tensor.Float64)
	x, w := m.input("x", 1, 2, 4, 3), m.input("w", 1, 2, 3, 2)
	cost := must(gorgonia.Sum(must(gorgonia.Square(must(gorgonia.Mul(x, w))))))
	f, err := graph.WrapModel(cost, gorgonia.NodesToValueGrads(gorgonia.Nodes{w, x}))
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Layout(); len(got) != 2 || got[0].Name != "w" || got[1].Name != "x" {
		t.Errorf("layout %v: want w and x", got)
	}
	compare.Assert(t, f)
	if _, err := graph.WrapModel(cost, []gorgonia.ValueGrad{w, loose{}}); err == nil ||
		!strings.Contains(err.Error(), "input 2 is a graph_test.loose: want a node") {
		t.Errorf("error %v: want that input 2 is no node", err)
	}
}

// The scale and the bias that BatchNorm makes are named after its input's text.
func TestGeneratedNames(t *testing.T) {
	m := newMaker(tensor.Float64)
	x := m.input("x", 1, 2, 4, 3)
	var params gorgonia.Nodes
	y := x
	for range 2 {
		var scale, bias *gorgonia.Node
		var err error
		if y, scale, bias, _, err = gorgonia.BatchNorm(must(gorgonia.Square(y)), nil, nil, 0.9, 1e-5); err != nil {
			t.Fatal(err)
		}
		params = append(params, scale, bias)
	}
	f, err := graph.Wrap(must(gorgonia.Sum(must(gorgonia.Square(y)))), params...)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range f.Layout() {
		names = append(names, p.Name)
	}
	if got, want := strings.Join(names, " "), "γ β γ(2) β(2)"; got != want {
		t.Errorf("names %s: want %s", got, want)
	}
}
