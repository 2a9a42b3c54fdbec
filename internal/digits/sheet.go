package digits

import (
	"image"
	"image/color"
	"math"
	"strconv"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// Labelled is an image of MNIST and what is written below it.
type Labelled struct {
	Pixels        []byte // height×width, 0 for the background
	Height, Width int
	Lines         []string
}

const (
	zoom    = 4  // of a digit in a sheet
	margin  = 8  // pixels around a digit
	line    = 15 // pixels from one line of text to the next
	columns = 5  // of a sheet
	cell    = 44 // pixels of a confusion matrix's cell
)

// Sheet draws digits in rows, each with its lines below. They must be of one size
// and have the same number of lines; there must be at least one.
func Sheet(digits []Labelled) image.Image {
	d := digits[0]
	w, h := max(d.Width*zoom, textWidth(digits))+2*margin, d.Height*zoom+len(d.Lines)*line+2*margin
	cols := min(columns, len(digits))
	img := blank(cols*w, (len(digits)+cols-1)/cols*h)
	for i, d := range digits {
		at := image.Pt(i%cols*w+margin, i/cols*h+margin)
		draw.NearestNeighbor.Scale(img, image.Rect(0, 0, d.Width*zoom, d.Height*zoom).Add(at),
			picture(d.Pixels, d.Height, d.Width), image.Rect(0, 0, d.Width, d.Height), draw.Src, nil)
		for k, text := range d.Lines {
			write(img, text, at.Add(image.Pt(0, d.Height*zoom+(k+1)*line-2)), color.Black)
		}
	}
	return img
}

func textWidth(digits []Labelled) int {
	most := 0
	for _, d := range digits {
		for _, text := range d.Lines {
			most = max(most, font.MeasureString(basicfont.Face7x13, text).Ceil())
		}
	}
	return most
}

// Confusion draws a confusion matrix: a row for each label, a column for each
// class that was predicted. A cell is the darker the larger its share of the row,
// blue on the diagonal and red beside it.
func Confusion(counts [][]int) image.Image {
	n := len(counts)
	const head = 3 * line // above and beside the cells
	img := blank(head+n*cell+margin, head+n*cell+margin)
	write(img, "label, by row; predicted, by column", image.Pt(margin, line-3), color.Black)
	for r, row := range counts {
		total := 0
		for _, c := range row {
			total += c
		}
		write(img, strconv.Itoa(r), image.Pt(margin, head+r*cell+cell/2+4), color.Black)
		write(img, strconv.Itoa(r), image.Pt(head+r*cell+cell/2-3, head-3), color.Black)
		for c, count := range row {
			// The root shows a mistake that is rare.
			shade := math.Sqrt(float64(count) / float64(max(1, total)))
			full := color.RGBA{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff}
			if r == c {
				full = color.RGBA{R: 0x00, G: 0x72, B: 0xb2, A: 0xff}
			}
			box := image.Rect(0, 0, cell-1, cell-1).Add(image.Pt(head+c*cell, head+r*cell))
			draw.Draw(img, box, image.NewUniform(mix(full, shade)), image.Point{}, draw.Src)
			ink := color.Color(color.Black)
			if shade > 0.6 {
				ink = color.White
			}
			text := strconv.Itoa(count)
			write(img, text, box.Min.Add(image.Pt((cell-7*len(text))/2, cell/2+4)), ink)
		}
	}
	return img
}

// mix returns a colour between white, at 0, and full, at 1.
func mix(full color.RGBA, share float64) color.Color {
	part := func(v uint8) uint8 { return uint8(math.Round(255 - share*(255-float64(v)))) }
	return color.RGBA{R: part(full.R), G: part(full.G), B: part(full.B), A: 0xff}
}

func blank(width, height int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	return img
}

// write puts text at the left end of its base line. The font has ASCII.
func write(img draw.Image, text string, at image.Point, c color.Color) {
	d := font.Drawer{Dst: img, Src: image.NewUniform(c), Face: basicfont.Face7x13, Dot: fixed.P(at.X, at.Y)}
	d.DrawString(text)
}
