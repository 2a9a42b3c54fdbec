package page

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"

	"gradtwin/compare/twin"
	"gradtwin/internal/report"
)

// WriteFormulas writes the errors of three difference formulas against their step as
// formulas.csv, and as a figure, formulas.png and formulas.svg.
func WriteFormulas(d report.Dir, s *twin.FormulaSweep) error {
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	head := []string{"h"}
	for _, f := range s.Formulas {
		head = append(head, f.Formula)
	}
	w.Write(head)
	for k, h := range s.Steps {
		line := []string{strconv.FormatFloat(h, 'g', -1, 64)}
		for _, f := range s.Formulas {
			line = append(line, strconv.FormatFloat(f.Error[k], 'g', -1, 64))
		}
		w.Write(line)
	}
	w.Flush() // a buffer takes everything
	if err := d.Write("formulas.csv", buf.Bytes()); err != nil {
		return err
	}
	return writeFigure(d, "formulas", formulasChart(s))
}

func formulasChart(s *twin.FormulaSweep) *chart {
	c := &chart{
		ID: "formulas", Title: "Error of three formulas at " + s.Element, XName: "h", YName: "|symbolic − numeric|",
		X: s.Steps, XLog: true, Axes: []string{"log"},
	}
	for i, f := range s.Formulas {
		name := f.Formula
		if f.Slope > 0 {
			name += fmt.Sprintf(", slope %.1f", f.Slope)
		}
		c.Series = append(c.Series, series{Name: name, Color: i, Y: drawable(f.Error)})
	}
	return c
}
