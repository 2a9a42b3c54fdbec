// Package gemm is gonum's BLAS with matrix products that skip the zeros of the
// left operand in vector code: for inputs that are mostly 0, and for gradients
// behind ReLU.
//
// gonum skips these zeros too, but stores each sum to memory after every term.
// Here the left operand's rows are first packed to the elements that are not 0;
// then a whole row of the result is summed in registers.
package gemm

import (
	"math"
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

// packed is how many elements of the left operand are packed at a time: what
// the second-level cache holds beside a part of the right one.
const packed = 1 << 15

// pack is scratch memory: rows of the left operand without their zeros, and
// the right operand transposed.
type pack[T float32 | float64] struct {
	count, offset []int32
	factor        []T
	// The same by columns, before it is turned.
	next, column []int32
	end          []int // of each row
	value        []T
	right        []T
}

var (
	packs64 = sync.Pool{New: func() any { return new(pack[float64]) }}
	packs32 = sync.Pool{New: func() any { return new(pack[float32]) }}
)

// grow returns s with length n, its contents lost when it must grow.
func grow[S ~[]E, E any](s *S, n int) S {
	if cap(*s) < n {
		*s = make(S, n)
	}
	*s = (*s)[:n]
	return *s
}

// multiply computes the product unless it is one for gonum: wrong arguments,
// for which gonum panics, β other than 0 and 1, nothing to compute, offsets
// beyond int32, or no code for the processor.
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
	// A row of A is packed whole, and each packed element has an int32.
	if colsA > packed || k > math.MaxInt32/max(ldb, n) {
		return false
	}
	p := pool.Get().(*pack[T])
	defer pool.Put(p)
	if transB {
		var finite bool
		if b, finite = p.turn(b, ldb, k, n); !finite {
			// Only products without a transposed right operand leave out 0·∞
			// in gonum.
			return false
		}
		ldb = n
	}
	add := beta == 1
	block := max(1, packed/colsA)
	for from := 0; from < rowsA; from += block {
		size := min(block, rowsA-from)
		if transA {
			p.packColumns(a[from*lda:], lda, size, m, ldb)
			p.scale(alpha)
			rows(c, ldc, p.count, p.offset, p.factor, b[from*ldb:], n, add)
			add = true
		} else {
			p.packRows(a[from*lda:], lda, size, k, ldb)
			p.scale(alpha)
			rows(c[from*ldc:], ldc, p.count, p.offset, p.factor, b, n, add)
		}
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

// packRows packs rows of A; the offsets are into a B of the given ld.
func (p *pack[T]) packRows(a []T, lda, rows, cols, ldb int) {
	count := grow(&p.count, rows)
	factor, offset := grow(&p.factor, rows*cols+slack), grow(&p.offset, rows*cols+slack)
	n := 0
	for i := range count {
		found := compress(factor[n:], offset[n:], a[i*lda:][:cols], ldb)
		count[i] = int32(found)
		n += found
	}
	p.factor, p.offset = factor[:n], offset[:n]
}

// packColumns packs columns of A, each a row of its transpose.
func (p *pack[T]) packColumns(a []T, lda, rows, cols, ldb int) {
	value, column, end := findAll(a, lda, rows, cols, &p.value, &p.column, &p.end)
	p.turnColumns(value, column, 0, end, cols, ldb)
}

// turnColumns packs columns of a matrix from its rows' elements that are not 0:
// a row's end at an end minus start, and begin where the row before ended.
func (p *pack[T]) turnColumns(value []T, column []int32, start int, end []int, cols, ldb int) {
	count, next := grow(&p.count, cols), grow(&p.next, cols)
	clear(count)
	for _, j := range column {
		count[j]++
	}
	at := int32(0)
	for j, c := range count {
		next[j] = at
		at += c
	}
	factor, offset := grow(&p.factor, len(value)), grow(&p.offset, len(value))
	from := 0
	for i, e := range end {
		to := e - start
		for t := from; t < to; t++ {
			j := column[t]
			factor[next[j]], offset[next[j]] = value[t], int32(i*ldb)
			next[j]++
		}
		from = to
	}
}

// scale multiplies the packed elements by α.
func (p *pack[T]) scale(alpha T) {
	if alpha != 1 {
		for i := range p.factor {
			p.factor[i] *= alpha
		}
	}
}

// turn returns the transpose of an n×k matrix, and whether it is finite.
func (p *pack[T]) turn(b []T, ldb, k, n int) (t []T, finite bool) {
	t = grow(&p.right, k*n)
	var sum T
	for j := range n {
		row := b[j*ldb:][:k]
		for i, x := range row {
			t[i*n+j] = x
			sum += x * 0
		}
	}
	return t, sum == 0
}
