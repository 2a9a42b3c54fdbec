package page

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html/template"
	"image"
	"image/color"
	"image/png"
	"math"

	"gonum.org/v1/plot/palette/moreland"
)

// colorMap gives values from −1 to 1 a colour, and those beyond another. Its
// palette has a transparent colour first, for the gaps between tiles.
type colorMap struct {
	palette color.Palette
	// place maps a value to −1..1, and beyond for what is off the scale.
	place func(v float64) float64
	off   uint8 // the colour of what is off the scale
}

// levels is how many colours a map has on either side of its middle.
const levels = 100

// offScale stands out from every colour of the maps.
var offScale = color.NRGBA{R: 0xff, G: 0x00, B: 0x3c, A: 0xff}

// newColorMap takes the colours of a diverging map of Moreland's: its middle is
// a light grey, so that a deviation in either direction is seen.
func newColorMap(diverging interface {
	SetMin(float64)
	SetMax(float64)
	At(float64) (color.Color, error)
}, place func(float64) float64) *colorMap {
	diverging.SetMin(-1)
	diverging.SetMax(1)
	m := &colorMap{palette: color.Palette{color.NRGBA{}}, place: place}
	for i := -levels; i <= levels; i++ {
		c, err := diverging.At(float64(i) / levels)
		if err != nil {
			panic("page: " + err.Error())
		}
		m.palette = append(m.palette, c)
	}
	m.off = uint8(len(m.palette))
	m.palette = append(m.palette, offScale)
	return m
}

func (m *colorMap) index(v float64) uint8 {
	x := m.place(v)
	if !(x >= -1 && x <= 1) {
		return m.off
	}
	return uint8(1 + levels + int(math.Round(levels*x)))
}

// valueMap shows gradients on a linear scale from −largest to largest.
func valueMap(largest float64) *colorMap {
	if largest == 0 {
		largest = 1
	}
	return newColorMap(moreland.SmoothBlueRed(), func(v float64) float64 { return v / largest })
}

// ratioDecades is how far below the bound the difference's scale reaches. With
// a linear scale all rounding would be one grey.
const ratioDecades = 5

// ratioMap shows differences in units of the bound: logarithmic on both sides
// of a grey middle for what is below 10^−ratioDecades.
func ratioMap() *colorMap {
	return newColorMap(moreland.SmoothGreenPurple(), ratioPlace)
}

func ratioPlace(v float64) float64 {
	a := math.Abs(v)
	x := max(0, 1+math.Log10(a)/ratioDecades)
	if a > 1 {
		x = math.Inf(1)
	}
	return math.Copysign(x, v)
}

// inkMap shows a digit's pixels, 0 to 1, as dark on light.
var inkMap = func() *colorMap {
	m := &colorMap{palette: color.Palette{color.NRGBA{}}, place: func(v float64) float64 { return v }}
	for i := -levels; i <= levels; i++ {
		m.palette = append(m.palette, color.Gray{Y: uint8(255 - 255*max(0, i)/levels)})
	}
	m.off = uint8(len(m.palette))
	m.palette = append(m.palette, offScale)
	return m
}()

// tile is a matrix of values, row-major.
type tile struct {
	rows, cols int
	values     []float64
}

// paint draws tiles of one size side by side, a pixel a value, with a gap of
// one pixel between them.
func (m *colorMap) paint(tiles ...tile) *image.Paletted {
	rows, cols := tiles[0].rows, tiles[0].cols
	img := image.NewPaletted(image.Rect(0, 0, len(tiles)*(cols+1)-1, rows), m.palette)
	for k, t := range tiles {
		for r := range rows {
			for c := range cols {
				img.SetColorIndex(k*(cols+1)+c, r, m.index(t.values[r*cols+c]))
			}
		}
	}
	return img
}

// bar draws the map's own scale from −1 to 1 as one row.
func (m *colorMap) bar() *image.Paletted {
	img := image.NewPaletted(image.Rect(0, 0, 2*levels+1, 1), m.palette)
	for i := range 2*levels + 1 {
		img.SetColorIndex(i, 0, uint8(1+i))
	}
	return img
}

// dataURI encodes an image for an img element.
func dataURI(img image.Image) template.URL {
	var buf bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestCompression}
	if err := e.Encode(&buf, img); err != nil {
		panic(fmt.Sprintf("page: %v", err)) // a buffer takes everything
	}
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(buf.Bytes()))
}
