// Package gemm is gonum's BLAS with matrix products that skip the zeros of the
// left operand in vector code: for inputs that are mostly 0, and for gradients
// behind ReLU.
//
// gonum skips these zeros too, but stores each sum to memory after every term.
// Here the left operand is taken in tiles, each first packed to the elements that
// are not 0; then a row of the result is summed in registers.
package gemm

import (
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// Implementation is gonum's BLAS with Dgemm and Sgemm of this package. Sums are
// taken in gonum's order, of products that are not rounded (FMA). Where there
// is no code for the processor it is gonum's throughout.
//
// The zero value is ready, and for use by several goroutines.
type Implementation struct{ gonum.Implementation }

// Dgemm computes C = α·op(A)·op(B) + β·C; see gonum's Dgemm for the arguments.
func (i Implementation) Dgemm(tA, tB blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64,
	ldb int, beta float64, c []float64, ldc int) {
	if !multiply(&packs64, tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) {
		i.Implementation.Dgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
	}
}

// Sgemm is Dgemm in float32.
func (i Implementation) Sgemm(tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int, b []float32,
	ldb int, beta float32, c []float32, ldc int) {
	if !multiply(&packs32, tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) {
		i.Implementation.Sgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
	}
}

// multiply computes the product unless it is one for gonum: wrong arguments,
// for which gonum panics, β other than 0 and 1, nothing to compute, or no code for
// the processor.
func multiply[T float32 | float64](pool *sync.Pool, tA, tB blas.Transpose, m, n, k int, alpha T, a []T, lda int, b []T,
	ldb int, beta T, c []T, ldc int) bool {
	if !fast() || m <= 0 || n <= 0 || k <= 0 || alpha == 0 || beta != 0 && beta != 1 {
		return false
	}
	transA, okA := transposed(tA)
	transB, okB := transposed(tB)
	rowsA, colsA, rowsB, colsB := m, k, k, n
	if transA {
		rowsA, colsA = k, m
	}
	if transB {
		rowsB, colsB = n, k
	}
	if !okA || !okB || !holds(len(a), rowsA, colsA, lda) || !holds(len(b), rowsB, colsB, ldb) ||
		!holds(len(c), m, n, ldc) {
		return false
	}
	p := pool.Get().(*pack[T])
	defer pool.Put(p)
	if transB {
		var finite bool
		if b, finite = p.transpose(b, ldb, k, n); !finite {
			// Only products without a transposed right operand leave out 0·∞
			// in gonum.
			return false
		}
		ldb = n
	}
	for at := range tiles(rowsA, colsA) {
		f := &p.found
		t := find(a[at.row*lda+at.col:], lda, at, f.value[:], f.column[:], f.count[:])
		if alpha != 1 {
			for i := range t.value {
				t.value[i] *= alpha
			}
		}
		p.product(t, at, transA, n, b, ldb, c, ldc, beta == 1)
	}
	return true
}

func transposed(t blas.Transpose) (yes, ok bool) {
	switch t {
	case blas.NoTrans:
		return false, true
	case blas.Trans, blas.ConjTrans:
		return true, true
	}
	return false, false
}

// holds reports whether a matrix fits into so many elements.
func holds(length, rows, cols, ld int) bool {
	return ld >= max(1, cols) && length >= (rows-1)*ld+cols
}
