package report_test

import (
	"slices"
	"testing"

	"gradtwin/internal/report"
	"gradtwin/internal/report/reporttest"
)

func TestRunNames(t *testing.T) {
	run := func(seed uint32, lr float64) report.Run {
		r := reporttest.Sample(false).Runs[0]
		r.Config.Seed, r.Config.LR = seed, lr
		return r
	}
	for _, c := range []struct {
		runs []report.Run
		want []string
	}{
		{[]report.Run{run(1, 0.1), run(2, 0.1)}, []string{"seed 1", "seed 2"}},
		{[]report.Run{run(1, 0.1), run(2, 0.5), run(2, 0.5)}, []string{"seed 1, lr 0.1", "seed 2, lr 0.5",
			"seed 2, lr 0.5, run 3"}},
		{[]report.Run{run(1, 0.1), run(1, 0.1)}, []string{"run 1", "run 2"}},
	} {
		if got := report.RunNames(c.runs); !slices.Equal(got, c.want) {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
