package graph_test

import (
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/compare"
	"gradtwin/graph"
)

// rawBatch is a batch of data far from 0 that the graph normalizes before a
// dense layer, as networks do that are given raw data: float32 leaves the batch
// fewer digits than the weights have.
func rawBatch(t *testing.T) *graph.Wrapped {
	t.Helper()
	m := newMaker(tensor.Float32)
	x := m.input("x", 20, 21.5, 5, 2, 3, 4)
	y, _, _, _, err := gorgonia.BatchNorm(x, m.input("scale", 0.5, 1.5, 5, 2, 3, 4),
		m.input("bias", -1, 1, 5, 2, 3, 4), 0.9, 1e-5)
	if err != nil {
		t.Fatal(err)
	}
	w := m.input("w", -1, 1, 24, 3)
	cost := must(gorgonia.Mean(must(gorgonia.Mul(must(gorgonia.Reshape(y, tensor.Shape{5, 24})), w))))
	wrapped, err := graph.Wrap(cost, m.g.ByName("scale")[0], m.g.ByName("bias")[0], w)
	if err != nil {
		t.Fatal(err)
	}
	return wrapped
}

// What float32 rounds of the data is not taken for a wrong gradient, the data are
// left as they are, and a gradient that is wrong by 1 % shows all the same.
func TestRoundedData(t *testing.T) {
	w := rawBatch(t)
	before, err := w.Surroundings()
	if err != nil || len(before) != 120 || before[0] < 20 {
		t.Fatalf("surroundings %v, %v: want the 120 numbers of x", before, err)
	}
	report, err := compare.Check(t.Context(), w, compare.Options{})
	if err != nil || !report.OK() {
		t.Errorf("%v, %v: want a gradient that is right", report, err)
	}
	after, err := w.Surroundings()
	if err != nil || !slices.Equal(before, after) {
		t.Errorf("x is %v after the check, %v: want %v", after, err, before)
	}
	report, err = compare.Check(t.Context(), enlarged{w}, compare.Options{})
	if err != nil || !report.Wrong() {
		t.Errorf("%v, %v: want a gradient that is wrong", report, err)
	}
}

// enlarged is a float32 function whose own gradient is 1 % too large.
type enlarged struct{ *graph.Wrapped }

func (l enlarged) Gradient(dst []float64) error {
	err := l.Wrapped.Gradient(dst)
	for i := range dst {
		dst[i] *= 1.01
	}
	return err
}

// The float64 form has the same surroundings in the same order, and other numbers
// of them are refused.
func TestSurroundings(t *testing.T) {
	m := newMaker(tensor.Float32)
	x, k := m.input("x", 1, 2, 3, 4), ints(m, "k", 1, 0, 2)
	noise := gorgonia.UniformRandomNode(m.g, tensor.Float32, 3, 4, 3, 4)
	a := must(gorgonia.Add(must(gorgonia.HadamardProd(m.input("a", 5, 6, 3, 4), x)), noise))
	cost := must(gorgonia.Sum(must(gorgonia.ByIndices(a, k, 0))))
	w, err := graph.Wrap(cost, x)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := w.Float64()
	if err != nil {
		t.Fatal(err)
	}
	narrow, err := w.Surroundings()
	if err != nil {
		t.Fatal(err)
	}
	of := wide.(*graph.Wrapped)
	if same, err := of.Surroundings(); err != nil || len(narrow) != 24 || !slices.Equal(same, narrow) {
		t.Errorf("%v of the float64 form, %v: want the 24 numbers of a and the random node, %v", same, err, narrow)
	}
	for i := range narrow {
		narrow[i]++
	}
	if err := of.SetSurroundings(narrow); err != nil {
		t.Error(err)
	}
	if now, err := of.Surroundings(); err != nil || !slices.Equal(now, narrow) {
		t.Errorf("%v, %v: want %v", now, err, narrow)
	}
	for _, n := range []int{0, 23, 25} {
		if err := of.SetSurroundings(make([]float64, n)); err == nil {
			t.Errorf("%d numbers are taken: want 24", n)
		}
	}
}
