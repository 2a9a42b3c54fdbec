package digits

import (
	"bytes"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func encoded(t testing.TB, img image.Image) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// stroke returns a picture with a bar of ink on paper.
func stroke(width, height int, bar image.Rectangle, ink, paper uint8) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, width, height))
	for i := range g.Pix {
		g.Pix[i] = paper
		if image.Pt(i%width, i/width).In(bar) {
			g.Pix[i] = ink
		}
	}
	return g
}

// A picture of MNIST's size comes back as it is, in either polarity.
func TestReadSameSize(t *testing.T) {
	want := make([]byte, Side*Side)
	for i := range want {
		if x, y := i%Side, i/Side; x > 4 && x < 20 && y > 6 && y < 22 {
			want[i] = byte(37 * i)
		}
	}
	for _, light := range []bool{false, true} {
		g := image.NewGray(image.Rect(0, 0, Side, Side))
		for i, v := range want {
			g.Pix[i] = v
			if light {
				g.Pix[i] = 255 - v
			}
		}
		got, err := decode(encoded(t, g))
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("dark on light %v: %v, %v", light, got, err)
		}
	}
	if same, ok := picture(want, Side, Side).(*image.Gray); !ok || same.Pix[7*Side+5] != 255-want[7*Side+5] {
		t.Error("the picture is not dark on light")
	}
}

// A larger picture is scaled and centred, wherever the digit is on it and
// whatever the colours.
func TestReadLarger(t *testing.T) {
	bar := image.Rect(40, 30, 60, 130) // 20×100: 4×20 in the box
	want, err := decode(encoded(t, stroke(200, 150, bar, 0, 255)))
	if err != nil {
		t.Fatal(err)
	}
	var sum, x, y float64
	for i, v := range want {
		sum += float64(v)
		x += float64(v) * (float64(i%Side) + 0.5)
		y += float64(v) * (float64(i/Side) + 0.5)
	}
	// 4×20 pixels of full ink around the middle; scaling rounds at the edges.
	if math.Abs(sum/255-80) > 1 || math.Abs(x/sum-14) > 0.5 || math.Abs(y/sum-14) > 0.5 {
		t.Errorf("%.1f pixels of ink around %.2f, %.2f: want 80 around 14, 14", sum/255, x/sum, y/sum)
	}
	clear := image.NewNRGBA(image.Rect(0, 0, 200, 150))
	for p := range bar.Dx() * bar.Dy() {
		clear.Set(bar.Min.X+p%bar.Dx(), bar.Min.Y+p/bar.Dx(), color.Black)
	}
	for name, img := range map[string]image.Image{
		"light on dark":    stroke(200, 150, bar, 255, 0),
		"moved":            stroke(200, 150, bar.Add(image.Pt(77, 11)), 0, 255),
		"on grey paper":    stroke(200, 150, bar, 0, 200),
		"on transparent":   clear,
		"a larger picture": stroke(900, 700, bar, 0, 255),
	} {
		if got, err := decode(encoded(t, img)); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: another digit, error %v:\n%s", name, err, strings.Join(Text(got, Side, Side), "\n"))
		}
	}
}

// A heavy foot moves the digit up; it stays inside.
func TestCentreStaysInside(t *testing.T) {
	g := stroke(100, 100, image.Rect(10, 10, 12, 90), 255, 0)
	for i := range g.Pix {
		if image.Pt(i%100, i/100).In(image.Rect(10, 70, 90, 90)) {
			g.Pix[i] = 255
		}
	}
	got, err := decode(encoded(t, g))
	if err != nil {
		t.Fatal(err)
	}
	r := bounds(&image.Gray{Pix: got, Stride: Side, Rect: image.Rect(0, 0, Side, Side)})
	if r.Dx() != box || r.Dy() != box {
		t.Errorf("the digit is %v: want %d×%d pixels", r, box, box)
	}
}

