// Package digits reads drawn digits from pictures as MNIST has them, and draws
// digits and what a network made of them.
package digits

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"math"
	"slices"

	"golang.org/x/image/draw"

	"gradtwin/internal/npz"
)

const (
	// Side is the height and the width of MNIST's images, in pixels.
	Side = 28
	// box is the size that MNIST's digits were scaled to, their proportions kept.
	box = 20
	// maxPixels limits a picture: a small file can claim a very large one.
	maxPixels = 1 << 24
	// visible is the ink from which a pixel belongs to the digit, so that paper and
	// compression do not: a quarter of full ink.
	visible = 64
)

// Read returns the digit of a PNG file as an image of MNIST: Side×Side pixels,
// row-major, 0 for the background and 255 for ink. A picture of that size is taken
// as it is; of a larger one the digit is cut out, scaled to 20 pixels and put with
// its centre of mass in the middle, as LeCun, Cortes and Burges did it for MNIST.
// Whether ink is dark or light is seen by the frame, whose median is the
// background.
func Read(path string) ([]byte, error) {
	content, err := npz.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("digit: %w", err)
	}
	digit, err := decode(content)
	if err != nil {
		return nil, fmt.Errorf("digit %s: %w", path, err)
	}
	return digit, nil
}

func decode(content []byte) ([]byte, error) {
	size, err := png.DecodeConfig(bytes.NewReader(content))
	if err != nil {
		return nil, fmt.Errorf("not a PNG picture: %w", err)
	}
	if size.Width < Side || size.Height < Side || size.Width > maxPixels/size.Height {
		return nil, fmt.Errorf("%d×%d pixels: want %d×%d or more, and at most %d in total", size.Width, size.Height, Side, Side,
			maxPixels)
	}
	picture, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	ink := inkOf(picture)
	if ink.Rect.Dx() == Side && ink.Rect.Dy() == Side {
		return ink.Pix, nil
	}
	drawn := bounds(ink)
	if drawn.Empty() {
		return nil, fmt.Errorf("nothing is drawn: want a digit that stands out from the background")
	}
	return centre(ink, drawn), nil
}

// inkOf returns how much ink each pixel has, on white where the picture is
// transparent.
func inkOf(picture image.Image) *image.Gray {
	r := picture.Bounds()
	ink := image.NewGray(image.Rect(0, 0, r.Dx(), r.Dy()))
	draw.Draw(ink, ink.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(ink, ink.Rect, picture, r.Min, draw.Over)
	paper := frame(ink)
	light := paper >= 128
	for i, v := range ink.Pix {
		far, most := int(v)-int(paper), 255-int(paper)
		if light {
			far, most = -far, int(paper)
		}
		ink.Pix[i] = uint8(max(0, far) * 255 / most)
	}
	return ink
}

// frame returns the median of the outermost pixels.
func frame(g *image.Gray) uint8 {
	var edge []uint8
	w, h := g.Rect.Dx(), g.Rect.Dy()
	for x := range w {
		edge = append(edge, g.Pix[x], g.Pix[(h-1)*w+x])
	}
	for y := range h {
		edge = append(edge, g.Pix[y*w], g.Pix[y*w+w-1])
	}
	slices.Sort(edge)
	return edge[len(edge)/2]
}

// bounds returns the smallest rectangle that holds all visible ink.
func bounds(ink *image.Gray) image.Rectangle {
	var r image.Rectangle
	w := ink.Rect.Dx()
	for i, v := range ink.Pix {
		if v >= visible {
			r = r.Union(image.Rect(i%w, i/w, i%w+1, i/w+1))
		}
	}
	return r
}

// centre scales a part of the picture to the box and puts it with its centre of
// mass in the middle of an image of MNIST.
func centre(ink *image.Gray, part image.Rectangle) []byte {
	scale := box / float64(max(part.Dx(), part.Dy()))
	size := func(n int) int { return max(1, int(math.Round(scale*float64(n)))) }
	small := image.NewGray(image.Rect(0, 0, size(part.Dx()), size(part.Dy())))
	draw.CatmullRom.Scale(small, small.Rect, ink, part, draw.Src, nil)

	var sum, sumX, sumY float64
	for i, v := range small.Pix {
		sum += float64(v)
		sumX += float64(v) * (float64(i%small.Stride) + 0.5)
		sumY += float64(v) * (float64(i/small.Stride) + 0.5)
	}
	place := func(weighted float64, length int) int {
		at := int(math.Round(Side/2 - weighted/max(1, sum)))
		return min(max(at, 0), Side-length)
	}
	at := image.Pt(place(sumX, small.Rect.Dx()), place(sumY, small.Rect.Dy()))
	out := image.NewGray(image.Rect(0, 0, Side, Side))
	draw.Draw(out, small.Rect.Add(at), small, image.Point{}, draw.Src)
	return out.Pix
}

// picture returns an image of MNIST as a picture, dark on light.
func picture(pixels []byte, height, width int) image.Image {
	g := image.NewGray(image.Rect(0, 0, width, height))
	for i, v := range pixels {
		g.Pix[i] = 255 - v
	}
	return g
}
