package page

import (
	"gradtwin/compare/twin"
	"gradtwin/internal/report"
)

// WriteSweep writes the error against the step as sweep.csv, and as a figure with
// the check's step h marked, sweep.png and sweep.svg. Smooth says that the loss
// has no kink.
func WriteSweep(d report.Dir, s *twin.Sweep, h float64, smooth bool) error {
	rounding, truncation := s.Lines()
	columns := []report.Column{{Name: "h", Values: s.Steps}, {Name: "rounding", Values: rounding},
		{Name: "truncation", Values: truncation}}
	for _, e := range s.Elements {
		columns = append(columns, report.Column{Name: e.Element, Values: e.Error})
	}
	if err := d.WriteCSV("sweep.csv", columns...); err != nil {
		return err
	}
	return writeFigure(d, "sweep", sweepChart("sweep", s, smooth, mark{Name: "the check's h", X: h}))
}

// WriteFormulas writes the errors of three difference formulas against their step as
// formulas.csv, and as a figure, formulas.png and formulas.svg.
func WriteFormulas(d report.Dir, s *twin.FormulaSweep, smooth bool) error {
	columns := []report.Column{{Name: "h", Values: s.Steps}}
	for _, f := range s.Formulas {
		columns = append(columns, report.Column{Name: f.Formula, Values: f.Error})
	}
	if err := d.WriteCSV("formulas.csv", columns...); err != nil {
		return err
	}
	return writeFigure(d, "formulas", formulasChart("formulas", s, smooth))
}
