package memory

import (
	"unsafe"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Bytes returns the memory of a value. It is nil for types that no operation of
// Gorgonia takes.
func Bytes(v gorgonia.Value) []byte {
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

// Overlap reports whether two slices share a byte of memory.
func Overlap(a, b []byte) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	p, q := uintptr(unsafe.Pointer(&a[0])), uintptr(unsafe.Pointer(&b[0]))
	return p < q+uintptr(len(b)) && q < p+uintptr(len(a))
}
