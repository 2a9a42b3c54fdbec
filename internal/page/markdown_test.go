package page

import (
	"strings"
	"testing"

	"gradtwin/internal/report"
	"gradtwin/internal/report/reporttest"
)

func TestMarkdown(t *testing.T) {
	r := reporttest.Sample(true)
	r.Runs[0].Memory = []report.StepMemory{
		{Backend: "graph", Bytes: 2048, Allocations: 975},
		{Backend: "numeric", Bytes: 0, Allocations: 0},
	}
	text := string(newPage(r).markdown())
	for _, want := range []string{
		"# The gradients disagree: 1 of 10 elements checked is wrong, W1[3,1] (fixed batches, at the start).\n",
		"\n    gradtwin compare --data 'a<b>&c'\n",
		"\n| backend | 5 % | 25 % | median | 75 % | longest | total | memory per step |\n| --- | ---: |",
		"\n| graph | 1 ms | 1 ms | 1 ms | 2 ms | 2 ms | 4 ms | 2 KiB in 975 allocations |\n",
		"\n| numeric | 2 ms | 2 ms | 4 ms | 4 ms | 4 ms | 10 ms | 0 B in 0 allocations |\n",
		"\n| W1[3,1] | wrong |",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("report.md lacks %q:\n%s", want, text)
		}
	}
}

// The bins of the time add up to all steps.
func TestTimeChart(t *testing.T) {
	c := timeChart("t", []series{{Name: "a", Y: []float64{1e-3, 1e-3, 1.01e-3, 0.1}}})
	sum, highest := 0.0, 0
	for i, v := range c.Series[0].Y {
		sum += v
		if v > c.Series[0].Y[highest] {
			highest = i
		}
	}
	if sum != 100 || c.Series[0].Y[highest] != 75 {
		t.Errorf("shares %v: want 100 in all and 75 at most", c.Series[0].Y)
	}
	if x := c.X[highest]; x < 1e-3 || x > 1.2e-3 {
		t.Errorf("the highest bin is at %g, want 1.06e-3", x)
	}
}
