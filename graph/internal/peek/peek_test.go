package peek

import (
	"slices"
	"testing"

	// Gorgonia panics at the start of a program without it.
	_ "go4.org/unsafe/assume-no-moving-gc"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Operands are those that the node was made of, also when the graph's own index
// is wrong, as it is behind BinaryXent.
func TestChildren(t *testing.T) {
	g := gorgonia.NewGraph()
	vector := func(name string) *gorgonia.Node {
		return gorgonia.NewVector(g, tensor.Float64, gorgonia.WithName(name), gorgonia.WithShape(3))
	}
	p, y := vector("p"), vector("y")
	gorgonia.Must(gorgonia.BinaryXent(p, y))
	a := gorgonia.Must(gorgonia.Sub(y, p))
	b := gorgonia.Must(gorgonia.HadamardProd(a, p))
	for _, c := range []struct {
		of   *gorgonia.Node
		want gorgonia.Nodes
	}{{p, nil}, {a, gorgonia.Nodes{y, p}}, {b, gorgonia.Nodes{a, p}}} {
		if got := Children(c.of); !slices.Equal(got, c.want) {
			t.Errorf("%v has the operands %v: want %v", c.of, got, c.want)
		}
	}
}

func TestSettings(t *testing.T) {
	x := gorgonia.NewTensor(gorgonia.NewGraph(), tensor.Float64, 4, gorgonia.WithName("x"), gorgonia.WithShape(1, 2, 4, 6))
	pool := gorgonia.Must(gorgonia.MaxPool2D(x, tensor.Shape{2, 3}, []int{0, 1}, []int{1, 2})).Op()
	sum := gorgonia.Must(gorgonia.Sum(x, 1, 3)).Op()
	dropout := gorgonia.Must(gorgonia.Dropout(x, 0.3)).Op()
	if w, ok := Int(pool, "w"); !ok || w != 3 {
		t.Errorf("w is %d, %v: want 3", w, ok)
	}
	if along := Ints(sum, "along"); !slices.Equal(along, []int{1, 3}) {
		t.Errorf("along is %v: want [1 3]", along)
	}
	if p, ok := Float(dropout, "probability"); !ok || p != 0.3 {
		t.Errorf("probability is %v, %v: want 0.3", p, ok)
	}
	if on, ok := Bool(dropout, "isTraining"); !ok || !on {
		t.Errorf("isTraining is %v, %v: want true", on, ok)
	}
	if TypeName(pool) != "maxPoolOp" || TypeName(sum) != "sumOp" || !IsGorgonias(pool) || !IsGorgonias(sum) {
		t.Errorf("types %s, %s: want Gorgonia's maxPoolOp and sumOp", TypeName(pool), TypeName(sum))
	}
	_, i := Int(pool, "none")
	_, b := Bool(sum, "along")
	_, f := Float(pool, "w")
	if i || b || f || Ints(pool, "w") != nil {
		t.Error("a setting is found that is not there, or not of that kind")
	}
}

func TestSetFunc(t *testing.T) {
	g := gorgonia.NewGraph()
	x := gorgonia.NewVector(g, tensor.Float64, gorgonia.WithName("x"), gorgonia.WithShape(4))
	op := gorgonia.Must(gorgonia.Dropout(x, 0.5)).Op()
	for _, c := range []struct{ drawn, want float64 }{{0, 2}, {0.75, 0}} {
		SetFunc(op, "rndGen", func() float64 { return c.drawn })
		v, err := op.Do(tensor.Ones(tensor.Float64, 4))
		if err != nil {
			t.Fatal(err)
		}
		if got := v.Data().([]float64)[3]; got != c.want {
			t.Errorf("dropout at a draw of %v gives %v: want %v", c.drawn, got, c.want)
		}
	}
	SetFunc(op, "none", func() float64 { return 0 }) // of no effect
}
