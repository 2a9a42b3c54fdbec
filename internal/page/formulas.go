package page

import (
	"fmt"
	"math"
	"strings"

	"gradtwin/compare/twin"
)

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
