package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// WriteSweep writes the error against the step as sweep.csv, and as a plot with
// the check's step h marked, sweep.png and sweep.svg.
func (d Dir) WriteSweep(s *Sweep, h float64) error {
	if err := d.Write("sweep.csv", s.csv()); err != nil {
		return err
	}
	p, err := s.plot(h)
	if err != nil {
		return err
	}
	for _, format := range []string{"png", "svg"} {
		if err := d.writePlot(p, "sweep."+format, format); err != nil {
			return err
		}
	}
	return nil
}

func (s *Sweep) csv() []byte {
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	rounding, truncation := s.lines()
	head := []string{"h", "rounding", "truncation"}
	for _, e := range s.Elements {
		head = append(head, e.Element)
	}
	w.Write(head)
	for k, h := range s.Steps {
		line := []string{strconv.FormatFloat(h, 'g', -1, 64), strconv.FormatFloat(rounding[k], 'g', -1, 64), ""}
		if truncation != nil {
			line[2] = strconv.FormatFloat(truncation[k], 'g', -1, 64)
		}
		for _, e := range s.Elements {
			line = append(line, strconv.FormatFloat(e.Error[k], 'g', -1, 64))
		}
		w.Write(line)
	}
	w.Flush() // a buffer takes everything
	return buf.Bytes()
}

func (s *Sweep) plot(h float64) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text = "Error of central differences against their step"
	p.X.Label.Text, p.Y.Label.Text = "h", "|symbolic − numeric|"
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.TickerFunc(powers), plot.TickerFunc(powers)
	// Between the branches of the V.
	p.Legend.Top, p.Legend.Left, p.Legend.XOffs = true, true, plotWidth/4
	p.Add(plotter.NewGrid())
	lo, hi := math.Inf(1), math.Inf(-1)
	add := func(name string, y []float64, style draw.LineStyle) error {
		var points plotter.XYs
		for k, v := range y {
			if v > 0 && v < math.MaxFloat64 {
				points = append(points, plotter.XY{X: s.Steps[k], Y: v})
			}
		}
		if len(points) == 0 {
			return nil
		}
		line, err := plotter.NewLine(points)
		if err != nil {
			return fmt.Errorf("plot of %s: %w", name, err)
		}
		line.LineStyle = style
		p.Add(line)
		p.Legend.Add(name, line)
		return nil
	}
	for i := range s.Elements {
		e := &s.Elements[i]
		for _, v := range e.shown() {
			if !math.IsNaN(v) {
				lo, hi = min(lo, v), max(hi, v)
			}
		}
		if err := add(e.Element, e.shown(), draw.LineStyle{Color: plotutil.Color(i), Width: vg.Points(1)}); err != nil {
			return nil, err
		}
	}
	if lo > hi {
		lo, hi = s.Noise, 1
	}
	rounding, truncation := s.lines()
	// The branches go no farther than the curves, or they would set the axis.
	within := func(y []float64) []float64 {
		out := slices.Clone(y)
		for k, v := range out {
			if v < lo || v > hi {
				out[k] = math.NaN()
			}
		}
		return out
	}
	grey := draw.LineStyle{Color: markColor, Width: vg.Points(1), Dashes: plotutil.Dashes(1)}
	if err := add("rounding ε/h", within(rounding), grey); err != nil {
		return nil, err
	}
	if err := add("truncation h²|f'''|/6", within(truncation), grey); err != nil {
		return nil, err
	}
	mark, err := plotter.NewLine(plotter.XYs{{X: h, Y: lo}, {X: h, Y: hi}})
	if err != nil {
		return nil, fmt.Errorf("plot of the step: %w", err)
	}
	mark.LineStyle = draw.LineStyle{Color: markColor, Width: vg.Points(1)}
	p.Add(mark)
	p.Legend.Add("the check's h", mark)
	return p, nil
}

// powers labels a logarithmic axis as the page does.
func powers(lo, hi float64) []plot.Tick {
	var out []plot.Tick
	for _, v := range (scale{lo, hi, true}).logTicks() {
		out = append(out, plot.Tick{Value: v, Label: strconv.FormatFloat(v, 'g', 3, 64)})
	}
	return out
}
