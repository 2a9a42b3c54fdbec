package mnist

import (
	"fmt"
	"slices"

	"gradtwin"
)

// Set is one labelled set of images.
type Set struct {
	// Images holds the pixels, Len()×Height×Width, row-major, 0 to 255.
	Images []byte
	// Labels holds each image's class, 0 to 9.
	Labels        []uint8
	Height, Width int
}

// Len returns the number of images.
func (s *Set) Len() int { return len(s.Labels) }

// Inputs returns the number of pixels of an image.
func (s *Set) Inputs() int { return s.Height * s.Width }

// inputs holds the input that each pixel value becomes. The experiment divides
// in float32 and widens the quotient: 1/255 is float32's.
var inputs = func() (t [256]float64) {
	for p := range t {
		t[p] = float64(float32(p) / 255)
	}
	return t
}()

// Batch fills dst with the given rows, reusing its memory: inputs from 0 to 1,
// labels and a copy of the row numbers. It panics when there is no such row.
func (s *Set) Batch(dst *gradtwin.Batch, rows []int) {
	n := s.Inputs()
	dst.X = slices.Grow(dst.X[:0], len(rows)*n)[:len(rows)*n]
	dst.Labels = slices.Grow(dst.Labels[:0], len(rows))[:len(rows)]
	dst.Rows = append(dst.Rows[:0], rows...)
	for i, row := range rows {
		if row < 0 || row >= s.Len() {
			panic(fmt.Sprintf("mnist: row %d of %d", row, s.Len()))
		}
		dst.Labels[i] = int(s.Labels[row])
		x := dst.X[i*n:][:n]
		for j, p := range s.Images[row*n:][:n] {
			x[j] = inputs[p]
		}
	}
}
