package report

import (
	"fmt"
	"math"

	"gradtwin/compare/twin"
	"gradtwin/internal/words"
)

// SweepTable shows the error of central differences against their step.
func SweepTable(s *twin.Sweep) *Table {
	t := &Table{
		Caption: "Error of central differences, |symbolic − numeric|, against their step h; ε/h is the part of rounding.",
		Label:   "error of central differences",
		Head:    []string{"h", "ε/h"},
	}
	var rounding []string
	for _, h := range s.Steps {
		rounding = append(rounding, words.Digits(s.Noise/h, 2))
	}
	var curves []curve
	for _, e := range s.Elements {
		c := curve{e.Element, e.Error, e.Best, "–"}
		if e.Curvature > 0 {
			c.foot = words.Digits(e.Curvature, 2)
		}
		curves = append(curves, c)
	}
	t.addCurves(s.Steps, rounding, curves, "|f‴|/6")
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
	var curves []curve
	for _, f := range s.Formulas {
		c := curve{f.Formula, f.Error, f.Best, "–"}
		if f.Slope > 0 {
			c.foot = fmt.Sprintf("%.2f", f.Slope)
		}
		curves = append(curves, c)
	}
	t.addCurves(s.Steps, nil, curves, "slope")
	return t
}

// curve is a column of a sweep's table.
type curve struct {
	name   string
	errors []float64 // at each step, math.MaxFloat64 where the loss is not finite
	best   float64   // the step of the smallest error
	foot   string    // its cell of the last line, – where nothing was seen
}

// sweepEvery is how many steps of a sweep a line of the table stands for: one line a
// decade.
const sweepEvery = 4

// addCurves adds a column for each curve, beside one that is given, or nil. The last
// line is called foot.
func (t *Table) addCurves(steps []float64, beside []string, curves []curve, foot string) {
	best, last := []string{"best h"}, []string{foot}
	if beside != nil {
		best, last = append(best, ""), append(last, "")
	}
	for _, c := range curves {
		t.Head = append(t.Head, c.name)
		best, last = append(best, words.Digits(c.best, 2)), append(last, c.foot)
	}
	for k := 0; k < len(steps); k += sweepEvery {
		cells := []string{words.Digits(steps[k], 1)}
		if beside != nil {
			cells = append(cells, beside[k])
		}
		for _, c := range curves {
			cell := "–"
			if c.errors[k] != math.MaxFloat64 {
				cell = words.Digits(c.errors[k], 2)
			}
			cells = append(cells, cell)
		}
		t.Add(cells...)
	}
	t.Add(best...)
	t.Add(last...)
}
