package page

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"slices"

	"gradtwin/compare/twin"
	"gradtwin/internal/stats"
	"gradtwin/internal/words"
)

// gallery is the pictures of one point: the batch, the first layer's gradient
// as images of the input, and the other matrices as heat maps.
type gallery struct {
	Digits *picture
	Labels []int
	Groups []pictureGroup
}

// pictureGroup is one tensor's symbolic and numeric gradient and their
// difference.
type pictureGroup struct {
	Title    string
	Note     string
	Wide     bool // pictures one below the other
	Headings []string
	Pictures []picture
	Bars     []colorBar
	Values   values

	symbolic, numeric, ratio []tile
}

// values is what the script needs to tell a picture's values: those of all cells,
// tile by tile, and which element a cell is.
type values struct {
	Point    string `json:"point"` // where
	Tensor   string `json:"tensor"`
	Rows     int    `json:"rows"` // of a tile
	Cols     int    `json:"cols"`
	Units    []int  `json:"units,omitempty"` // each tile is one unit's column; nil where one tile is the matrix
	Block    int    `json:"block"`           // a cell is so many rows and columns of the matrix
	Turned   bool   `json:"turned"`          // a tile's rows are the matrix's columns
	Symbolic array  `json:"symbolic"`
	Gap      array  `json:"gap"`   // symbolic − numeric
	Ratio    array  `json:"ratio"` // over the bound
}

// picture is one image.
type picture struct {
	Name          string
	Alt           string
	URI           template.URL
	Width, Height int // pixels of the image
	Rings         []ring
}

// ring marks an element beyond its bound.
type ring struct {
	Name      string
	Left, Top float64 // percent
	Ratio     float64 // units of the bound
}

// colorBar is the scale of one or several pictures.
type colorBar struct {
	Name  string
	URI   template.URL
	Ticks []tick
}

const (
	// maxDigits and maxUnits are how many images stand side by side.
	maxDigits = 10
	maxUnits  = 6
	// maxCells bounds a heat map's rows and columns; a larger matrix shows the
	// value farthest from zero of each block.
	maxCells = 200
	// maxRings bounds the marks in one picture.
	maxRings = 12
)

// newGallery draws a point; its values go into the payload.
func newGallery(id string, p *twin.Point, data *payload) *gallery {
	g := &gallery{}
	if n := min(p.Batch.Len(), maxDigits); n > 0 && p.Height > 0 {
		tiles := make([]tile, n)
		for i := range tiles {
			tiles[i] = tile{p.Height, p.Width, p.Batch.X[i*p.Height*p.Width:]}
		}
		g.Digits = newPicture("digits", "the batch's digits", inkMap, tiles...)
		g.Labels = p.Batch.Labels[:n]
	}
	ratios := p.Ratios()
	for k, t := range p.Layout {
		if len(t.Shape) != 2 {
			continue
		}
		m := matrix{name: t.Name, rows: t.Shape[0], cols: t.Shape[1],
			symbolic: twin.PartOf(p, k, p.Symbolic), numeric: twin.PartOf(p, k, p.Settled),
			ratio: twin.PartOf(p, k, ratios)}
		if k == 0 && p.Height > 0 {
			g.Groups = append(g.Groups, m.asImages(p.Height, p.Width))
		} else {
			g.Groups = append(g.Groups, m.asHeatMap())
		}
		g.Groups[len(g.Groups)-1].carry(id, data)
	}
	return g
}

// matrix is one weight matrix's gradients, inputs×units.
type matrix struct {
	name                     string
	rows, cols               int
	symbolic, numeric, ratio []float64
}

// asImages shows some units' gradients as images of the input.
func (m *matrix) asImages(height, width int) pictureGroup {
	units := m.choose()
	g := pictureGroup{
		Title: fmt.Sprintf("Gradient of %s as images, %d of %d hidden units", m.name, len(units), m.cols),
		Note: fmt.Sprintf(
			"Each image is one unit's column of ∂L/∂%s: a pixel is the weight of an input. Units with an element "+
				"beyond its bound are chosen first, then those with the largest gradients. Pixels that are blank "+
				"in every digit have the gradient 0.",
			m.name,
		),
		Wide: true,
	}
	column := func(values []float64) []tile {
		tiles := make([]tile, len(units))
		for i, u := range units {
			t := tile{height, width, make([]float64, height*width)}
			for r := range m.rows {
				t.values[r] = values[r*m.cols+u]
			}
			tiles[i] = t
		}
		return tiles
	}
	symbolic, numeric, ratio := column(m.symbolic), column(m.numeric), column(m.ratio)
	for _, u := range units {
		g.Headings = append(g.Headings, fmt.Sprintf("unit %d", u))
	}
	g.Values = values{Tensor: m.name, Units: units, Block: 1}
	g.fill(m.name, symbolic, numeric, ratio)
	return g
}

// choose returns the units to show, in their order.
func (m *matrix) choose() []int {
	beyond, square := make([]float64, m.cols), make([]float64, m.cols)
	units := make([]int, m.cols)
	for u := range units {
		units[u] = u
		for r := range m.rows {
			i := r*m.cols + u
			if a := math.Abs(m.ratio[i]); a > 1 {
				beyond[u] = max(beyond[u], a)
			}
			square[u] += m.symbolic[i] * m.symbolic[i]
		}
	}
	slices.SortFunc(units, func(a, b int) int {
		return cmp.Or(cmp.Compare(beyond[b], beyond[a]), cmp.Compare(square[b], square[a]), cmp.Compare(a, b))
	})
	units = units[:min(len(units), maxUnits)]
	slices.Sort(units)
	return units
}

