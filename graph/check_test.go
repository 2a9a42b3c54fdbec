package graph_test

import (
	"errors"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/compare"
	"gradtwin/graph"
)

// The checker passes all the graphs, in both precisions, in the machine too.
func TestChecked(t *testing.T) {
	for name, build := range costs {
		for _, dtype := range []tensor.Dtype{tensor.Float64, tensor.Float32} {
			t.Run(name+" "+dtype.String(), func(t *testing.T) {
				cost, wrt := build(newMaker(dtype))
				w, err := graph.Wrap(cost, wrt...)
				if err != nil {
					t.Fatal(err)
				}
				compare.Assert(t, w)
				m, err := w.WithTapeMachine()
				if err != nil {
					t.Fatal(err)
				}
				compare.Assert(t, m)
				if dtype == tensor.Float32 {
					wide, err := w.Float64()
					if err != nil {
						t.Fatal(err)
					}
					compare.Assert(t, wide)
				}
			})
		}
	}
}

// A float32 gradient that is 0 but for rounding, because its terms cancel at every
// point, is not called wrong: neither alone nor beside another one.
func TestCancelledGradient(t *testing.T) {
	for _, alone := range []bool{true, false} {
		m := newMaker(tensor.Float32)
		x := m.input("x", -1.5, 1.5, 3, 4)
		same := must(gorgonia.ByIndices(x, ints(m, "k", 1, 1), 0)) // two equal rows
		cost, wrt := must(gorgonia.LogSoftMax(same, 0)), gorgonia.Nodes{x}
		if !alone {
			y := m.input("y", -1.5, 1.5, 2, 4)
			cost, wrt = must(gorgonia.Add(cost, must(gorgonia.Square(y)))), append(wrt, y)
		}
		w, err := graph.Wrap(cost, wrt...)
		if err != nil {
			t.Fatal(err)
		}
		report, err := compare.Check(t.Context(), w, compare.Options{})
		var empty *compare.EmptyError
		if alone && !errors.As(err, &empty) || !alone && (err != nil || !report.OK()) {
			t.Errorf("alone %v: %v, %v: want an empty check alone, and else one that passes", alone, err, report)
		}
	}
}
