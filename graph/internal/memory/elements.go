// Package memory reads and writes the elements of Gorgonia's values in place.
//
// Values share memory: a tensor may be a view of another, and a run may write
// into what another node holds. [Bytes] and [Overlap] show whose memory it is.
package memory

import (
	"fmt"
	"unsafe"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Elements gives access to a float64 or float32 value in row-major order, whatever
// the order in memory: a value may be a transpose or a slice of another.
type Elements struct {
	f64    []float64 // one of the two
	f32    []float32
	offset []int // of element i in the memory; nil when it is i
	n      int
}

// Of returns the elements of a value, which share its memory.
func Of(v gorgonia.Value) (Elements, error) {
	switch v := v.(type) {
	case *gorgonia.F64:
		return Elements{f64: unsafe.Slice((*float64)(v), 1), n: 1}, nil
	case *gorgonia.F32:
		return Elements{f32: unsafe.Slice((*float32)(v), 1), n: 1}, nil
	case *tensor.Dense:
		if v.IsMasked() {
			return Elements{}, fmt.Errorf("a masked tensor")
		}
		e := Elements{n: v.Shape().TotalSize()}
		switch v.Dtype() {
		case tensor.Float64:
			e.f64 = v.Float64s()
		case tensor.Float32:
			e.f32 = v.Float32s()
		default:
			return Elements{}, fmt.Errorf("a tensor of %v: want float64 or float32", v.Dtype())
		}
		e.offset = offsets(v)
		return e, nil
	case nil:
		return Elements{}, fmt.Errorf("no value")
	}
	return Elements{}, fmt.Errorf("a value of type %T: want a scalar or a dense tensor of float64 or float32", v)
}

// RowMajor reports whether a tensor's elements are stored in row-major order
// without gaps.
func RowMajor(t *tensor.Dense) bool { return offsets(t) == nil && t.DataOrder().IsRowMajor() }

// offsets returns where each element is stored, nil when they are stored in
// row-major order without gaps.
func offsets(t *tensor.Dense) []int {
	shape, strides := t.Shape(), t.Strides()
	if len(strides) != len(shape) {
		return nil // scalars and vectors of one stretch
	}
	plain, want := true, 1
	for d := len(shape) - 1; d >= 0; d-- {
		if shape[d] > 1 && strides[d] != want {
			plain = false
		}
		want *= shape[d]
	}
	if plain {
		return nil
	}
	out := make([]int, shape.TotalSize())
	index := make([]int, len(shape))
	for i := range out {
		for d, k := range index {
			out[i] += k * strides[d]
		}
		for d := len(index) - 1; d >= 0; d-- {
			if index[d]++; index[d] < shape[d] {
				break
			}
			index[d] = 0
		}
	}
	return out
}

// Len returns how many elements there are.
func (e Elements) Len() int { return e.n }

// At returns element i.
func (e Elements) At(i int) float64 {
	if e.offset != nil {
		i = e.offset[i]
	}
	if e.f64 != nil {
		return e.f64[i]
	}
	return float64(e.f32[i])
}

// Set changes element i, to float32(x) in a float32 value.
func (e Elements) Set(i int, x float64) {
	if e.offset != nil {
		i = e.offset[i]
	}
	if e.f64 != nil {
		e.f64[i] = x
	} else {
		e.f32[i] = float32(x)
	}
}

// Read writes all elements to dst.
func (e Elements) Read(dst []float64) {
	if e.f64 != nil && e.offset == nil {
		copy(dst, e.f64[:e.n])
		return
	}
	for i := range e.n {
		dst[i] = e.At(i)
	}
}

// Float64s returns a copy of all elements.
func (e Elements) Float64s() []float64 {
	out := make([]float64, e.n)
	e.Read(out)
	return out
}

// Span returns where element i is stored, [from, to) of the value's Bytes.
func (e Elements) Span(i int) (from, to int) {
	if e.offset != nil {
		i = e.offset[i]
	}
	size := 8
	if e.f32 != nil {
		size = 4
	}
	return i * size, (i + 1) * size
}
