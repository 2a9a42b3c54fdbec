package page

import (
	"bytes"
	"fmt"
	"html"
	"math"
	"strconv"
	"sync"

	"git.sr.ht/~sbinet/gg"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"

	"gradtwin/internal/report"
)

// The measures of a figure, in pixels of its SVG file. The legend stands beside
// the curves.
const (
	figureWidth, figureHeight = 960, 480
	figureScale               = 1.5 // pixels of the PNG file for one
	plotLeft, plotTop         = 80, 72
	plotWidth, plotHeight     = 600, 350
	legendLeft                = plotLeft + plotWidth + 20
	legendKey                 = 28 // length of a line in the legend
	legendLine                = 24
	textSize                  = 13
)

// writeFigure writes a chart with its first axis as name.png and name.svg. There
// is none where the chart has nothing to show.
func writeFigure(d report.Dir, name string, c *chart) error {
	drawn := c.draw()
	if drawn == nil {
		return nil
	}
	svg, png := &svgCanvas{}, newPNGCanvas()
	for _, on := range []canvas{svg, png} {
		drawn.figure(on)
	}
	content, err := png.bytes()
	if err != nil {
		return fmt.Errorf("%s.png: %w", name, err)
	}
	if err := d.Write(name+".png", content); err != nil {
		return err
	}
	return d.Write(name+".svg", svg.bytes())
}

// canvas is what a figure is drawn on.
type canvas interface {
	line(points []point, color string, width float64, dashed bool)
	// text stands with its left end, middle or right end at x for an anchor of
	// 0, ½ and 1; y is its base line.
	text(x, y, anchor float64, text string)
}

// figure draws the chart as the page does.
func (d *drawnChart) figure(on canvas) {
	v := d.Views[0]
	const gridColor, axisColor = "#e4e8ec", "#8c959f"
	on.text(plotLeft, 24, 0, d.Title)
	on.text(plotLeft, plotTop-16, 0, d.YName)
	on.text(plotLeft+plotWidth, plotTop+plotHeight+42, 1, d.XName)
	for _, t := range v.Ticks {
		y := plotTop + plotHeight*(1-t.At/100)
		on.line([]point{{plotLeft, y}, {plotLeft + plotWidth, y}}, gridColor, 1, false)
		on.text(plotLeft-8, y+4, 1, t.plain())
	}
	for _, t := range d.XTicks {
		x := plotLeft + plotWidth*t.At/100
		on.line([]point{{x, plotTop}, {x, plotTop + plotHeight}}, gridColor, 1, false)
		on.text(x, plotTop+plotHeight+20, 0.5, t.plain())
	}
	const right, bottom = plotLeft + plotWidth, plotTop + plotHeight
	on.line([]point{{plotLeft, plotTop}, {plotLeft, bottom}, {right, bottom}}, axisColor, 1, false)
	row := 0.0
	legend := func(name, color string, width float64, dashed bool) {
		y := plotTop + 8 + legendLine*row
		on.line([]point{{legendLeft, y}, {legendLeft + legendKey, y}}, color, width, dashed)
		on.text(legendLeft+legendKey+8, y+4, 0, name)
		row++
	}
	for i, s := range d.Series {
		if s.Off {
			continue
		}
		color, width, dashed := lightColor(s.Color), s.width(), s.Style == "dashed"
		if s.Style == "faint" {
			color = faded(color)
		}
		for _, stroke := range v.strokes[i] {
			on.line(inFigure(stroke), color, width, dashed)
		}
		legend(s.Name, color, width, dashed)
	}
	for _, m := range d.Lines {
		x := plotLeft + plotWidth*m.At/100
		on.line([]point{{x, plotTop}, {x, plotTop + plotHeight}}, greyColor, 1, false)
		legend(m.Name, greyColor, 1, false)
	}
}

// width is how broad the curve is.
func (s series) width() float64 {
	switch s.Style {
	case "broad":
		return 3.5
	case "thin", "dashed":
		return 1.25
	}
	return 1.75
}

// inFigure moves a stroke from the chart's box to the figure, and keeps it there:
// guides go beyond the axis.
func inFigure(stroke []point) []point {
	var out []point
	for _, p := range stroke {
		if p.y >= 0 && p.y <= side {
			out = append(out, point{plotLeft + plotWidth*p.x/side, plotTop + plotHeight*p.y/side})
		}
	}
	return out
}

// plain labels a tick without superscripts, which not every font has.
func (t tick) plain() string {
	if a := math.Abs(t.Value); a != 0 && (a < 1e-3 || a >= 1e6) {
		return strconv.FormatFloat(t.Value, 'g', 3, 64)
	}
	return t.Label
}

// svgCanvas writes SVG.
type svgCanvas struct{ bytes.Buffer }

func (c *svgCanvas) line(points []point, color string, width float64, dashed bool) {
	if len(points) == 0 {
		return
	}
	dash := ""
	if dashed {
		dash = ` stroke-dasharray="6 4"`
	}
	fmt.Fprintf(c, "<path fill=\"none\" stroke=\"%s\" stroke-width=\"%g\"%s stroke-linejoin=\"round\" %s/>\n", color,
		width, dash, attribute([][]point{points}))
}

func (c *svgCanvas) text(x, y, anchor float64, text string) {
	fmt.Fprintf(c, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", x, y,
		[...]string{"start", "middle", "end"}[int(2*anchor)], html.EscapeString(text))
}

func (c *svgCanvas) bytes() []byte {
	return fmt.Appendf(
		nil,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "+
			"font-family=\"sans-serif\" font-size=\"%d\">\n"+
			"<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n%s</svg>\n",
		figureWidth, figureHeight, figureWidth, figureHeight, textSize, c.Bytes())
}

// pngCanvas paints pixels.
type pngCanvas struct{ *gg.Context }

// face returns the font of the PNG files.
var face = sync.OnceValue(func() font.Face {
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		panic("page: " + err.Error())
	}
	// One point at 72 dots per inch is one pixel.
	out, err := opentype.NewFace(f, &opentype.FaceOptions{Size: figureScale * textSize, DPI: 72})
	if err != nil {
		panic("page: " + err.Error())
	}
	return out
})

func newPNGCanvas() pngCanvas {
	c := pngCanvas{gg.NewContext(figureScale*figureWidth, figureScale*figureHeight)}
	c.SetRGB(1, 1, 1)
	c.Clear()
	c.SetFontFace(face())
	return c
}

func (c pngCanvas) line(points []point, color string, width float64, dashed bool) {
	if len(points) == 0 {
		return
	}
	c.SetHexColor(color)
	c.SetLineWidth(figureScale * width)
	c.SetDash()
	if dashed {
		c.SetDash(6*figureScale, 4*figureScale)
	}
	for i, p := range points {
		if i == 0 {
			c.MoveTo(figureScale*p.x, figureScale*p.y)
		}
		c.LineTo(figureScale*p.x, figureScale*p.y)
	}
	c.Stroke()
}

func (c pngCanvas) text(x, y, anchor float64, text string) {
	c.SetHexColor("#1b1f24")
	c.DrawStringAnchored(text, figureScale*x, figureScale*y, anchor, 0)
}

func (c pngCanvas) bytes() ([]byte, error) {
	var buf bytes.Buffer
	err := c.EncodePNG(&buf)
	return buf.Bytes(), err
}
