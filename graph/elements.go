package graph

import (
	"fmt"
	"unsafe"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// elements is the memory of a float64 or float32 value with its elements in
// row-major order, whatever the order they are stored in: a value may be a
// transpose or a slice of another.
type elements struct {
	f64    []float64 // one of the two
	f32    []float32
	offset []int // of element i in the memory; nil when it is i
	n      int
}

// elementsOf returns the elements of a value, which share its memory.
func elementsOf(v gorgonia.Value) (elements, error) {
	switch v := v.(type) {
	case *gorgonia.F64:
		return elements{f64: unsafe.Slice((*float64)(v), 1), n: 1}, nil
	case *gorgonia.F32:
		return elements{f32: unsafe.Slice((*float32)(v), 1), n: 1}, nil
	case *tensor.Dense:
		if v.IsMasked() {
			return elements{}, fmt.Errorf("a masked tensor")
		}
		e := elements{n: v.Shape().TotalSize()}
		switch v.Dtype() {
		case tensor.Float64:
			e.f64 = v.Float64s()
		case tensor.Float32:
			e.f32 = v.Float32s()
		default:
			return elements{}, fmt.Errorf("a tensor of %v: want float64 or float32", v.Dtype())
		}
		e.offset = offsets(v)
		return e, nil
	case nil:
		return elements{}, fmt.Errorf("no value")
	}
	return elements{}, fmt.Errorf("a value of type %T: want a scalar or a dense tensor of float64 or float32", v)
}

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

func (e elements) at(i int) float64 {
	if e.offset != nil {
		i = e.offset[i]
	}
	if e.f64 != nil {
		return e.f64[i]
	}
	return float64(e.f32[i])
}

func (e elements) set(i int, x float64) {
	if e.offset != nil {
		i = e.offset[i]
	}
	if e.f64 != nil {
		e.f64[i] = x
	} else {
		e.f32[i] = float32(x)
	}
}

// read writes all elements to dst.
func (e elements) read(dst []float64) {
	if e.f64 != nil && e.offset == nil {
		copy(dst, e.f64[:e.n])
		return
	}
	for i := range e.n {
		dst[i] = e.at(i)
	}
}

// memory returns the bytes that hold a value, which share its memory. It is
// nil for the types that no operation of Gorgonia takes.
func memory(v gorgonia.Value) []byte {
	switch v := v.(type) {
	case *gorgonia.F64:
		return bytesOf(unsafe.Slice(v, 1))
	case *gorgonia.F32:
		return bytesOf(unsafe.Slice(v, 1))
	case *gorgonia.I:
		return bytesOf(unsafe.Slice(v, 1))
	case *gorgonia.I64:
		return bytesOf(unsafe.Slice(v, 1))
	case *gorgonia.I32:
		return bytesOf(unsafe.Slice(v, 1))
	case *gorgonia.U8:
		return bytesOf(unsafe.Slice(v, 1))
	case *gorgonia.B:
		return bytesOf(unsafe.Slice(v, 1))
	case *tensor.Dense:
		switch v.Dtype() {
		case tensor.Float64:
			return bytesOf(v.Float64s())
		case tensor.Float32:
			return bytesOf(v.Float32s())
		case tensor.Int:
			return bytesOf(v.Ints())
		case tensor.Int64:
			return bytesOf(v.Int64s())
		case tensor.Int32:
			return bytesOf(v.Int32s())
		case tensor.Byte:
			return v.Uint8s()
		case tensor.Bool:
			return bytesOf(v.Bools())
		}
	}
	return nil
}

func bytesOf[T any](s []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), uintptr(len(s))*unsafe.Sizeof(*new(T)))
}

// overlap reports whether two stretches of memory share a byte.
func overlap(a, b []byte) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	p, q := uintptr(unsafe.Pointer(&a[0])), uintptr(unsafe.Pointer(&b[0]))
	return p < q+uintptr(len(b)) && q < p+uintptr(len(a))
}
