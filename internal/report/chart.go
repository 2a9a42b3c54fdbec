package report

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
)

// chart is a line chart of one or several series over common x values. The
// curves are drawn here, as SVG paths; the page's script only shows values and
// switches series and axes.
type chart struct {
	ID     string
	Title  string
	Note   string
	XName  string
	YName  string
	X      []float64
	XLog   bool
	Axes   []string // of "linear" and "log", the first is shown at the start
	Series []series
	Marks  []mark
}

// series is one curve. NaN is a gap.
type series struct {
	Name string
	// Class is the style: c0, c1, … are colours; thin, dashed, faint, dots.
	Class string
	Y     []float64
	Off   bool // at the start
	Guide bool // the axis need not reach it
}

// mark is a vertical line at an x with a name.
type mark struct {
	Name  string
	Class string
	X     float64
}

// drawnChart is what the template needs.
type drawnChart struct {
	*chart
	XTicks []tick
	Views  []view
	Lines  []drawnMark
	Data   hoverData
}

// view is the chart with one kind of y axis.
type view struct {
	Axis  string
	Ticks []tick
	Paths []template.HTMLAttr // d="…", one a series
}

type drawnMark struct {
	mark
	At float64 // percent
}

// hoverData is what the script needs to show values.
type hoverData struct {
	Min    number        `json:"min"`
	Max    number        `json:"max"`
	Log    bool          `json:"log"`
	X      []number      `json:"x"`
	Series []hoverSeries `json:"series"`
}

type hoverSeries struct {
	Name string   `json:"name"`
	Y    []number `json:"y"`
}

// number prints with the digits that a tooltip shows, and as null when it is
// not finite: JSON has no NaN.
type number float64

// MarshalJSON implements json.Marshaler.
func (n number) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(n)) || math.IsInf(float64(n), 0) {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, float64(n), 'g', 7, 64), nil
}

func numbers(values []float64) []number {
	out := make([]number, len(values))
	for i, v := range values {
		out[i] = number(v)
	}
	return out
}

// draw returns nil when there is no point to show.
func (c *chart) draw() *drawnChart {
	sx, ok := newScale(c.XLog, c.X)
	if !ok {
		return nil
	}
	d := &drawnChart{chart: c, XTicks: sx.ticks()}
	d.Data = hoverData{Min: number(sx.min), Max: number(sx.max), Log: sx.log, X: numbers(c.X)}
	var all [][]float64
	for _, s := range c.Series {
		if len(s.Y) != len(c.X) {
			panic(fmt.Sprintf("report: chart %s: series %s has %d values for %d x", c.ID, s.Name, len(s.Y), len(c.X)))
		}
		if !s.Guide {
			all = append(all, s.Y)
		}
		d.Data.Series = append(d.Data.Series, hoverSeries{s.Name, numbers(s.Y)})
	}
	for _, axis := range c.Axes {
		sy, ok := newScale(axis == "log", all...)
		if !ok {
			continue
		}
		sy = sy.padded()
		v := view{Axis: axis, Ticks: sy.ticks()}
		for _, s := range c.Series {
			v.Paths = append(v.Paths, template.HTMLAttr(`d="`+path(c.X, s.Y, sx, sy, strings.Contains(s.Class, "dots"))+`"`))
		}
		d.Views = append(d.Views, v)
	}
	for _, m := range c.Marks {
		if at := sx.at(m.X); at >= 0 && at <= 1 {
			d.Lines = append(d.Lines, drawnMark{m, 100 * at})
		}
	}
	if len(d.Views) == 0 {
		return nil
	}
	return d
}

// side is the width and height of the box that paths are drawn in. The page
// stretches it; lines keep their width.
const side = 1000

// path draws one curve. Dots are lines of no length, which round ends turn into
// circles whatever the stretch. So is a point between two gaps.
func path(x, y []float64, sx, sy scale, dots bool) string {
	var b []byte
	pen := false // on the paper
	for i := range x {
		px, py := side*sx.at(x[i]), side*(1-sy.at(y[i]))
		if math.IsNaN(px) || math.IsNaN(py) {
			pen = false
			continue
		}
		command := byte('M')
		if pen && !dots {
			command = 'L'
		}
		b = append(b, command)
		b = appendCoordinate(b, px)
		b = append(b, ' ')
		b = appendCoordinate(b, py)
		alone := !pen && (i+1 == len(x) || math.IsNaN(sx.at(x[i+1])) || math.IsNaN(sy.at(y[i+1])))
		if dots || alone {
			b = append(b, "h0"...)
		}
		pen = true
	}
	return string(b)
}

func appendCoordinate(b []byte, v float64) []byte {
	return strconv.AppendFloat(b, math.Round(10*v)/10, 'f', -1, 64)
}
