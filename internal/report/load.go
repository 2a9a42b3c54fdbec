package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"

	"gradtwin"
	"gradtwin/compare/twin"
	"gradtwin/internal/npz"
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
	text, err := npz.ReadFile(path)
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
	// Whatever is one of a kind in the file is read or drawn once: else a small
	// file could have a large one read again and again.
	seen := map[twin.Policy]bool{}
	for i := range r.Runs {
		run := &r.Runs[i]
		err := run.Validate(r.Data.Train)
		if policy := run.Config.Policy; err == nil && seen[policy] {
			err = fmt.Errorf("a second one with %v batches", policy)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: run %d: %w", path, i+1, err)
		}
		seen[run.Config.Policy] = true
		for k := range run.Comparisons {
			c := &run.Comparisons[k]
			c.Point, err = readPoint(filepath.Join(filepath.Dir(path), run.pointFile(c)), run.Config.Spec)
			if err != nil {
				return nil, err
			}
		}
	}
	return r, nil
}

// Validate returns an error unless the run is one of so many training rows and can be
// drawn.
func (r *Run) Validate(rows int) error {
	if err := r.Config.Validate(rows); err != nil {
		return err
	}
	n := len(r.Drift)
	if n > r.Config.Steps {
		return fmt.Errorf("%d steps: want %d at most", n, r.Config.Steps)
	}
	for _, s := range []struct {
		name      string
		values    []float64
		len       int
		from, end float64
	}{
		{"symbolic loss", r.Symbolic.Loss, n, minLoss, maxLoss}, {"numeric loss", r.Numeric.Loss, n, minLoss, maxLoss},
		{"symbolic time", r.Symbolic.Seconds, n, 0, math.MaxFloat64},
		{"numeric time", r.Numeric.Seconds, n, 0, math.MaxFloat64},
		{"symbolic accuracy", r.Symbolic.Accuracy, len(r.Evaluated), 0, 1},
		{"numeric accuracy", r.Numeric.Accuracy, len(r.Evaluated), 0, 1},
	} {
		if len(s.values) != s.len {
			return fmt.Errorf("%s of %d steps: want %d", s.name, len(s.values), s.len)
		}
		for i, v := range s.values {
			if v < s.from || v > s.end {
				return fmt.Errorf("%s %d is %v: want %v to %v", s.name, i+1, v, s.from, s.end)
			}
		}
	}
	for i, step := range r.Evaluated {
		if step < 0 || step > n || i > 0 && step <= r.Evaluated[i-1] {
			return fmt.Errorf("accuracy at steps %v: want rising ones from 0 to %d", r.Evaluated, n)
		}
	}
	seen := map[int]bool{}
	for k := range r.Comparisons {
		c := &r.Comparisons[k]
		err := validateComparison(c, r.Config.Steps)
		if err == nil && seen[c.After] {
			err = fmt.Errorf("a second one after %d steps", c.After)
		}
		if err != nil {
			return fmt.Errorf("comparison %d: %w", k+1, err)
		}
		seen[c.After] = true
	}
	for i, p := range r.Predictions {
		if err := validatePredictions(p, r.Config.Spec); err != nil {
			return fmt.Errorf("predictions %d: %w", i+1, err)
		}
	}
	return nil
}

// validatePredictions returns an error unless predictions are of the spec's classes and can
// be drawn.
func validatePredictions(p *twin.Predictions, s gradtwin.Spec) error {
	if p == nil {
		return errors.New("none")
	}
	classes := len(p.Symbolic)
	for _, table := range [][][]int{p.Symbolic, p.Numeric} {
		ragged := slices.ContainsFunc(table, func(row []int) bool {
			return len(row) != classes || slices.ContainsFunc(row, func(n int) bool { return n < 0 })
		})
		if len(table) != classes || classes > s.Classes() || ragged {
			return fmt.Errorf("want two square tables of %d classes at most with counts of 0 or more", s.Classes())
		}
	}
	for _, m := range p.Mistakes {
		if len(m.Pixels) != s.Inputs() || min(m.Label, m.Symbolic, m.Numeric) < 0 ||
			max(m.Label, m.Symbolic, m.Numeric) >= s.Classes() {
			return fmt.Errorf(
				"row %d of class %d with %d pixels, taken for %d and %d: want %d pixels and classes below %d",
				m.Row,
				m.Label,
				len(m.Pixels),
				m.Symbolic,
				m.Numeric,
				s.Inputs(),
				s.Classes(),
			)
		}
	}
	return nil
}

// A loss is a mean of −ln(y+δ) with 0 ≤ y ≤ 1 and 0 ≤ δ < 1, which is above −ln
// 2 and at most −ln of the smallest float64 above zero. The rest is for
// rounding.
const minLoss, maxLoss = -0.7, 746

// validateComparison returns an error unless the comparison is one of a run of so many steps and can
// be drawn.
func validateComparison(c *twin.Comparison, steps int) error {
	if c.After < 0 || c.After > steps {
		return fmt.Errorf("after %d steps: want 0 to %d", c.After, steps)
	}
	if c.Check == nil {
		return errors.New("no check")
	}
	if s := c.Sweep; s != nil &&
		slices.ContainsFunc(s.Elements, func(e twin.SweptElement) bool { return len(e.Error) != len(s.Steps) }) {
		return fmt.Errorf("a sweep of %d steps has curves of another length", len(s.Steps))
	}
	if s := c.Formulas; s != nil &&
		slices.ContainsFunc(s.Formulas, func(f twin.FormulaError) bool { return len(f.Error) != len(s.Steps) }) {
		return fmt.Errorf("formulas at %d steps have curves of another length", len(s.Steps))
	}
	for _, h := range c.Errors {
		if len(h.Counts) != twin.ErrorBins {
			return fmt.Errorf("%d bins of the error of %s: want %d", len(h.Counts), h.Tensor, twin.ErrorBins)
		}
		if i := slices.IndexFunc(h.Counts, func(n int) bool { return n < 0 }); i >= 0 || h.Equal < 0 {
			return fmt.Errorf("the error of %s: %d equal and counts %v: want none below 0", h.Tensor, h.Equal, h.Counts)
		}
	}
	return nil
}
