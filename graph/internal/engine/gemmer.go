package engine

import "gonum.org/v1/gonum/blas"

// gemmer is the part of a BLAS that is used. The arguments are those of the
// reference BLAS.
type gemmer interface {
	Dgemm(tA, tB blas.Transpose, m, n, k int, alpha float64, a []float64, lda int,
		b []float64, ldb int, beta float64, c []float64, ldc int)
	Sgemm(tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int,
		b []float32, ldb int, beta float32, c []float32, ldc int)
}
