package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gradtwin/compare/twin"
)

func TestMarkdown(t *testing.T) {
	r := sample(true)
	r.Runs[0].Memory = []StepMemory{{Backend: "graph", Bytes: 2048, Allocations: 975}, {Backend: "numeric", Bytes: 0, Allocations: 0}}
	text := string(markdown(r))
	for _, want := range []string{
		"# The gradients disagree: 1 of 10 elements checked is wrong, W1[3,1] (fixed batches, at the start).\n",
		"\n    gradtwin compare --data 'a<b>&c'\n",
		"\n| backend | 5 % | 25 % | median | 75 % | longest | in all | memory a step |\n| --- | ---: |",
		"\n| graph | 1 ms | 1 ms | 1 ms | 2 ms | 2 ms | 4 ms | 2 KiB in 975 pieces |\n",
		"\n| numeric | 2 ms | 2 ms | 4 ms | 4 ms | 4 ms | 10 ms | 0 B in 0 pieces |\n",
		"\n- **W1[3,1] is wrong**",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("report.md lacks %q:\n%s", want, text)
		}
	}
}

func TestSteps(t *testing.T) {
	dir := Dir(t.TempDir())
	if err := dir.WriteSteps(sample(false)); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(string(dir), "steps-fixed.csv"))
	if err != nil {
		t.Fatal(err)
	}
	want := `step,loss_symbolic,loss_numeric,seconds_symbolic,seconds_numeric,drift
1,2,2,0.001,0.004,0
2,1.5,1.5,0.002,0.004,1e-09
3,1.25,1.5,0.001,0.002,1e-07
`
	if string(got) != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// The bins of the time add up to all steps.
func TestTimeChart(t *testing.T) {
	c := timeChart("t", twin.Series{Backend: "a", Seconds: []float64{1e-3, 1e-3, 1.01e-3, 0.1}})
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
