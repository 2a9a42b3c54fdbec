//go:build amd64 && !purego

package gemm

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

//go:generate go run ./asm -out kernels_amd64.s -stubs kernels_amd64.go -pkg gemm

// level is an instruction set that there is code for.
type level uint8

const (
	generic level = iota
	avx2          // and FMA
	avx512        // F and VL
)

// best is the highest level that the processor has.
var best = func() level {
	switch {
	case cpu.X86.HasAVX512F && cpu.X86.HasAVX512VL && cpu.X86.HasPOPCNT:
		return avx512
	case cpu.X86.HasAVX2 && cpu.X86.HasFMA && cpu.X86.HasPOPCNT:
		return avx2
	}
	return generic
}()

// Level names the instruction set that is used: results of two differ by
// rounding.
func Level() string { return [...]string{generic: "generic", avx2: "avx2", avx512: "avx512"}[best] }

// fast reports whether there is code for this processor.
func fast() bool { return best != generic }

// masks holds eight lanes of ones, then eight of zeros.
var masks = [16]int32{-1, -1, -1, -1, -1, -1, -1, -1}

// rows is genericRows for at least one row and column.
func rows[T float32 | float64](dst []T, ldc int, count, offset []int32, factor, b []T, n int, add bool) {
	if best == generic {
		genericRows(dst, ldc, count, offset, factor, b, n, add)
		return
	}
	size := int(unsafe.Sizeof(b[0]))
	lanes, most := 32/size, 13
	if best == avx512 {
		lanes, most = 64/size, 16
	}
	total := (n + lanes - 1) / lanes
	parts := (total + most - 1) / most
	for p, from := 0, 0; p < parts; p++ {
		// The parts are alike to a vector.
		vectors := total*(p+1)/parts - total*p/parts
		last := min(lanes, n-from-(vectors-1)*lanes)
		pd, pb := unsafe.Pointer(&dst[from]), unsafe.Pointer(&b[from])
		pf := unsafe.Pointer(unsafe.SliceData(factor))
		po := unsafe.SliceData(offset)
		switch {
		case best == avx512 && size == 8:
			rows64AVX512((*float64)(pd), ldc, &count[0], po, (*float64)(pf), (*float64)(pb), len(count), vectors, 1<<last-1, add)
		case best == avx512:
			rows32AVX512((*float32)(pd), ldc, &count[0], po, (*float32)(pf), (*float32)(pb), len(count), vectors, 1<<last-1, add)
		case size == 8:
			rows64AVX2((*float64)(pd), ldc, &count[0], po, (*float64)(pf), (*float64)(pb), len(count), vectors, &masks[8-2*last],
				add)
		default:
			rows32AVX2((*float32)(pd), ldc, &count[0], po, (*float32)(pf), (*float32)(pb), len(count), vectors, &masks[8-last],
				add)
		}
		from += vectors * lanes
	}
}

// compress is genericCompress.
func compress[T float32 | float64](value []T, offset []int32, x []T, step int) int {
	n, from := 0, 0
	size := int(unsafe.Sizeof(*new(T)))
	lanes := 4
	if best == avx512 {
		lanes = 64 / size
	}
	if from = len(x) - len(x)%lanes; best == generic {
		from = 0
	}
	if from > 0 {
		pv, px := unsafe.Pointer(&value[:len(x)+slack][0]), unsafe.Pointer(&x[0])
		po := &offset[:len(x)+slack][0]
		switch {
		case best == avx512 && size == 8:
			n = compress64AVX512((*float64)(pv), po, (*float64)(px), from, step)
		case best == avx512:
			n = compress32AVX512((*float32)(pv), po, (*float32)(px), from, step)
		case size == 8:
			n = compress64AVX2((*float64)(pv), po, (*float64)(px), from, step)
		default:
			n = compress32AVX2((*float32)(pv), po, (*float32)(px), from, step)
		}
	}
	for i, v := range x[from:] {
		value[n], offset[n] = v, int32((from+i)*step)
		if v != 0 {
			n++
		}
	}
	return n
}