func TestReadRefuses(t *testing.T) {
	huge := encoded(t, image.NewGray(image.Rect(0, 0, Side, Side)))
	copy(huge[16:], []byte{0, 1, 0, 0, 0, 1, 0, 0}) // 65536×65536, with a checksum that fits
	sum := crc32.ChecksumIEEE(huge[12:29])
	copy(huge[29:], []byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)})
	for _, tt := range []struct {
		name    string
		content []byte
		want    string
	}{
		{"text", []byte("seven"), "not a PNG picture"},
		{"small", encoded(t, image.NewGray(image.Rect(0, 0, 27, 100))), "27×100 pixels: want 28×28 or more"},
		{"huge", huge, "65536×65536 pixels: want 28×28 or more, and at most 16777216 in total"},
		{"blank", encoded(t, image.NewGray(image.Rect(0, 0, 50, 50))), "nothing is drawn"},
		{"cut", encoded(t, stroke(50, 50, image.Rect(9, 9, 20, 20), 255, 0))[:60], "not enough pixel data"},
	} {
		path := filepath.Join(t.TempDir(), "d.png")
		if err := os.WriteFile(path, tt.content, 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), "digit "+path+": ") ||
			!strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one with %q", tt.name, err, tt.want)
		}
	}
}

func TestText(t *testing.T) {
	got := Text([]byte{255, 0, 0, 200, 255, 255, 127, 128, 128}, 3, 3)
	// Rows 255 0 0, 200 255 255 and 127 128 128: the last line has one row.
	if want := []string{"█▄▄", " ▀▀"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Pictures have a cell for each digit, and ink where it has ink.
func TestSheet(t *testing.T) {
	pixels := make([]byte, Side*Side)
	pixels[5*Side+9] = 255
	img := Sheet(slices.Repeat([]Labelled{{Pixels: pixels, Height: Side, Width: Side, Lines: []string{"7", "is 1"}}}, 7))
	w, h := Side*zoom+2*margin, Side*zoom+2*line+2*margin
	if got := img.Bounds().Size(); got != image.Pt(columns*w, 2*h) {
		t.Errorf("a sheet of %v pixels: want %d×%d", got, columns*w, 2*h)
	}
	for _, at := range []image.Point{{0, 0}, {1, 1}} { // the first and the last but one
		x, y := at.X*w+margin+9*zoom+zoom/2, at.Y*h+margin+5*zoom+zoom/2
		if r, _, _, _ := img.At(x, y).RGBA(); r != 0 {
			t.Errorf("no ink at %d, %d", x, y)
		}
	}
}

func TestConfusion(t *testing.T) {
	img := Confusion([][]int{{4, 0}, {1, 3}})
	const head = 3 * line
	at := func(r, c int) color.Color { return img.At(head+c*cell+2, head+r*cell+2) }
	if at(0, 0) != (color.RGBA{R: 0x00, G: 0x72, B: 0xb2, A: 0xff}) || at(0, 1) != (color.RGBA{255, 255, 255, 255}) {
		t.Errorf("a row that is all right: %v and %v, want full blue and white", at(0, 0), at(0, 1))
	}
	if r, _, b, _ := at(1, 0).RGBA(); r <= b {
		t.Errorf("a mistake is %v: want a red", at(1, 0))
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(encoded(f, stroke(50, 40, image.Rect(9, 9, 20, 20), 255, 0)))
	f.Add(encoded(f, stroke(Side, Side, image.Rect(9, 9, 20, 20), 0, 255)))
	f.Fuzz(func(t *testing.T, content []byte) {
		if size, err := png.DecodeConfig(bytes.NewReader(content)); err == nil && size.Width*size.Height > 1<<20 {
			t.Skip("takes long, rightly")
		}
		if digit, err := decode(content); err == nil && len(digit) != Side*Side {
			t.Errorf("%d pixels", len(digit))
		}
	})
}
