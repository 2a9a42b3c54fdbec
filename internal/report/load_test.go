package report_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gradtwin/compare/twin"
	"gradtwin/internal/report"
	"gradtwin/internal/report/reporttest"
)

func TestLoadRefuses(t *testing.T) {
	for want, change := range map[string]func(r *report.Results){
		"version 1 of results: want 2": func(r *report.Results) { r.Version = 1 },
		"run 1: numeric loss of 2 steps: want 3": func(r *report.Results) {
			r.Runs[0].Numeric.Loss = r.Runs[0].Numeric.Loss[:2]
		},
		"run 1: symbolic accuracy of 2 steps: want 0": func(r *report.Results) { r.Runs[0].Evaluated = nil },
		"run 1: symbolic loss 2 is 1e+300: want -0.7 to": func(r *report.Results) {
			r.Runs[0].Symbolic.Loss[1] = 1e300
		},
		"run 1: numeric time 3 is -1: want 0 to": func(r *report.Results) {
			r.Runs[0].Numeric.Seconds[2] = -1
		},
		"run 1: numeric accuracy 1 is 1.5: want 0 to 1": func(r *report.Results) {
			r.Runs[0].Numeric.Accuracy[0] = 1.5
		},
		"run 1: accuracy at steps [0 4]: want rising ones": func(r *report.Results) { r.Runs[0].Evaluated[1] = 4 },
		"run 1: accuracy at steps [3 3]: want rising ones": func(r *report.Results) { r.Runs[0].Evaluated[0] = 3 },
		"run 1: 3 steps: want 2 at most":                   func(r *report.Results) { r.Runs[0].Config.Steps = 2 },
		"run 1: layers [4]: want at least": func(r *report.Results) {
			r.Runs[0].Config.Spec.Layers = []int{4}
		},
		"run 1: batch 60001: want 1 to 60000": func(r *report.Results) { r.Runs[0].Config.Batch = 60001 },
		"run 2: a second one with fixed batches": func(r *report.Results) {
			r.Runs = append(r.Runs, r.Runs[0])
		},
		"comparison 1: no check": func(r *report.Results) {
			r.Runs[0].Comparisons[0].Check = nil
		},
		"comparison 1: after 4 steps: want 0 to 3": func(r *report.Results) {
			r.Runs[0].Comparisons[0].After = 4
		},
		"comparison 1: after -1 steps: want 0 to 3": func(r *report.Results) {
			r.Runs[0].Comparisons[0].After = -1
		},
		"comparison 2: a second one after 0 steps": func(r *report.Results) {
			r.Runs[0].Comparisons = append(r.Runs[0].Comparisons, r.Runs[0].Comparisons[0])
		},
		"comparison 1: 1 bins of the error of W1: want 36": func(r *report.Results) {
			r.Runs[0].Comparisons[0].Errors = []twin.Histogram{{Tensor: "W1", Counts: []int{1}}}
		},
		"the error of W1: -1 equal": func(r *report.Results) {
			r.Runs[0].Comparisons[0].Errors = []twin.Histogram{{Tensor: "W1", Equal: -1, Counts: make([]int,
				twin.ErrorBins)}}
		},
		"a sweep of 1 steps has curves of another length": func(r *report.Results) {
			r.Runs[0].Comparisons[0].Sweep = &twin.Sweep{Steps: []float64{1}, Elements: []twin.SweptElement{{}}}
		},
	} {
		r := reporttest.Sample(false)
		change(r)
		dir := report.Dir(t.TempDir())
		if err := dir.WriteResults(r); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(string(dir), "results.json")
		if _, err := report.Load(string(dir)); err == nil || !strings.HasPrefix(err.Error(), path+": ") ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one of %s with %q", err, path, want)
		}
	}
}

// What is right is read, and a policy that is none cannot name a file.
func TestLoad(t *testing.T) {
	r := reporttest.Full()
	dir := report.Dir(t.TempDir())
	if err := dir.WriteResults(r); err != nil {
		t.Fatal(err)
	}
	if _, err := report.Load(string(dir)); err != nil {
		t.Error(err)
	}
	path := filepath.Join(string(dir), "results.json")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	hostile := strings.ReplaceAll(string(text), `"`+twin.Fixed.String()+`"`, `"../fixed"`)
	if err := os.WriteFile(path, []byte(hostile), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := report.Load(path); err == nil ||
		!strings.Contains(err.Error(), `policy "../fixed": want one of sgd, fixed`) {
		t.Errorf("error %v", err)
	}
	if _, err := report.Load(filepath.Join(path, "none")); err == nil {
		t.Error("no error for a file that is not there")
	}
}
