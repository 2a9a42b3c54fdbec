// Package reporttest holds results for tests.
package reporttest

import (
	"math"
	"runtime"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/compare/twin"
	"gradtwin/internal/report"
)

// Sample returns results of a run of three steps with one wrong element where
// that is asked for.
func Sample(wrong bool) *report.Results {
	spec := gradtwin.Spec{Layers: []int{4, 2}, Delta: 1e-7}
	check := &compare.Report{
		Checked:            10,
		Total:              10,
		Counts:             compare.Counts{OK: 9, Kink: 1},
		Resolution:         2.31e-8,
		RelativeResolution: 1e-6,
		Tensors:            []compare.TensorReport{{Tensor: spec.Layout()[0]}},
	}
	if wrong {
		check.Counts = compare.Counts{OK: 9, Wrong: 1}
		check.Tensors[0].Counts.Wrong = 1
		check.Worst = []compare.Element{{Tensor: "W1", Index: []int{3, 1}, Verdict: compare.Wrong}}
	}
	return &report.Results{
		Version: report.Version, Replay: "gradtwin compare --data 'a<b>&c'", Engine: "incremental", Step: 1e-4,
		Environment: report.Environment{Go: "go1.26", OS: "linux", Arch: "amd64", Cores: 1},
		Data:        report.Data{Origin: "module cache", Train: 60000, Test: 10000},
		Runs: []report.Run{{
			Trace: twin.Trace{
				Config: twin.Config{Spec: spec, Seed: 8, Policy: twin.Fixed, Batch: 10, Steps: 3, Inner: 1, LR: 0.01},
				Symbolic: twin.Series{
					Backend:  "graph",
					Loss:     []float64{2, 1.5, 1.25},
					Seconds:  []float64{1e-3, 2e-3, 1e-3},
					Accuracy: []float64{0.1, 0.5},
				},
				Numeric: twin.Series{
					Backend:  "numeric",
					Loss:     []float64{2, 1.5, 1.5},
					Seconds:  []float64{4e-3, 4e-3, 2e-3},
					Accuracy: []float64{0.1, 0.25},
				},
				Drift: []float64{0, 1e-9, 1e-7}, Evaluated: []int{0, 3},
			},
			Comparisons: []twin.Comparison{{Step: 1e-4, Check: check}},
		}},
	}
}

// Full returns results with everything that a report can show.
func Full() *report.Results {
	r := Sample(true)
	run := &r.Runs[0]
	run.Memory = []report.StepMemory{{Backend: "graph", Bytes: 2048, Allocations: 975}, {Backend: "numeric"}}
	c := &run.Comparisons[0]
	c.Tensors = twin.Differences(run.Config.Spec.Layout(), make([]float64, 10), []float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
	c.Errors = []twin.Histogram{{Tensor: "W1", Equal: 1, Counts: make([]int, twin.ErrorBins)}}
	c.Errors[0].Counts[3] = 7
	c.Misses, c.Causes = []twin.Miss{
		{Element: "W1[0,1]", Symbolic: 1, Numeric: 2, Settled: 1, Cause: twin.Kink},
	}, twin.Causes{
		Kink: 1,
	}
	c.Sweep = &twin.Sweep{Steps: []float64{1e-12, 1e-6, 1}, Noise: 1e-15, Elements: []twin.SweptElement{
		{
			Element:   "W1[0,0]",
			Symbolic:  1,
			Numeric:   []float64{1, 1, 1},
			Error:     []float64{1e-3, 1e-9, math.MaxFloat64},
			Curvature: 1,
			Best:      1e-6,
		}}}
	c.Check.Layout, c.Check.Control = run.Config.Spec.Layout(), compare.Control{
		Done:    true,
		Caught:  true,
		Element: "b1[0]",
		Change:  1e-6,
	}
	sgd := Sample(false).Runs[0]
	sgd.Config.Policy = twin.SGD
	r.Runs = append(r.Runs, sgd)
	return r
}

// Allocated returns how many bytes do allocates, garbage too.
func Allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
