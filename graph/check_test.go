package graph_test

import (
	"testing"

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
