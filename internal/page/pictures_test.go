package page

import (
	"image"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestRatioPlace(t *testing.T) {
	for v, want := range map[float64]float64{
		0: 0, 1: 1, -1: -1, 1e-5: 0, 1e-7: 0, 0.1: 0.8, -0.01: -0.6, 1.5: math.Inf(1), -2: math.Inf(-1),
	} {
		if got := ratioPlace(v); math.Abs(got-want) > 1e-12 && got != want {
			t.Errorf("ratio %v at %v, want %v", v, got, want)
		}
	}
}

func TestPaint(t *testing.T) {
	m := valueMap(2)
	img := m.paint(tile{1, 2, []float64{-2, 0}}, tile{1, 2, []float64{2, math.NaN()}})
	if want := image.Rect(0, 0, 5, 1); img.Rect != want {
		t.Fatalf("image of %v, want %v", img.Rect, want)
	}
	want := []uint8{1, 1 + levels, 0, 1 + 2*levels, m.off}
	if !slices.Equal(img.Pix, want) {
		t.Errorf("colours %v, want %v", img.Pix, want)
	}
	if _, _, _, a := img.At(2, 0).RGBA(); a != 0 {
		t.Errorf("the gap has opacity %d, want 0", a)
	}
	if img.At(4, 0) != offScale {
		t.Errorf("NaN is %v, want %v", img.At(4, 0), offScale)
	}
}

func TestReduce(t *testing.T) {
	m := matrix{rows: 4, cols: 2}
	for _, c := range []struct {
		block int
		want  tile
	}{
		{1, tile{2, 4, []float64{0, -9, 4, 6, 1, 3, 5, 7}}},
		{2, tile{1, 2, []float64{-9, 7}}},
		{3, tile{1, 2, []float64{-9, 7}}},
	} {
		got := m.reduce([]float64{0, 1, -9, 3, 4, 5, 6, 7}, c.block)
		if got.rows != c.want.rows || got.cols != c.want.cols || !slices.Equal(got.values, c.want.values) {
			t.Errorf("block %d: %v, want %v", c.block, got, c.want)
		}
	}
}

// A unit with an element beyond its bound is shown though its gradient is small,
// and the element is ringed.
func TestFaultIsShown(t *testing.T) {
	const rows, cols = 4, 9
	m := matrix{name: "W1", rows: rows, cols: cols,
		symbolic: make([]float64, rows*cols), numeric: make([]float64, rows*cols), ratio: make([]float64, rows*cols)}
	for i := range m.symbolic {
		m.symbolic[i] = float64(i % cols)
	}
	m.ratio[2*cols+1] = -50
	g := m.asImages(2, 2)
	if want := []string{"unit 1", "unit 4", "unit 5", "unit 6", "unit 7", "unit 8"}; !slices.Equal(g.Headings, want) {
		t.Errorf("units %q, want %q", g.Headings, want)
	}
	rings := g.Pictures[2].Rings
	if len(rings) != 1 || rings[0].Name != "W1[2,1]" || rings[0].Ratio != 50 {
		t.Fatalf("rings %+v, want one at W1[2,1]", rings)
	}
	// Unit 1 is the first image, six of 2×2 with gaps: input 2 is its lower
	// left pixel, whose middle is at 0.5 of 17 and 1.5 of 2.
	if r := rings[0]; math.Abs(r.Left-100*0.5/17) > 1e-9 || r.Top != 75 {
		t.Errorf("ring at %v %%, %v %%", r.Left, r.Top)
	}
	for _, p := range g.Pictures {
		if !strings.HasPrefix(string(p.URI), "data:image/png;base64,") {
			t.Errorf("%s: %.40s", p.Name, p.URI)
		}
	}
}
