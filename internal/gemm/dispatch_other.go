//go:build !amd64 || purego

package gemm

// Level names the instruction set that is used: results of two differ by
// rounding.
func Level() string { return "generic" }

func fast() bool { return false }

func rows[T float32 | float64](dst []T, ldc int, count, offset []int32, factor, b []T, n int, add bool) {
	genericRows(dst, ldc, count, offset, factor, b, n, add)
}

func compress[T float32 | float64](value []T, offset []int32, x []T, step int) int {
	return genericCompress(value, offset, x, step)
}
