package report_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gradtwin/compare/twin"
	"gradtwin/internal/report"
	"gradtwin/internal/report/reporttest"
)

// 3 of 4 rows of class 0 are right by the first network and 2 by the second; class 1
// has no row.
func TestConfusionTable(t *testing.T) {
	first, second := [][]int{{3, 1}, {0, 0}}, [][]int{{2, 2}, {0, 0}}
	for _, tt := range []struct {
		counts, second [][]int
		want           [][]string
	}{
		{first, second, [][]string{{"0", "3 / 2", "1 / 2", "75.00 % / 50.00 %"}, {"1", "0", "0", "–"}}},
		{first, first, [][]string{{"0", "3", "1", "75.00 %"}, {"1", "0", "0", "–"}}},
	} {
		got := report.ConfusionTable(tt.counts, tt.second)
		if d := cmp.Diff(tt.want, got.Rows); d != "" || len(got.Head) != len(got.Rows[0]) {
			t.Errorf("head %q (-want +got):\n%s", got.Head, d)
		}
	}
}

func TestLossTables(t *testing.T) {
	run := &reporttest.Sample(false).Runs[0]
	want := [][]string{{"1", "2", "2", "0", "0"}, {"2", "1.5", "1.5", "0", "10⁻⁹"}, {"3", "1.25", "1.5", "0.17", "10⁻⁷"}}
	if d := cmp.Diff(want, report.LossTable(run).Rows); d != "" {
		t.Errorf("two backends (-want +got):\n%s", d)
	}
	// Of 40 steps the first three and every fourth.
	long := &twin.Series{Loss: make([]float64, 40), Seconds: make([]float64, 40)}
	var steps []string
	for _, row := range report.SingleLossTable(long).Rows {
		steps = append(steps, row[0])
	}
	if d := cmp.Diff([]string{"1", "2", "3", "4", "8", "12", "16", "20", "24", "28", "32", "36", "40"}, steps); d != "" {
		t.Errorf("steps (-want +got):\n%s", d)
	}
}
