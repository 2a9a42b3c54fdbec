package mnist

import (
	"slices"
	"testing"

	"gradtwin"

	"github.com/google/go-cmp/cmp"
)

func TestBatch(t *testing.T) {
	s := &Set{Images: []byte{0, 1, 2, 127, 128, 255}, Labels: []uint8{7, 0, 9}, Height: 1, Width: 2}
	// NumPy 1.24: (np.float32(p) / np.float32(255)).astype(np.float64).hex()
	const p1, p2, p127, p128 = 0x1.010102p-8, 0x1.010102p-7, 0x1.fdfdfep-2, 0x1.010102p-1
	var b gradtwin.Batch
	for _, test := range []struct {
		rows []int
		want gradtwin.Batch
	}{
		{[]int{0}, gradtwin.Batch{X: []float64{0, p1}, Labels: []int{7}, Rows: []int{0}}},
		{[]int{2, 1, 2}, gradtwin.Batch{X: []float64{p128, 1, p2, p127, p128, 1}, Labels: []int{9, 0, 9},
			Rows: []int{2, 1, 2}}},
		{[]int{1}, gradtwin.Batch{X: []float64{p2, p127}, Labels: []int{0}, Rows: []int{1}}},
	} {
		// One batch for all: memory is used again.
		given := slices.Clone(test.rows)
		s.Batch(&b, given)
		given[0] = -1
		if d := cmp.Diff(test.want, b); d != "" {
			t.Errorf("rows %v (-want +got):\n%s", test.rows, d)
		}
	}
	rows := []int{0, 1, 2}
	s.Batch(&b, rows)
	if n := testing.AllocsPerRun(10, func() { s.Batch(&b, rows) }); n != 0 {
		t.Errorf("a batch of the same size allocates %v times", n)
	}
}

func TestBatchNoSuchRow(t *testing.T) {
	s := &Set{Images: make([]byte, 6), Labels: make([]uint8, 3), Height: 1, Width: 2}
	for row, want := range map[int]string{-1: "mnist: row -1 of 3", 3: "mnist: row 3 of 3"} {
		func() {
			defer func() {
				if got := recover(); got != want {
					t.Errorf("row %d: panic %v, want %q", row, got, want)
				}
			}()
			s.Batch(new(gradtwin.Batch), []int{row})
		}()
	}
}
