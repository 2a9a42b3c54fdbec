package graph_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/compare"
	"gradtwin/graph"
)

func TestSecondOrder(t *testing.T) {
	// The operations that Gorgonia cannot differentiate again, or whose second
	// derivative it has in the wrong shape (the outer product's).
	stops := map[string]string{
		"log softmax":            "the operation SoftmaxDiff{-1, true}()",
		"two layers, softmax":    "the operation SoftmaxDiff{-1, false}()",
		"convolution, pooling":   "the operation MaxPoolDiff",
		"reshape, slice, concat": "the operation T[2:4:1...]+=...",
		"tanh, recurrent":        "used by + false, Aᵀ × b, a ⊗ b: derivatives of shapes (3), (4)",
	}
	for name, build := range costs {
		for _, p := range []struct {
			dtype  tensor.Dtype
			h, tol float64
		}{{tensor.Float64, 1e-5, 1e-7}, {tensor.Float32, 1e-2, 1e-2}} {
			t.Run(name+" "+p.dtype.String(), func(t *testing.T) {
				cost, wrt := build(newMaker(p.dtype))
				w, err := graph.Wrap(cost, wrt...)
				if err != nil {
					t.Fatal(err)
				}
				s, err := w.SecondOrder(1)
				if want := stops[name]; want != "" {
					if err == nil || !strings.Contains(err.Error(), want) {
						t.Errorf("error %v: want %q", err, want)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				wantNear(t, "gradient", gradient(t, s), central(t, s, p.h), p.tol)
			})
		}
	}
}

// The checker's second order judges the gradient of the gradient.
func TestSecondOrderCheck(t *testing.T) {
	ctx := context.Background()
	m := newMaker(tensor.Float64)
	x := m.input("x", 1, 2, 3)
	w, err := graph.Wrap(must(gorgonia.Sum(must(gorgonia.Cube(x)))), x)
	if err != nil {
		t.Fatal(err)
	}
	r, err := compare.Check(ctx, w, compare.Options{Order: 2})
	if err != nil || !r.OK() || r.Checked != 3 || !strings.Contains(r.Replay, "Order: 2") {
		t.Errorf("second order of a cube: %v, %v", r, err)
	}
	// The derivative of an outer product, which Gorgonia has wrong.
	m = newMaker(tensor.Float64)
	a, v := m.input("a", -1, 1, 3, 3), m.input("v", -1, 1, 3)
	if w, err = graph.Wrap(must(gorgonia.Sum(must(gorgonia.Square(must(gorgonia.Mul(a, v)))))), a, v); err != nil {
		t.Fatal(err)
	}
	if r, err = compare.Check(ctx, w, compare.Options{Order: 2}); err != nil || r.OK() {
		t.Errorf("second order of a matrix-vector product: %v, %v: want it to be wrong", r, err)
	}
	f := compare.Of(func(x []float64) float64 { return x[0] }, func(g, x []float64) { g[0] = 1 }, []float64{1})
	if _, err := compare.Check(ctx, f, compare.Options{Order: 2}); err == nil ||
		!strings.Contains(err.Error(), "order 2: *compare.Vector") {
		t.Errorf("error %v, want one that names the function", err)
	}
	if _, err := compare.Check(ctx, f, compare.Options{Order: 3}); err == nil ||
		!strings.Contains(err.Error(), "order 3: want 1 or 2") {
		t.Errorf("error %v, want one with the order", err)
	}
}

// Σx³ has the second derivative 6x, so the gradient is 6·x·v; and the loss is
// Σ 3·x²·v.
func TestSecondOrderValues(t *testing.T) {
	m := newMaker(tensor.Float64)
	x, y := m.input("x", 1, 2, 3), m.input("y", 1, 2)
	cost := must(gorgonia.Add(must(gorgonia.Sum(must(gorgonia.Cube(x)))), y)) // linear in y
	if _, err := gorgonia.Grad(cost, x, y); err != nil {
		t.Fatal(err)
	}
	w, err := graph.Wrap(cost, x, y)
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.SecondOrder(3)
	if err != nil {
		t.Fatal(err)
	}
	g := gradient(t, s)
	var v [3]float64
	for i := range v {
		v[i] = g[i] / (6 * s.At(i))
		if a := math.Abs(v[i]); !(a > 0.4999 && a < 1.5001) {
			t.Errorf("v[%d] is %v: want a size between 1/2 and 3/2", i, v[i])
		}
	}
	if g[3] != 0 {
		t.Errorf("the gradient of y is %v: want 0", g[3])
	}
	w.Set(0, 3) // the values are shared
	g = gradient(t, s)
	if want := 18 * v[0]; math.Abs(g[0]-want) > 1e-12 {
		t.Errorf("the gradient of x[0] is %v at 3: want %v", g[0], want)
	}
	// The term of y has the derivative 1: what is left of the loss is v of y.
	f := loss(t, s)
	for i := range v {
		f -= 3 * s.At(i) * s.At(i) * v[i]
	}
	if a := math.Abs(f); !(a > 0.4999 && a < 1.5001) {
		t.Errorf("the loss without x's terms is %v: want a size between 1/2 and 3/2", f)
	}
}

// Gorgonia's derivative of an outer product, which a matrix-vector product's
// gradient is, is wrong. Where the shapes let it pass, only differences tell.
func TestSecondOrderOfSquareMatrix(t *testing.T) {
	m := newMaker(tensor.Float64)
	u, h := m.input("u", -1, 1, 4, 4), m.input("h", -1, 1, 4)
	a := must(gorgonia.Tanh(must(gorgonia.Mul(u, must(gorgonia.Tanh(must(gorgonia.Mul(u, h))))))))
	w, err := graph.Wrap(must(gorgonia.Sum(a)), u)
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.SecondOrder(1)
	if err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	want := central(t, s, 1e-5)
	for i, g := range gradient(t, s) {
		worst = math.Max(worst, math.Abs(g-want[i]))
	}
	if worst < 1e-3 {
		t.Errorf("Gorgonia's second derivative is right to %v: say so in SecondOrder's comment", worst)
	}
}

func TestSecondOrderOfLinear(t *testing.T) {
	m := newMaker(tensor.Float64)
	x := m.input("x", 1, 2, 3)
	w, err := graph.Wrap(must(gorgonia.Sum(x)), x)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.SecondOrder(1); err == nil || !strings.Contains(err.Error(), "the first gradient is constant") {
		t.Errorf("error %v: want that the first gradient is constant", err)
	}
}

// A float32 function of second order has a float64 version too.
func TestSecondOrderInFloat64(t *testing.T) {
	m := newMaker(tensor.Float32)
	x := m.input("x", 1, 2, 3)
	w, err := graph.Wrap(must(gorgonia.Sum(must(gorgonia.Cube(x)))), x)
	if err != nil {
		t.Fatal(err)
	}
	second, err := w.SecondOrder(1)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := second.(*graph.Wrapped).Float64()
	if err != nil {
		t.Fatal(err)
	}
	wantNear(t, "gradient", gradient(t, wide), gradient(t, second), 1e-5)
}
