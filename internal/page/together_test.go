package page

import (
	"math"
	"testing"
)

func TestPlaced(t *testing.T) {
	got := placed([]float64{1, 2}, []int{0, 7}, []int{0, 5, 7, 9})
	if got[0] != 1 || !math.IsNaN(got[1]) || got[2] != 2 || !math.IsNaN(got[3]) {
		t.Errorf("%v, want 1, a gap, 2, a gap", got)
	}
}
