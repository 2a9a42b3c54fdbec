package report

import (
	"bytes"
	"fmt"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"gradtwin/compare/twin"
)

const (
	plotWidth  = 16 * vg.Centimeter
	plotHeight = 10 * vg.Centimeter
)

// Colours that also tell apart without red and green (Okabe and Ito, 2008).
var (
	symbolicColor = color.RGBA{R: 0x00, G: 0x72, B: 0xb2, A: 0xff}
	numericColor  = color.RGBA{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff}
	markColor     = color.RGBA{R: 0x60, G: 0x60, B: 0x60, A: 0xff}
)

// policyTitles names the policies as the experiment does.
var policyTitles = map[twin.Policy]string{twin.Fixed: "Fixed batch", twin.SGD: "SGD"}

// WriteLossPlots draws the loss of both backends against the step, one plot a
// run, as loss-fixed.png, loss-fixed.svg and so on.
func (d Dir) WriteLossPlots(r *Results) error {
	for i := range r.Runs {
		run := &r.Runs[i]
		if len(run.Drift) == 0 {
			continue
		}
		p, err := lossPlot(run)
		if err != nil {
			return err
		}
		for _, format := range []string{"png", "svg"} {
			if err := d.writePlot(p, "loss-"+run.Config.Policy.String()+"."+format, format); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d Dir) writePlot(p *plot.Plot, name, format string) error {
	w, err := p.WriterTo(plotWidth, plotHeight, format)
	if err != nil {
		return fmt.Errorf("plot: %w", err)
	}
	var buf bytes.Buffer
	if _, err := w.WriteTo(&buf); err != nil {
		return fmt.Errorf("plot: %w", err)
	}
	return d.Write(name, buf.Bytes())
}

// lossPlot draws the symbolic curve broad and the numeric one narrow on top of
// it: where the two agree, both are seen.
func lossPlot(run *Run) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text = fmt.Sprintf("%s: %d rows a batch, learning rate %g, seed %d",
		policyTitles[run.Config.Policy], run.Config.Batch, run.Config.LR, run.Config.Seed)
	p.X.Label.Text, p.Y.Label.Text = "step", "loss"
	p.X.Min, p.Y.Min = 0, 0
	p.Legend.Top = true
	p.Add(plotter.NewGrid())
	for _, c := range []struct {
		name  string
		loss  []float64
		style draw.LineStyle
	}{
		{method(run.Symbolic.Backend) + " (" + run.Symbolic.Backend + ")", run.Symbolic.Loss, draw.LineStyle{Color: symbolicColor, Width: vg.Points(2.5)}},
		{method(run.Numeric.Backend) + " (" + run.Numeric.Backend + ")", run.Numeric.Loss, draw.LineStyle{Color: numericColor, Width: vg.Points(0.75), Dashes: plotutil.Dashes(0)}},
	} {
		points := make(plotter.XYs, len(c.loss))
		for i, loss := range c.loss {
			points[i] = plotter.XY{X: float64(i + 1), Y: loss}
		}
		line, err := plotter.NewLine(points)
		if err != nil {
			return nil, fmt.Errorf("plot of %s: %w", c.name, err)
		}
		line.LineStyle = c.style
		p.Add(line)
		p.Legend.Add(c.name, line)
	}
	p.Y.Min = 0
	return p, nil
}