// asHeatMap shows the whole matrix, the longer side across.
func (m *matrix) asHeatMap() pictureGroup {
	g := pictureGroup{Title: fmt.Sprintf("Gradient of %s, %d×%d", m.name, m.rows, m.cols)}
	across, down := "units", "inputs"
	if m.rows > m.cols {
		across, down = down, across
	}
	g.Note = fmt.Sprintf("The whole of ∂L/∂%s: %s across, %s down.", m.name, across, down)
	block := max(1, (max(m.rows, m.cols)+maxCells-1)/maxCells)
	if block > 1 {
		g.Note += fmt.Sprintf(" Each cell is the value farthest from zero of %d×%d elements.", block, block)
	}
	cells := func(values []float64) []tile { return []tile{m.reduce(values, block)} }
	ratio := cells(m.ratio)
	g.Wide = ratio[0].cols > 3*ratio[0].rows
	g.Values = values{Tensor: m.name, Block: block, Turned: m.rows > m.cols}
	g.fill(m.name, cells(m.symbolic), cells(m.numeric), ratio)
	return g
}

// reduce returns the matrix, or its transpose when that is wider, with one cell
// for each block.
func (m *matrix) reduce(values []float64, block int) tile {
	rows, cols := (m.rows+block-1)/block, (m.cols+block-1)/block
	turned := m.rows > m.cols
	t := tile{rows, cols, make([]float64, rows*cols)}
	if turned {
		t.rows, t.cols = cols, rows
	}
	for i, v := range values {
		r, c := i/m.cols/block, i%m.cols/block
		if turned {
			r, c = c, r
		}
		if at := &t.values[r*t.cols+c]; math.Abs(v) > math.Abs(*at) {
			*at = v
		}
	}
	return t
}

// fill adds the three pictures and their scales.
func (g *pictureGroup) fill(name string, symbolic, numeric, ratio []tile) {
	g.Values.Rows, g.Values.Cols = ratio[0].rows, ratio[0].cols
	g.symbolic, g.numeric, g.ratio = symbolic, numeric, ratio
	largest := 0.0
	for _, tiles := range [][]tile{symbolic, numeric} {
		for _, t := range tiles {
			for _, v := range t.values {
				if !stats.IsNotFinite(v) {
					largest = max(largest, math.Abs(v))
				}
			}
		}
	}
	gradients, ratios := valueMap(largest), ratioMap()
	difference := newPicture("difference, in units of the bound", "difference of the gradients of "+name,
		ratios, ratio...)
	difference.Rings = rings(difference, ratio, g.Values.element)
	g.Pictures = []picture{
		*newPicture("symbolic", "symbolic gradient of "+name, gradients, symbolic...),
		*newPicture("numeric", "numeric gradient of "+name, gradients, numeric...),
		*difference,
	}
	g.Bars = []colorBar{
		{
			"gradient, both rows",
			dataURI(gradients.bar()),
			[]tick{{0, -largest, words.Digits(-largest, 2)}, {50, 0, "0"}, {100, largest, words.Digits(largest, 2)}},
		},
		{
			"difference / bound",
			dataURI(ratios.bar()),
			[]tick{{0, -1, "−1"}, {20, -0.01, "−0.01"}, {50, 0, "0"}, {80, 0.01, "0.01"}, {100, 1, "1"}},
		},
	}
}

// element names the element that a cell shows, or the corner of its block.
func (v values) element(tile, offset int) string {
	r, c := offset/v.Cols, offset%v.Cols
	switch {
	case v.Units != nil:
		r, c = offset, v.Units[tile]
	case v.Turned:
		r, c = c, r
	}
	if v.Block > 1 {
		return fmt.Sprintf("%s near [%d,%d]", v.Tensor, r*v.Block, c*v.Block)
	}
	return fmt.Sprintf("%s[%d,%d]", v.Tensor, r, c)
}

// carry puts the values into the payload. The microscope needs all digits of the
// symbolic ones, where it can look.
func (g *pictureGroup) carry(id string, data *payload) {
	var symbolic, gap, ratio []float64
	for k, t := range g.symbolic {
		symbolic = append(symbolic, t.values...)
		ratio = append(ratio, g.ratio[k].values...)
		for i, v := range t.values {
			gap = append(gap, v-g.numeric[k].values[i])
		}
	}
	v := &g.Values
	v.Gap, v.Ratio = data.floats16(gap), data.floats16(ratio)
	if v.Block == 1 && slices.ContainsFunc(data.Points, func(p payloadPoint) bool { return p.ID == id }) {
		v.Point, v.Symbolic = id, data.floats64(symbolic, nil)
	} else {
		v.Symbolic = data.floats32(symbolic, nil)
	}
}

func newPicture(name, alt string, m *colorMap, tiles ...tile) *picture {
	img := m.paint(tiles...)
	return &picture{Name: name, Alt: alt, URI: dataURI(img), Width: img.Rect.Dx(), Height: img.Rect.Dy()}
}

// rings marks the elements beyond their bound, the worst first.
func rings(p *picture, ratio []tile, element func(k, offset int) string) []ring {
	var out []ring
	for k, t := range ratio {
		for i, v := range t.values {
			if a := math.Abs(v); a > 1 || math.IsNaN(v) {
				x, y := k*(t.cols+1)+i%t.cols, i/t.cols
				out = append(out, ring{
					Name: element(k, i), Ratio: a,
					Left: 100 * (float64(x) + 0.5) / float64(p.Width),
					Top:  100 * (float64(y) + 0.5) / float64(p.Height),
				})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b ring) int { return cmp.Compare(b.Ratio, a.Ratio) })
	return out[:min(len(out), maxRings)]
}
