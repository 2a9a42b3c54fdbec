package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/compare/twin"
)

// sample returns results of a run of three steps with one wrong element where
// that is asked for.
func sample(wrong bool) *Results {
	spec := gradtwin.Spec{Layers: []int{4, 2}, Delta: 1e-7}
	check := &compare.Report{Checked: 10, Total: 10, Counts: compare.Counts{OK: 9, Kink: 1}, Tensors: []compare.TensorReport{{Tensor: spec.Layout()[0]}}}
	if wrong {
		check.Counts = compare.Counts{OK: 9, Wrong: 1}
		check.Tensors[0].Counts.Wrong = 1
		check.Worst = []compare.Element{{Tensor: "W1", Index: []int{3, 1}, Verdict: compare.Wrong}}
	}
	return &Results{
		Version: Version, Replay: "gradtwin compare --data 'a<b>&c'", Engine: "incremental", Step: 1e-4,
		Environment: Environment{Go: "go1.26", OS: "linux", Arch: "amd64", Cores: 1},
		Data:        Data{Origin: "module cache", Train: 60000, Test: 10000},
		Runs: []Run{{
			Trace: twin.Trace{
				Config:   twin.Config{Spec: spec, Seed: 8, Policy: twin.Fixed, Batch: 10, Steps: 3, Inner: 1, LR: 0.01},
				Symbolic: twin.Series{Backend: "graph", Loss: []float64{2, 1.5, 1.25}, Seconds: []float64{1e-3, 2e-3, 1e-3}, Accuracy: []float64{0.1, 0.5}},
				Numeric:  twin.Series{Backend: "numeric", Loss: []float64{2, 1.5, 1.5}, Seconds: []float64{4e-3, 4e-3, 2e-3}, Accuracy: []float64{0.1, 0.25}},
				Drift:    []float64{0, 1e-9, 1e-7}, Evaluated: []int{0, 3},
			},
			Comparisons: []Comparison{{Step: 1e-4, Check: check}},
		}},
	}
}

func writePage(t *testing.T, r *Results) string {
	t.Helper()
	dir, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := dir.WriteHTML(r); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(string(dir), "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestHTML(t *testing.T) {
	text := writePage(t, sample(false))
	for _, want := range []string{
		"The gradients agree: none of 10 elements checked is wrong, 1 lies at a corner of the loss.",
		"gradtwin compare --data &#39;a&lt;b&gt;&amp;c&#39;",
		"4–2, relu, δ = 10⁻⁷",
		`id="fixed-loss"`, `id="fixed-gap"`, `id="fixed-accuracy"`, `id="fixed-drift"`,
		// The difference of the losses is zero twice, which a logarithmic axis
		// cannot show, and then 0.25/1.5.
		`"y":[0,0,0.1666667]`,
		"A step with symbolic gradients is 4.0 times faster than one with central differences.",
		"Test accuracy went from 10.00 % to 50.00 % and from 10.00 % to 25.00 %.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, not := range []string{"http:", "https:", "ZgotmplZ", "NaN", "src="} {
		if strings.Contains(text, not) {
			t.Errorf("the page contains %q", not)
		}
	}
}

func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Results)
		want   string
	}{
		{"kink", func(*Results) {}, "The gradients agree: none of 10 elements checked is wrong, 1 lies at a corner of the loss."},
		{"wrong", func(r *Results) { *r = *sample(true) }, "The gradients disagree: 1 of 10 elements checked is wrong, W1[3,1] (fixed batches, at the start)."},
		{"nothing", func(r *Results) { r.Runs = nil }, "No gradient was checked."},
		{"inconclusive", func(r *Results) { r.Runs[0].Comparisons[0].Check.Counts = compare.Counts{OK: 8, Inconclusive: 2} },
			"The gradients agree: none of 10 elements checked is wrong, 2 inconclusive."},
		{"missed control", func(r *Results) { r.Runs[0].Comparisons[0].Check.Control.Done = true },
			"The gradients did not pass the check, though none of 10 elements checked was found wrong."},
	} {
		r := sample(false)
		c.change(r)
		if got := r.Verdict(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Runs that were interrupted before the first step have nothing to draw.
func TestHTMLWithoutSteps(t *testing.T) {
	r := sample(false)
	run := &r.Runs[0]
	run.Symbolic.Loss, run.Numeric.Loss, run.Drift, run.Evaluated = nil, nil, nil, nil
	run.Symbolic.Accuracy, run.Numeric.Accuracy = nil, nil
	run.Symbolic.Seconds, run.Numeric.Seconds = nil, nil
	r.Interrupted = true
	text := writePage(t, r)
	if strings.Contains(text, "<figure") {
		t.Error("a chart of nothing")
	}
	if !strings.Contains(text, "interrupted") {
		t.Error("the page does not say that the run was interrupted")
	}
}
