package main

import (
	"context"

	"gradtwin/compare"
	"gradtwin/compare/twin"
	"gradtwin/internal/report"
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

// printSweeps prints the error against the step.
func (a *app) printSweeps(s sweeps) {
	central := report.SweepTable(s.central)
	dispensable := []string{"ε/h"}
	for k := len(central.Head) - 1; k > 1; k-- {
		dispensable = append(dispensable, central.Head[k])
	}
	a.captioned(central, dispensable...)
	a.captioned(report.FormulaTable(s.formulas))
}
