package main

import (
	"context"
	"fmt"
	"math"

	"github.com/jedib0t/go-pretty/v6/table"

	"gradtwin/compare"
	"gradtwin/compare/twin"
)

// sweeps is what check --sweep measures: the error of central differences for an
// element of each tensor, and that of all formulas for one of these.
type sweeps struct {
	central  *twin.Sweep
	formulas *twin.FormulaSweep
}

// newSweeps measures the error against the step for what the check looked at.
func newSweeps(ctx context.Context, pair twin.Pair, found *compare.Report) (sweeps, error) {
	gradient := make([]float64, pair.Layout().Len())
	if err := pair.Gradient(gradient); err != nil {
		return sweeps{}, err
	}
	central, formulas, err := twin.Sweeps(ctx, pair, gradient, found)
	return sweeps{central, formulas}, err
}

// sweepEvery is how many steps of a sweep a line of the table stands for: one
// line a decade fits a terminal.
const sweepEvery = 4

// printFormulas prints the error of each formula against the step.
func (a *app) printFormulas(s *twin.FormulaSweep) {
	fmt.Fprintln(a.stdout)
	a.say("Three formulas at %s: where truncation makes the error, ten times the step makes it 10 times as large with "+
		"forward differences, 100 times with central ones, 10,000 times with five points", s.Element)
	w := a.table()
	head, best, slope := table.Row{"h"}, table.Row{"best h"}, table.Row{"slope"}
	for _, f := range s.Formulas {
		head = append(head, f.Formula)
		best = append(best, fmt.Sprintf("%.1e", f.Best))
		if f.Slope == 0 {
			slope = append(slope, "–")
		} else {
			slope = append(slope, fmt.Sprintf("%.2f", f.Slope))
		}
	}
	w.AppendHeader(head)
	for k := 0; k < len(s.Steps); k += sweepEvery {
		row := table.Row{fmt.Sprintf("%.0e", s.Steps[k])}
		for _, f := range s.Formulas {
			row = append(row, sweepError(f.Error[k]))
		}
		w.AppendRow(row)
	}
	w.AppendFooter(best)
	w.AppendFooter(slope)
	w.print()
}

// printSweep prints the error of each swept element against the step.
func (a *app) printSweep(s *twin.Sweep) {
	fmt.Fprintln(a.stdout)
	a.say("Error of central differences, |symbolic − numeric|, against their step h; ε/h is the part of rounding")
	head, dispensable := table.Row{"h", "ε/h"}, []string{"ε/h"}
	for i, e := range s.Elements {
		head = append(head, e.Element)
		dispensable = append(dispensable, s.Elements[len(s.Elements)-1-i].Element)
	}
	w := a.table(dispensable...)
	w.AppendHeader(head)
	for k := 0; k < len(s.Steps); k += sweepEvery {
		row := table.Row{fmt.Sprintf("%.0e", s.Steps[k]), fmt.Sprintf("%.1e", s.Noise/s.Steps[k])}
		for _, e := range s.Elements {
			row = append(row, sweepError(e.Error[k]))
		}
		w.AppendRow(row)
	}
	best, curvature := table.Row{"best h", ""}, table.Row{"|f‴|/6", ""}
	for _, e := range s.Elements {
		best = append(best, fmt.Sprintf("%.1e", e.Best))
		if e.Curvature == 0 {
			curvature = append(curvature, "–")
		} else {
			curvature = append(curvature, fmt.Sprintf("%.1e", e.Curvature))
		}
	}
	w.AppendFooter(best)
	w.AppendFooter(curvature)
	w.print()
}

// sweepError writes an error; there is none where the loss is not finite.
func sweepError(v float64) string {
	if v == math.MaxFloat64 {
		return "–"
	}
	return fmt.Sprintf("%.1e", v)
}
