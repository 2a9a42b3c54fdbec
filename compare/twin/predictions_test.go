package twin

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gradtwin"
)

// labelled is a data set of one input a row, whose class is given.
type labelled []int

func (d labelled) Len() int { return len(d) }

func (d labelled) Batch(dst *gradtwin.Batch, rows []int) {
	*dst = gradtwin.Batch{Rows: slices.Clone(rows)}
	for _, r := range rows {
		dst.X, dst.Labels = append(dst.X, float64(d[r])/2), append(dst.Labels, d[r])
	}
}

// halver takes a row for twice its input, capped: class 2 for 1.
type halver struct {
	Backend
	most int
}

func (halver) Name() string { return "halver" }

func (h halver) Predict(dst []int, x []float64) error {
	for i, v := range x {
		dst[i] = min(int(2*v), h.most)
	}
	return nil
}

func TestPredictions(t *testing.T) {
	b := Backends{Symbolic: halver{most: 1}, Numeric: halver{most: 2}}
	got, err := b.Predict(7, labelled{0, 1, 2, 2})
	if err != nil {
		t.Fatal(err)
	}
	want := &Predictions{
		After:    7,
		Symbolic: [][]int{{1, 0, 0}, {0, 1, 0}, {0, 2, 0}},
		Numeric:  [][]int{{1, 0, 0}, {0, 1, 0}, {0, 0, 2}},
		Mistakes: []Mistake{{2, 2, 1, 2, []byte{255}}, {3, 2, 1, 2, []byte{255}}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
