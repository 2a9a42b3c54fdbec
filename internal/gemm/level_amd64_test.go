//go:build amd64 && !purego

package gemm

import (
	"fmt"
	"testing"
)

// atLevels runs a test with each instruction set that the processor has.
func atLevels(t *testing.T, f func(t *testing.T)) {
	have := best
	defer func() { best = have }()
	for best = generic; best <= have; best++ {
		t.Run(fmt.Sprintf("level=%d", best), f)
	}
}

// The plain code of rows, which no product reaches: without vector code
// products are gonum's.
func TestGenericRows(t *testing.T) {
	have := best
	defer func() { best = have }()
	count, column := []int32{2, 0, 1}, []int32{0, 2, 1}
	value, b := []float64{2, -1, 3}, []float64{1, 2, 3, 4, 5, 6}
	// 2·(1, 2) − (5, 6); nothing; 3·(3, 4)
	want := []float64{-3, -2, 9, 0, 0, 9, 9, 12, 9}
	for best = generic; best <= have; best++ {
		dst := []float64{9, 9, 9, 9, 9, 9, 9, 9, 9}
		rows(dst, 3, count, column, value, b, 2, 2, false)
		if fmt.Sprint(dst) != fmt.Sprint(want) {
			t.Errorf("level %d: %v, want %v", best, dst, want)
		}
		rows(dst, 3, count, column, value, b, 2, 2, true)
		if dst[0] != -6 || dst[4] != 0 || dst[7] != 24 || dst[8] != 9 {
			t.Errorf("level %d: %v when added again", best, dst)
		}
	}
}
