package report

import (
	"fmt"
	"math"

	"gradtwin/compare/twin"
	"gradtwin/internal/words"
)

// sweepEvery is how many steps of a sweep a line of a table stands for: one line a
// decade.
const sweepEvery = 4

// SweepTable shows the error of central differences against their step.
func SweepTable(s *twin.Sweep) *Table {
	t := &Table{
		Caption: "Error of central differences, |symbolic − numeric|, against their step h; ε/h is the part of rounding.",
		Label:   "error of central differences",
		Head:    []string{"h", "ε/h"},
	}
	best, curvature := []string{"best h", ""}, []string{"|f‴|/6", ""}
	var errors [][]float64
	for _, e := range s.Elements {
		t.Head = append(t.Head, e.Element)
		best = append(best, words.Digits(e.Best, 2))
		cell := "–" // it is nowhere seen
		if e.Curvature > 0 {
			cell = words.Digits(e.Curvature, 2)
		}
		curvature = append(curvature, cell)
		errors = append(errors, e.Error)
	}
	for k := 0; k < len(s.Steps); k += sweepEvery {
		t.Add(append([]string{words.Digits(s.Steps[k], 1), words.Digits(s.Noise/s.Steps[k], 2)}, errorsAt(errors, k)...)...)
	}
	t.Add(best...)
	t.Add(curvature...)
	return t
}

// FormulaTable shows the error of each formula against the step.
func FormulaTable(s *twin.FormulaSweep) *Table {
	t := &Table{
		Caption: "Three formulas at " + s.Element + ": where truncation makes the error, ten times the step makes it 10 " +
			"times as large with forward differences, 100 times with central ones, 10,000 times with five points.",
		Label: "error of three formulas",
		Head:  []string{"h"},
	}
	best, slope := []string{"best h"}, []string{"slope"}
	var errors [][]float64
	for _, f := range s.Formulas {
		t.Head = append(t.Head, f.Formula)
		best = append(best, words.Digits(f.Best, 2))
		cell := "–" // it is nowhere seen
		if f.Slope > 0 {
			cell = fmt.Sprintf("%.2f", f.Slope)
		}
		slope = append(slope, cell)
		errors = append(errors, f.Error)
	}
	for k := 0; k < len(s.Steps); k += sweepEvery {
		t.Add(append([]string{words.Digits(s.Steps[k], 1)}, errorsAt(errors, k)...)...)
	}
	t.Add(best...)
	t.Add(slope...)
	return t
}

// errorsAt writes each curve's error at step k; there is none where the loss is not
// finite.
func errorsAt(curves [][]float64, k int) []string {
	var cells []string
	for _, errors := range curves {
		cell := "–"
		if errors[k] != math.MaxFloat64 {
			cell = words.Digits(errors[k], 2)
		}
		cells = append(cells, cell)
	}
	return cells
}
