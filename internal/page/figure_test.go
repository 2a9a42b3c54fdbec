package page

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gradtwin/internal/report"
)

// A figure's curve runs from the left end of its box to the right one in both
// files, and its name stands beside the box.
func TestFigure(t *testing.T) {
	dir := report.Dir(t.TempDir())
	c := &chart{Title: "a<b", XName: "x", YName: "y", X: []float64{0, 1, 2}, Axes: []string{"linear"},
		Series: []series{
			{Name: "line", Color: symbolicColor, Y: []float64{0, 1, 2}},
			{Name: "hidden", Y: []float64{1, 1, 1}, Off: true},
		}}
	if err := writeFigure(dir, "f", c); err != nil {
		t.Fatal(err)
	}
	svg, err := os.ReadFile(filepath.Join(string(dir), "f.svg"))
	if err != nil {
		t.Fatal(err)
	}
	// The y axis goes from 0 to 2.06, so 2 is 0.0291 below the top of 350 pixels.
	const path = `stroke="#0072b2" stroke-width="1.75" stroke-linejoin="round" d="M80 422L380 252.1L680 82.2"`
	for _, want := range []string{path, "a&lt;b", ">line<"} {
		if !bytes.Contains(svg, []byte(want)) {
			t.Errorf("the SVG file lacks %s:\n%s", want, svg)
		}
	}
	if strings.Contains(string(svg), "hidden") {
		t.Error("a series that is switched off is drawn")
	}
	file, err := os.ReadFile(filepath.Join(string(dir), "f.png"))
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	// The middle of the curve, at (380, 252.1) of the SVG file.
	if r, _, b, _ := img.At(570, 378).RGBA(); r>>8 != 0 || b>>8 != 0xb2 {
		t.Errorf("the middle of the curve has red %d and blue %d, want 0 and 178", r>>8, b>>8)
	}
	if err := writeFigure(dir, "none", &chart{}); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(string(dir), "none.png")); err == nil {
		t.Error("a figure of nothing")
	}
}
