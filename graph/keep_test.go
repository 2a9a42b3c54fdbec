package graph_test

import (
	"math"
	"math/rand"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph"
)

// wantKept sets elements at random, those of one input several times in a row as
// a check does, and wants the losses with results kept to be those without, to
// the bit. It returns an error of Keep, or of a loss.
func wantKept(t *testing.T, w *graph.Wrapped, seed int64) error {
	t.Helper()
	r := rand.New(rand.NewSource(seed))
	n := w.Layout().Len()
	type change struct {
		i int
		x float64
	}
	var changes [][]change
	at := make([]float64, n)
	for i := range at {
		at[i] = w.At(i)
	}
	for range 6 {
		first := r.Intn(n)
		for k := range 4 {
			i := min(first+k, n-1)
			step := []float64{1e-5, 1e-3, 1, -2}[r.Intn(4)]
			changes = append(changes, []change{{i, at[i] + step}}, []change{{i, at[i] - step}},
				[]change{{i, at[i]}, {(i + 1) % n, at[(i+1)%n] + step}})
			changes = append(changes, []change{{(i + 1) % n, at[(i+1)%n]}})
		}
		var all []change
		for i := range at {
			all = append(all, change{i, at[i] + 1e-4*r.NormFloat64()})
		}
		changes = append(changes, all)
		all = nil
		for i := range at {
			all = append(all, change{i, at[i]})
		}
		changes = append(changes, all, nil)
	}
	run := func() (losses []float64, err error) {
		for _, list := range changes {
			for _, c := range list {
				w.Set(c.i, c.x)
			}
			f, err := w.Loss()
			if err != nil {
				for i, x := range at {
					w.Set(i, x)
				}
				return nil, err
			}
			losses = append(losses, f)
		}
		return losses, nil
	}
	want, err := run()
	if err != nil {
		return err
	}
	again, err := run()
	if err != nil {
		return err
	}
	if err := w.Keep(); err != nil {
		return err
	}
	got, err := run()
	if released := w.Release(); err != nil || released != nil {
		t.Fatalf("kept: error %v, %v", err, released)
	}
	for k := range want {
		same := math.Float64bits(want[k]) == math.Float64bits(again[k])
		if same && math.Float64bits(got[k]) != math.Float64bits(want[k]) {
			t.Fatalf("loss %d is %v with results kept, %v without, after %v", k, got[k], want[k], changes[k])
		}
	}
	return nil
}

func TestKeep(t *testing.T) {
	for name, build := range all() {
		for _, dtype := range []tensor.Dtype{tensor.Float64, tensor.Float32} {
			t.Run(name+" "+dtype.String(), func(t *testing.T) {
				cost, wrt := build(newMaker(dtype))
				w, err := graph.Wrap(cost, wrt...)
				if err != nil {
					t.Fatal(err)
				}
				if err := wantKept(t, w, 1); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}

// The graphs of TestRandomGraphs, in which operations share memory, overwrite
// values that are still needed and keep state.
func TestKeepRandom(t *testing.T) {
	kept := 0
	for seed := range int64(400) {
		g := &randomGraph{maker: &maker{g: gorgonia.NewGraph(), r: rand.New(rand.NewSource(seed)), dtype: tensor.Float64}}
		g.leaf(g.shape()...)
		for range 3 + g.r.Intn(10) {
			g.grow()
		}
		cost := g.nodes[len(g.nodes)-1]
		if cost.Op() == nil {
			continue
		}
		w, err := graph.Wrap(cost)
		if err == nil && wantKept(t, w, seed) == nil {
			kept++
		}
		if t.Failed() {
			t.Fatalf("seed %d: %q", seed, g.text)
		}
	}
	if kept < 100 {
		t.Errorf("%d graphs were run", kept)
	}
}

// A matrix that is multiplied from the left, and one from the right.
func TestKeepProducts(t *testing.T) {
	m := newMaker(tensor.Float64)
	a, b, c := m.input("a", -1, 1, 9, 80), m.input("b", -1, 1, 80, 13), m.input("c", -1, 1, 13, 4)
	cost := must(gorgonia.Sum(must(gorgonia.Tanh(must(gorgonia.Mul(must(gorgonia.Mul(a, b)), c))))))
	w, err := graph.Wrap(cost, a, b, c)
	if err != nil {
		t.Fatal(err)
	}
	for seed := range int64(20) {
		if err := wantKept(t, w, seed); err != nil {
			t.Fatal(err)
		}
	}
}

// Release finds that an operation has written into an input, and restores it.
func TestReleaseFindsWriters(t *testing.T) {
	m := newMaker(tensor.Float64)
	x := m.input("x", 1, 2, 2, 3)
	flat := must(gorgonia.Reshape(x, tensor.Shape{6}))
	w, err := graph.Wrap(must(gorgonia.Sum(must(gorgonia.Add(flat, m.constant(1))))), x)
	if err != nil {
		t.Fatal(err)
	}
	before := w.At(0)
	if err := w.Keep(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Loss(); err != nil {
		t.Fatal(err)
	}
	if err := w.Release(); err == nil || !strings.Contains(err.Error(), "input x has changed and was not set") {
		t.Errorf("release: error %v: want that x has changed", err)
	}
	if w.At(0) != before {
		t.Errorf("element 0 is %v after Release: want %v", w.At(0), before)
	}
}

// A gradient and a loss of all elements moved between kept ones, as at a kink.
func TestKeepBetweenGradients(t *testing.T) {
	m := newMaker(tensor.Float64)
	a, b := m.input("a", -1, 1, 5, 7), m.input("b", -1, 1, 7, 3)
	w, err := graph.Wrap(must(gorgonia.Sum(must(gorgonia.Tanh(must(gorgonia.Mul(a, b)))))), a, b)
	if err != nil {
		t.Fatal(err)
	}
	values := func() (list []float64) {
		w.Set(40, 0.5)
		for i := range 20 {
			w.Set(i, w.At(i)+0.25)
			list = append(append(list, loss(t, w)), gradient(t, w)...)
			w.Set(40, float64(i))
			list = append(list, loss(t, w))
			w.Set(i, w.At(i)-0.25)
		}
		return list
	}
	want := values()
	if err := w.Keep(); err != nil {
		t.Fatal(err)
	}
	got := values()
	if err := w.Release(); err != nil {
		t.Fatal(err)
	}
	wantNear(t, "with results kept", got, want, 0)
}

// The first derivatives do not depend on b, so that setting it changes nothing.
func TestKeepSecondOrder(t *testing.T) {
	m := newMaker(tensor.Float64)
	a, b := m.input("a", -1, 1, 3), m.input("b", -1, 1, 2)
	sum := must(gorgonia.Add(must(gorgonia.Sum(must(gorgonia.Cube(a)))), must(gorgonia.Sum(b))))
	w, err := graph.Wrap(sum, a, b)
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.SecondOrder(1)
	if err != nil {
		t.Fatal(err)
	}
	if err := wantKept(t, s.(*graph.Wrapped), 1); err != nil {
		t.Fatal(err)
	}
}
