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
func rows[T float32 | float64](dst []T, ldc int, count, column []int32, value, b []T, ldb, n int, add bool) {
	if best == generic {
		genericRows(dst, ldc, count, column, value, b, ldb, n, add)
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
		last := min(lanes, n-from-(vectors-1)*lanes) // lanes that are not in the vectors before
		back := last - lanes
		if vectors == 1 {
			back = 0
		}
		pd, pb := unsafe.Pointer(&dst[from]), unsafe.Pointer(&b[from])
		pv := unsafe.Pointer(unsafe.SliceData(value))
		pc := unsafe.SliceData(column)
		switch {
		case best == avx512 && size == 8:
			rows64AVX512((*float64)(pd), ldc, &count[0], pc, (*float64)(pv), (*float64)(pb), ldb, len(count), vectors,
				back, 1<<last-1, add)
		case best == avx512:
			rows32AVX512((*float32)(pd), ldc, &count[0], pc, (*float32)(pv), (*float32)(pb), ldb, len(count), vectors,
				back, 1<<last-1, add)
		case size == 8:
			rows64AVX2((*float64)(pd), ldc, &count[0], pc, (*float64)(pv), (*float64)(pb), ldb, len(count), vectors,
				back, &masks[8-2*last], add)
		default:
			rows32AVX2((*float32)(pd), ldc, &count[0], pc, (*float32)(pv), (*float32)(pb), ldb, len(count), vectors,
				back, &masks[8-last], add)
		}
		from += vectors * lanes
	}
}

// compress is genericCompress.
func compress[T float32 | float64](value []T, column, count []int32, x []T, ldx, n int) int {
	size := int(unsafe.Sizeof(*new(T)))
	lanes := 4
	if best == avx512 {
		lanes = 64 / size
	}
	whole := n - n%lanes
	if best == generic || whole == 0 {
		return genericCompress(value, column, count, x, ldx, n)
	}
	each := len(count) // rows, of which each call takes so many
	if whole < n {
		each = 1
	}
	found := 0
	for i := 0; i < len(count); i += each {
		row := x[i*ldx:]
		px, pv := unsafe.Pointer(&row[:(each-1)*ldx+n][0]), unsafe.Pointer(&value[found:][:each*n+slack][0])
		pc := &column[found:][:each*n+slack][0]
		switch {
		case best == avx512 && size == 8:
			found += compress64AVX512((*float64)(pv), pc, &count[i], (*float64)(px), ldx, each, whole)
		case best == avx512:
			found += compress32AVX512((*float32)(pv), pc, &count[i], (*float32)(px), ldx, each, whole)
		case size == 8:
			found += compress64AVX2((*float64)(pv), pc, &count[i], (*float64)(px), ldx, each, whole)
		default:
			found += compress32AVX2((*float32)(pv), pc, &count[i], (*float32)(px), ldx, each, whole)
		}
		for j := whole; j < n; j++ {
			value[found], column[found] = row[j], int32(j)
			if row[j] != 0 {
				found++
				count[i]++
			}
		}
	}
	return found
}
