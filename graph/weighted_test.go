package graph_test

import (
	"fmt"
	"math"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/compare"
	"gradtwin/graph"
)

// A node of any shape is checked, as a weighted sum of its elements.
func TestAnyNode(t *testing.T) {
	for _, c := range []struct {
		name  string
		build func(m *maker) (y *gorgonia.Node, wrt gorgonia.Nodes)
		noted bool
	}{
		{"a vector", func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
			x := m.input("x", 1, 2, 3)
			return must(gorgonia.Exp(x)), gorgonia.Nodes{x}
		}, true},
		{"a matrix", func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
			x, w := m.input("x", 1, 2, 4, 3), m.input("w", 1, 2, 3, 2)
			return must(gorgonia.SoftMax(must(gorgonia.Mul(x, w)))), gorgonia.Nodes{w}
		}, true},
		{"of rank four", func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
			x, k := m.input("x", -1, 1, 2, 1, 5, 5), m.input("k", -1, 1, 3, 1, 3, 3)
			return must(gorgonia.Conv2d(x, k, tensor.Shape{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1})), gorgonia.Nodes{k}
		}, true},
		{"of shape (1,1)", func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
			a, b := m.input("a", 0, 1, 1, 3), m.input("b", 0, 1, 3, 1)
			return must(gorgonia.Mul(a, b)), gorgonia.Nodes{a, b}
		}, false},
		{"of shape (1)", func(m *maker) (*gorgonia.Node, gorgonia.Nodes) {
			a, b := m.input("a", 0, 1, 1, 3), m.input("b", 0, 1, 3)
			return must(gorgonia.Mul(a, b)), gorgonia.Nodes{a, b}
		}, false},
	} {
		for _, dtype := range []tensor.Dtype{tensor.Float64, tensor.Float32} {
			t.Run(fmt.Sprint(c.name, " ", dtype), func(t *testing.T) {
				y, wrt := c.build(newMaker(dtype))
				w, err := graph.Wrap(y, wrt...)
				if err != nil {
					t.Fatal(err)
				}
				if got := len(w.Notes()) == 1; got != c.noted {
					t.Errorf("notes %q: want one: %v", w.Notes(), c.noted)
				}
				compare.Assert(t, w)
				machine, err := w.WithTapeMachine()
				if err != nil {
					t.Fatal(err)
				}
				f := loss(t, w)
				if got := loss(t, machine); got != f {
					t.Errorf("the machine's loss is %v: want %v", got, f)
				}
				wantNear(t, "gradient of the machine", gradient(t, machine), gradient(t, w), 0)
				vm := gorgonia.NewTapeMachine(y.Graph())
				if err := vm.RunAll(); err != nil {
					t.Fatal(err)
				}
				if got := toFloats(y.Value())[0]; len(toFloats(y.Value())) == 1 && got != f {
					t.Errorf("loss %v: want the only element, %v", f, got)
				}
				if dtype == tensor.Float32 {
					wide, err := w.Float64()
					if err != nil {
						t.Fatal(err)
					}
					if got := loss(t, wide); math.Abs(got-f) > 1e-5*math.Max(1, math.Abs(f)) {
						t.Errorf("loss in float64 %v: want %v", got, f)
					}
				}
			})
		}
	}
}

// Weights have sizes between 1/2 and 1 and both signs, and are the same each
// time.
func TestWeights(t *testing.T) {
	m := newMaker(tensor.Float64)
	x := m.input("x", 1, 2, 200)
	w, err := graph.Wrap(must(gorgonia.Neg(x)), x)
	if err != nil {
		t.Fatal(err)
	}
	again, err := graph.Wrap(must(gorgonia.Neg(x)), x)
	if err != nil {
		t.Fatal(err)
	}
	g := gradient(t, w)
	wantNear(t, "weights", gradient(t, again), g, 0)
	positive := 0
	for i, v := range g {
		if a := math.Abs(v); a < 0.5 || a > 1 {
			t.Errorf("weight %d is %v: want a size between 1/2 and 1", i, v)
		}
		if v > 0 {
			positive++
		}
	}
	if positive < 60 || positive > 140 { // 5.7 standard deviations of 200 fair coins
		t.Errorf("%d of %d weights have one sign", positive, len(g))
	}
}

// The gradient of a weighted sum can be differentiated again.
func TestSecondOrderOfAnyNode(t *testing.T) {
	m := newMaker(tensor.Float64)
	x := m.input("x", 1, 2, 3, 2)
	w, err := graph.Wrap(must(gorgonia.Exp(must(gorgonia.Square(x)))), x)
	if err != nil {
		t.Fatal(err)
	}
	second, err := w.SecondOrder(1)
	if err != nil {
		t.Fatal(err)
	}
	compare.Assert(t, second)
}
