package report

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Load reads an earlier comparison: a folder that a report was written to, or
// its results.json. Where the folder has the gradients too (.npz), they are
// read.
func Load(path string) (*Results, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("earlier run: %w", err)
	}
	if info.IsDir() {
		path = filepath.Join(path, "results.json")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("earlier run: %w", err)
	}
	r := &Results{}
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if r.Version != Version {
		return nil, fmt.Errorf("%s: version %d of results: want %d", path, r.Version, Version)
	}
	for i := range r.Runs {
		run := &r.Runs[i]
		if err := run.validate(); err != nil {
			return nil, fmt.Errorf("%s: run %d: %w", path, i+1, err)
		}
		for k := range run.Comparisons {
			c := &run.Comparisons[k]
			if c.Point, err = readPoint(filepath.Join(filepath.Dir(path), run.pointFile(c)), run.Config.Spec.Layout()); err != nil {
				return nil, err
			}
		}
	}
	return r, nil
}

// validate tells whether the run can be drawn.
func (r *Run) validate() error {
	if err := r.Config.Spec.Validate(); err != nil {
		return err
	}
	n := len(r.Drift)
	for _, c := range []struct {
		name string
		len  int
		want int
	}{
		{"symbolic losses", len(r.Symbolic.Loss), n}, {"numeric losses", len(r.Numeric.Loss), n},
		{"symbolic times", len(r.Symbolic.Seconds), n}, {"numeric times", len(r.Numeric.Seconds), n},
		{"symbolic accuracies", len(r.Symbolic.Accuracy), len(r.Evaluated)}, {"numeric accuracies", len(r.Numeric.Accuracy), len(r.Evaluated)},
	} {
		if c.len != c.want {
			return fmt.Errorf("%d %s: want %d", c.len, c.name, c.want)
		}
	}
	for k, c := range r.Comparisons {
		if c.Check == nil {
			return fmt.Errorf("comparison %d has no check", k+1)
		}
		if s := c.Sweep; s != nil && slices.ContainsFunc(s.Elements, func(e SweptElement) bool { return len(e.Error) != len(s.Steps) }) {
			return fmt.Errorf("comparison %d: a sweep of %d steps has curves of another length", k+1, len(s.Steps))
		}
		for _, h := range c.Errors {
			if len(h.Counts) != errorBins {
				return fmt.Errorf("comparison %d: %d bins of the error of %s: want %d", k+1, len(h.Counts), h.Tensor, errorBins)
			}
		}
	}
	return nil
}
