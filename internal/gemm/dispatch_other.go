//go:build !amd64 || purego

package gemm

// Level names the instruction set that is used: results of two differ by
// rounding.
func Level() string { return "generic" }

func fast() bool { return false }

func rows[T float32 | float64](dst []T, ldc int, count, column []int32, value, b []T, ldb, n int, add bool) {
	genericRows(dst, ldc, count, column, value, b, ldb, n, add)
}

func compress[T float32 | float64](value []T, column, count []int32, x []T, ldx, n int) int {
	return genericCompress(value, column, count, x, ldx, n)
}
