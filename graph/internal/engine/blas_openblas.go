//go:build openblas

package engine

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/netlib/blas/netlib"

	"gradtwin/internal/gemm"
)

// BLAS names what computes the matrix products. Build it with the tag openblas
// and CGO_LDFLAGS=-lopenblas.
const BLAS = "OpenBLAS, gradtwin/internal/gemm where most is 0"

// products computes the matrix products.
var products gemmer = openBLAS{}

// openBLAS computes products of dense matrices with OpenBLAS. Four fifths of the
// images are 0, and OpenBLAS does not skip zeros: where more than half of the left
// operand is 0, package gemm is faster.
type openBLAS struct {
	dense   netlib.Implementation
	skipper gemm.Implementation
}

func (o openBLAS) Dgemm(
	tA, tB blas.Transpose, m, n, k int, alpha float64, a []float64, lda int,
	b []float64, ldb int, beta float64, c []float64, ldc int,
) {
	if mostlyZero(a) {
		o.skipper.Dgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	o.dense.Dgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

func (o openBLAS) Sgemm(
	tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int,
	b []float32, ldb int, beta float32, c []float32, ldc int,
) {
	if mostlyZero(a) {
		o.skipper.Sgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	o.dense.Sgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

// skipsZeros reports whether products with a on the left are computed by package
// gemm.
func skipsZeros[T float32 | float64](a []T) bool { return mostlyZero(a) }

// looked is the number of elements that are looked at: every n-th one, with n odd,
// so that they are from many columns.
const looked = 509

func mostlyZero[T float32 | float64](a []T) bool {
	zeros, seen, every := 0, 0, len(a)/looked|1
	for i := 0; i < len(a); i += every {
		if a[i] == 0 {
			zeros++
		}
		seen++
	}
	return 2*zeros > seen
}
