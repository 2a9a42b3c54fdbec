package page

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"

	"gradtwin/internal/stats"
)

// chart is a line chart of one or several series over common x values. The
// curves are drawn here, as SVG paths; the page's script only shows values and
// switches series and axes.
type chart struct {
	ID      string
	Title   string
	Note    string
	Explain string // the explanation beside it
	XName   string
	YName   string
	X       []float64
	XLog    bool
	Axes    []string // of "linear" and "log", the first is shown at the start
	Series  []series
	Marks   []mark
}

// series is one curve. NaN is a gap.
type series struct {
	Name   string
	Group  string // what the legend calls this curve and its neighbours of the same group; "" for the name
	Color  int    // place among the colours; grey for a guide
	Style  string // broad, thin, faint, dashed: see the style sheet
	Y      []float64
	Off    bool // at the start
	Guide  bool // the axis need not reach it
	Bridge bool // the line goes on across gaps
	Marked bool // with a dot at each point
}

// Paint is the curve's colour for a style attribute.
func (s series) Paint() template.CSS { return paint(s.Color) }

// mark is a vertical line at an x with a name.
type mark struct {
	Name string
	X    float64
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
	Dots  []template.HTMLAttr // the same, of the series that are marked

	strokes [][][]point // of each series
}

// legendEntry switches one curve, or the neighbours of a group.
type legendEntry struct {
	series
	Label  string
	Places string // of the curves, with blanks between
}

// Legend returns a line for each curve or group.
func (d *drawnChart) Legend() []legendEntry {
	var out []legendEntry
	for i, s := range d.Series {
		if last := len(out) - 1; last >= 0 && s.Group != "" && s.Group == out[last].Group {
			out[last].Places += fmt.Sprintf(" %d", i)
			continue
		}
		out = append(out, legendEntry{s, cmp.Or(s.Group, s.Name), strconv.Itoa(i)})
	}
	return out
}

type drawnMark struct {
	mark
	At float64 // percent
}

// hoverData is what the script needs to show values.
type hoverData struct {
	Min    float64          `json:"min"`
	Max    float64          `json:"max"`
	Log    bool             `json:"log"`
	X      []stats.Nullable `json:"x"`
	Series []hoverSeries    `json:"series"`
}

type hoverSeries struct {
	Name string           `json:"name"`
	Y    []stats.Nullable `json:"y"`
}

// numbers returns the values with the digits that a tooltip shows.
func numbers(values []float64) []stats.Nullable {
	const digits = 7
	out := make([]stats.Nullable, len(values))
	for i, v := range values {
		out[i] = stats.Nullable(stats.Round(v, digits))
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
	d.Data = hoverData{Min: sx.min, Max: sx.max, Log: sx.log, X: numbers(c.X)}
	var all [][]float64
	for _, s := range c.Series {
		if len(s.Y) != len(c.X) {
			panic(fmt.Sprintf("page: chart %s: series %s has %d values for %d x", c.ID, s.Name, len(s.Y), len(c.X)))
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
			strokes := place(c.X, s.Y, sx, sy, s.Bridge)
			v.strokes = append(v.strokes, strokes)
			v.Paths = append(v.Paths, attribute(strokes))
			var dots template.HTMLAttr
			if s.Marked {
				dots = attribute(dotted(strokes))
			}
			v.Dots = append(v.Dots, dots)
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

// drawable returns errors with gaps where there is none to draw.
func drawable(errors []float64) []float64 {
	y := slices.Clone(errors)
	for i, v := range y {
		if v == 0 || v == math.MaxFloat64 {
			y[i] = math.NaN()
		}
	}
	return y
}

// side is the width and height of the box that paths are drawn in. The page
// stretches it; lines keep their width.
const side = 1000

// point is a place in that box, from its upper left corner.
type point struct{ x, y float64 }

// place returns the strokes of one curve: a new one after each gap, unless gaps
// are bridged.
func place(x, y []float64, sx, sy scale, bridge bool) [][]point {
	var strokes [][]point
	pen := false // on the paper
	for i := range x {
		p := point{side * sx.at(x[i]), side * (1 - sy.at(y[i]))}
		if math.IsNaN(p.x) || math.IsNaN(p.y) {
			pen = pen && bridge
			continue
		}
		if !pen {
			strokes = append(strokes, nil)
		}
		last := len(strokes) - 1
		strokes[last] = append(strokes[last], p)
		pen = true
	}
	return strokes
}

// dotted makes a stroke of each point.
func dotted(strokes [][]point) [][]point {
	var dots [][]point
	for _, s := range strokes {
		for i := range s {
			dots = append(dots, s[i:i+1])
		}
	}
	return dots
}

// attribute writes strokes as a path. One of a single point is a line of no length,
// which round ends turn into a dot.
func attribute(strokes [][]point) template.HTMLAttr {
	b := []byte(`d="`)
	for _, s := range strokes {
		for i, p := range s {
			b = append(b, "ML"[min(i, 1)])
			b = appendCoordinate(b, p.x)
			b = append(b, ' ')
			b = appendCoordinate(b, p.y)
		}
		if len(s) == 1 {
			b = append(b, "h0"...)
		}
	}
	return template.HTMLAttr(append(b, '"'))
}

func appendCoordinate(b []byte, v float64) []byte {
	return strconv.AppendFloat(b, math.Round(10*v)/10, 'f', -1, 64)
}
