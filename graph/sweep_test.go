package graph_test

import (
	"fmt"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/compare"
	"gradtwin/graph"
)

// Sum along an inner axis reads the wrong elements: the sweep finds the rule of
// tensor's reduceDefault, that the axis is neither first nor last, that the axes
// 1 to k−1 hold more than one element and that the axis has not the size 2.
func TestSweepInnerAxis(t *testing.T) {
	sizes := []int{1, 2, 3, 4}
	var ranks [][]int
	for _, shapes := range [][][]int{
		compare.Grid(sizes[:3], sizes[:3], sizes[1:]), compare.Grid(sizes[:2], sizes[:3], sizes, sizes[:2]),
	} {
		ranks = append(ranks, shapes...)
	}
	for _, c := range []struct {
		name   string
		shapes [][]int
		axis   int
		wrong  string // the condition
	}{
		{"axis 2 of four", compare.Grid(sizes[:2], sizes, sizes, sizes[:2]), 2, "axis 1 > 1 and axis 2 > 2"},
		{"axis 1 of three", compare.Grid(sizes[:2], sizes, sizes[:2]), 1, ""},
		{"axis 3 of five", compare.Grid(sizes[:2], sizes[:2], sizes[:2], sizes[1:], sizes[:1]), 3,
			"axis 3 > 2 and the product of axes 1 to 2 > 1"},
		{"axis 2 of three or four", ranks, 2, "the rank > 3 and axis 1 > 1 and axis 2 > 2"},
	} {
		for _, dtype := range []tensor.Dtype{tensor.Float64, tensor.Float32} {
			t.Run(fmt.Sprint(c.name, " ", dtype), func(t *testing.T) {
				s, err := compare.Sweep(t.Context(), c.shapes, func(shape []int) (compare.Function, error) {
					m := newMaker(dtype)
					x := m.input("x", -1, 1, shape...)
					return graph.Wrap(must(gorgonia.Sum(x, c.axis)), x)
				}, compare.Options{})
				if err != nil {
					t.Fatal(err)
				}
				got := ""
				if s.Wrong != nil {
					got = s.Wrong.Text
				}
				if got != c.wrong {
					t.Errorf("the condition is %q: want %q\n%v", got, c.wrong, s)
				}
			})
		}
	}
}
