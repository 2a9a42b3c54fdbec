package gradtwin

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// Tensor is a named, shaped stretch of a flat vector.
type Tensor struct {
	Name  string `json:"name"`  // W1, b1, W2, …
	Shape []int  `json:"shape"` // row-major: W1 is inputs×outputs, b1 is outputs
}

// Len returns the number of elements: the product of the shape, 1 for a
// scalar.
func (t Tensor) Len() int {
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	return n
}

// Index turns an offset inside the tensor into one index a dimension.
func (t Tensor) Index(offset int) []int {
	index := make([]int, len(t.Shape))
	for d := len(t.Shape) - 1; d >= 0; d-- {
		index[d] = offset % t.Shape[d]
		offset /= t.Shape[d]
	}
	return index
}

// Element names one element, as in W1[74,49]; a scalar's name stands alone.
func (t Tensor) Element(offset int) string {
	if len(t.Shape) == 0 {
		return t.Name
	}
	parts := make([]string, len(t.Shape))
	for d, i := range t.Index(offset) {
		parts[d] = strconv.Itoa(i)
	}
	return t.Name + "[" + strings.Join(parts, ",") + "]"
}

// Layout is the order of the tensors in a flat vector.
type Layout []Tensor

// Len returns the number of elements of all tensors together.
func (l Layout) Len() int {
	n := 0
	for _, t := range l {
		n += t.Len()
	}
	return n
}

// Locate turns a position in the flat vector into the tensor's place in the
// layout and the offset inside that tensor. It panics when i is out of range.
func (l Layout) Locate(i int) (tensor, offset int) {
	offset = i
	for k, t := range l {
		if n := t.Len(); offset >= n {
			offset -= n
		} else if offset >= 0 {
			return k, offset
		}
	}
	panic(fmt.Sprintf("gradtwin: element %d of %d", i, l.Len()))
}

// Element names the element at a position in the flat vector, as in W1[74,49].
func (l Layout) Element(i int) string {
	k, offset := l.Locate(i)
	return l[k].Element(offset)
}

// Layout returns the order of the parameters: W1, b1, W2, b2, … with W of
// shape inputs×outputs and b of shape outputs.
func (s Spec) Layout() Layout {
	var l Layout
	for k := range s.Affine() {
		n := strconv.Itoa(k + 1)
		l = append(l,
			Tensor{Name: "W" + n, Shape: []int{s.Layers[k], s.Layers[k+1]}},
			Tensor{Name: "b" + n, Shape: []int{s.Layers[k+1]}})
	}
	return l
}

// Params holds the weights and biases of a network as one flat vector, with a
// named view of each tensor in it.
type Params struct {
	// Flat holds all elements, tensor after tensor, each row-major.
	Flat []float64

	layout  Layout
	offsets []int // of tensor k in Flat; one more at the end
}

// NewParams returns the parameters of a network, all zero. It panics when the
// spec is not valid.
func NewParams(s Spec) *Params {
	if err := s.Validate(); err != nil {
		panic("gradtwin: " + err.Error())
	}
	p := &Params{Flat: make([]float64, s.NumParams()), layout: s.Layout(), offsets: []int{0}}
	for _, t := range p.layout {
		p.offsets = append(p.offsets, p.offsets[len(p.offsets)-1]+t.Len())
	}
	return p
}

// Layout returns the names and shapes of the tensors. It must not be changed.
func (p *Params) Layout() Layout { return p.layout }

// At returns tensor k's elements, a view of Flat.
func (p *Params) At(k int) []float64 {
	return p.Flat[p.offsets[k]:p.offsets[k+1]:p.offsets[k+1]]
}

// W returns the weights of affine layer l, counted from 0, inputs×outputs and
// row-major: a view of Flat.
func (p *Params) W(l int) []float64 { return p.At(2 * l) }

// B returns the biases of affine layer l, counted from 0: a view of Flat.
func (p *Params) B(l int) []float64 { return p.At(2*l + 1) }

// Locate is Layout.Locate in logarithmic time.
func (p *Params) Locate(i int) (tensor, offset int) {
	if i < 0 || i >= len(p.Flat) {
		panic(fmt.Sprintf("gradtwin: element %d of %d", i, len(p.Flat)))
	}
	k := sort.SearchInts(p.offsets, i+1) - 1
	return k, i - p.offsets[k]
}

// Clone returns a copy that shares no element with p.
func (p *Params) Clone() *Params {
	return &Params{Flat: slices.Clone(p.Flat), layout: p.layout, offsets: p.offsets}
}
