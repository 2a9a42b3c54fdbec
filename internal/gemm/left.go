package gemm

import "math"

// Left is a left operand of several products, whose zeros are searched for
// once. The zero value holds no matrix. It is not for two goroutines at once.
type Left[T float32 | float64] struct {
	rows, cols int
	value      []T     // what is not 0, row by row
	column     []int32 // of each
	end        []int   // of each row in value
	pack       pack[T]
}

// Set makes a, rows×cols without gaps, the operand. Later changes of a are not
// seen.
func (l *Left[T]) Set(a []T, rows, cols int) {
	l.rows, l.cols = rows, cols
	if !fast() {
		return // nor will Multiply
	}
	l.value, l.column, l.end = findAll(a, cols, rows, cols, &l.value, &l.column, &l.end)
}

// Multiply sets C = A·B, or Aᵀ·B when trans is set, where B and C have n
// columns. The result has the bits of Dgemm's or Sgemm's. It returns false, and
// leaves C alone, where those are not this package's: see Implementation.
func (l *Left[T]) Multiply(trans bool, n int, b []T, ldb int, c []T, ldc int) bool {
	m, k := l.rows, l.cols
	if trans {
		m, k = k, m
	}
	if !fast() || m <= 0 || n <= 0 || k <= 0 || !holds(len(b), k, n, ldb) || !holds(len(c), m, n, ldc) ||
		l.cols > packed || k > math.MaxInt32/max(ldb, n) {
		return false
	}
	block := max(1, packed/l.cols)
	for from, start := 0, 0; from < l.rows; from += block {
		end := l.end[from:min(from+block, l.rows)]
		stop := end[len(end)-1]
		value, column := l.value[start:stop], l.column[start:stop]
		if trans {
			l.pack.turnColumns(value, column, start, end, l.cols, ldb)
			rows(c, ldc, l.pack.count, l.pack.offset, l.pack.factor, b[from*ldb:], n, from > 0)
		} else {
			count, offset := grow(&l.pack.count, len(end)), grow(&l.pack.offset, len(column))
			at := start
			for i, e := range end {
				count[i] = int32(e - at)
				at = e
			}
			for t, j := range column {
				offset[t] = j * int32(ldb)
			}
			rows(c[from*ldc:], ldc, count, offset, value, b, n, false)
		}
		start = stop
	}
	return true
}

// findAll finds the elements of the rows of a that are not 0, their columns, and
// the end of each row among them. It writes to the given memory, made larger
// where it must be.
func findAll[T float32 | float64](a []T, lda, rows, cols int, value *[]T, column *[]int32,
	end *[]int) ([]T, []int32, []int) {
	v, c, e := grow(value, rows*cols+slack), grow(column, rows*cols+slack), grow(end, rows)
	n := 0
	for i := range e {
		n += compress(v[n:], c[n:], a[i*lda:][:cols], 1)
		e[i] = n
	}
	return v[:n], c[:n], e
}
