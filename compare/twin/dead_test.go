package twin

import (
	"slices"
	"testing"

	"gradtwin"
)

// Of two hidden layers of two units each, the second unit of the first layer gets
// −x for rows x ≥ 0, and all of the second layer get −1 less than nothing: a bias of
// 1 lets one of them live.
func TestDeadUnits(t *testing.T) {
	p := gradtwin.NewParams(gradtwin.Spec{Layers: []int{1, 2, 2, 1}, Activation: gradtwin.ReLU, Delta: 1e-7})
	copy(p.Flat, []float64{1, -1, 0, 0, -1, -1, 0, 0, -1, 0, 1, 1, 0})
	for _, c := range []struct {
		bias float64
		want []int
	}{{-1, []int{1, 2}}, {1, []int{1, 1}}} {
		p.Flat[8] = c.bias
		if got := DeadUnits(p, labelled{0, 1, 2}); !slices.Equal(got, c.want) {
			t.Errorf("bias %v: %v dead, want %v", c.bias, got, c.want)
		}
	}
}
