package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"gradtwin/compare/twin"
)

// WriteFormulas writes the errors of three difference formulas against their step as
// formulas.csv, and as a plot, formulas.png and formulas.svg.
func (d Dir) WriteFormulas(s *twin.FormulaSweep) error {
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
	p, err := formulasPlot(s)
	if err != nil {
		return err
	}
	for _, format := range []string{"png", "svg"} {
		if err := d.writePlot(p, "formulas."+format, format); err != nil {
			return err
		}
	}
	return nil
}

func formulasPlot(s *twin.FormulaSweep) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text = "Error of three formulas at " + s.Element
	p.X.Label.Text, p.Y.Label.Text = "h", "|symbolic − numeric|"
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.TickerFunc(powers), plot.TickerFunc(powers)
	// Left of the middle the curves lie on each other, high up.
	p.Legend.Top, p.Legend.Left, p.Legend.XOffs = true, true, plotWidth/3
	p.Add(plotter.NewGrid())
	for i, f := range s.Formulas {
		var points plotter.XYs
		for k, v := range f.Error {
			if v > 0 && v < math.MaxFloat64 {
				points = append(points, plotter.XY{X: s.Steps[k], Y: v})
			}
		}
		if len(points) == 0 {
			continue
		}
		line, err := plotter.NewLine(points)
		if err != nil {
			return nil, fmt.Errorf("plot of %s: %w", f.Formula, err)
		}
		line.LineStyle = draw.LineStyle{Color: plotutil.Color(i), Width: vg.Points(1.5)}
		p.Add(line)
		name := f.Formula
		if f.Slope > 0 {
			name += fmt.Sprintf(", slope %.1f", f.Slope)
		}
		p.Legend.Add(name, line)
	}
	return p, nil
}
