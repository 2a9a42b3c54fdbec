package graph_test

import (
	"math"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/compare"
	"gradtwin/graph"
)

// Max over axes 2 and 3 reads the wrong elements, which shows only where these are
// the larger ones: at some of eight points the check passes, with five points
// beside each it never does. Everything is as before afterwards.
func TestSeveralPoints(t *testing.T) {
	for _, dtype := range []tensor.Dtype{tensor.Float64, tensor.Float32} {
		m := newMaker(dtype)
		passed := 0
		for range 8 {
			m.g = gorgonia.NewGraph()
			x := m.input("x", -1, 1, 2, 2, 3, 2)
			w, err := graph.Wrap(must(gorgonia.Max(x, 2, 3)), x)
			if err != nil {
				t.Fatal(err)
			}
			before := elementsOf(w)
			one, err := compare.Check(t.Context(), w, compare.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if one.OK() {
				passed++
			}
			all, err := compare.Check(t.Context(), w, compare.Options{Points: 6})
			if err != nil {
				t.Fatal(err)
			}
			if all.OK() || len(all.Points) != 6 {
				t.Errorf("%v: %v at six points, want it wrong", dtype, all)
			}
			wantSame(t, elementsOf(w), before)
		}
		if passed == 0 {
			t.Errorf("%v: all checks of one point fail: the test shows nothing", dtype)
		}
	}
}

// A point has a draw of its own, and afterwards the function has the first again.
func TestPointsDraw(t *testing.T) {
	m := newMaker(tensor.Float64)
	x := m.input("x", 1, 2, 10, 6)
	noise := gorgonia.GaussianRandomNode(m.g, m.dtype, 0, 1, 10, 6)
	y := must(gorgonia.HadamardProd(must(gorgonia.Dropout(x, 0.5)), must(gorgonia.Exp(noise))))
	w, err := graph.Wrap(must(gorgonia.Sum(must(gorgonia.Square(y)))), x)
	if err != nil {
		t.Fatal(err)
	}
	for _, draw := range []uint64{1, 7} {
		if err := w.Redraw(draw); err != nil {
			t.Fatal(err)
		}
		before, f := elementsOf(w), loss(t, w)
		r, err := compare.Check(t.Context(), w, compare.Options{Points: 4})
		if err != nil {
			t.Fatal(err)
		}
		if !r.OK() {
			t.Error(r)
		}
		for n, p := range r.Points {
			if p.Draw != draw+uint64(n) {
				t.Errorf("point %d has draw %d: want %d", n+1, p.Draw, draw+uint64(n))
			}
		}
		wantSame(t, elementsOf(w), before)
		if got := loss(t, w); got != f || w.Draw() != draw {
			t.Errorf("loss %v with draw %d after the check: want %v with %d", got, w.Draw(), f, draw)
		}
	}
}

// A logarithm keeps its operands positive at all points.
func TestPointsKeepSigns(t *testing.T) {
	m := newMaker(tensor.Float64)
	x := m.input("x", 0.1, 1, 5, 4)
	w, err := graph.Wrap(must(gorgonia.Mean(must(gorgonia.Log(x)))), x)
	if err != nil {
		t.Fatal(err)
	}
	compare.Assert(t, w, compare.Options{Points: 8})
}

func elementsOf(w *graph.Wrapped) []float64 {
	x := make([]float64, w.Layout().Len())
	for i := range x {
		x[i] = w.At(i)
	}
	return x
}

// wantSame compares bits.
func wantSame(t *testing.T, got, want []float64) {
	t.Helper()
	for i := range want {
		if math.Float64bits(got[i]) != math.Float64bits(want[i]) {
			t.Errorf("element %d is %v: want %v", i, got[i], want[i])
		}
	}
}
