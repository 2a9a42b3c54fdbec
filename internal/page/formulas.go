package page

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"strconv"
	"strings"

	"gradtwin/compare/twin"
	"gradtwin/internal/report"
)

// WriteFormulas writes the errors of three difference formulas against their step as
// formulas.csv, and as a figure, formulas.png and formulas.svg. Smooth says that the
// loss has no kink.
func WriteFormulas(d report.Dir, s *twin.FormulaSweep, smooth bool) error {
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
	return writeFigure(d, "formulas", formulasChart("formulas", s, smooth))
}

// formulasChart draws the error of each formula against the step, beside the line of
// its order.
func formulasChart(id string, s *twin.FormulaSweep, smooth bool) *chart {
	c := &chart{
		ID: id, Title: "Error of three formulas at " + s.Element, Explain: kinkKey("formulas", smooth),
		XName: "h", YName: "|symbolic − numeric|", X: s.Steps, XLog: true, Axes: []string{"log"},
		Note: "An error of exactly 0 is left out.",
	}
	var unseen []string
	for i, f := range s.Formulas {
		c.Series = append(c.Series, series{Name: f.Formula, Color: i, Style: "thin", Y: drawable(f.Error)})
		if f.Slope == 0 {
			unseen = append(unseen, f.Formula)
			continue
		}
		line := make([]float64, len(s.Steps))
		for k, h := range s.Steps {
			line[k] = f.Scale * math.Pow(h, f.Order)
		}
		name := fmt.Sprintf("slope %g, measured %.2f", f.Order, f.Slope)
		c.Series = append(c.Series, series{Name: name, Color: i, Style: "dashed", Y: line, Guide: true})
	}
	if len(unseen) > 0 {
		c.Note += " No slope is seen of " + strings.Join(unseen, " and ") + "."
	}
	return c
}
