package gemm

// Left is a left operand of several products, whose zeros are searched for
// once. The zero value holds no matrix. It is not for two goroutines at once.
type Left[T float32 | float64] struct {
	rows, cols int
	// What is not 0, tile by tile, in each row by row.
	value  []T
	column []int32
	count  []int32 // of each row of a tile
	turner turner[T]
}

// Set makes a, rows×cols without gaps, the operand. Later changes of a are not
// seen.
func (l *Left[T]) Set(a []T, rows, cols int) {
	l.rows, l.cols = rows, cols
	if !fast() {
		return // nor will Multiply
	}
	value, column := grow(&l.value, rows*cols+slack), grow(&l.column, rows*cols+slack)
	count := grow(&l.count, rows*((cols+side-1)/side))
	for at := range tiles(rows, cols) {
		t := find(a[at.row*cols+at.col:], cols, at, value, column, count)
		value, column, count = value[len(t.value):], column[len(t.value):], count[at.rows:]
	}
}

// Multiply sets C = A·B, or Aᵀ·B when trans is set, where B and C have n
// columns. The result has the bits of Dgemm's or Sgemm's. It returns false, and
// leaves C alone, where those are not this package's: see Implementation.
func (l *Left[T]) Multiply(trans bool, n int, b []T, ldb int, c []T, ldc int) bool {
	m, k := l.rows, l.cols
	if trans {
		m, k = k, m
	}
	if !fast() || m <= 0 || n <= 0 || k <= 0 || !holds(len(b), k, n, ldb) || !holds(len(c), m, n, ldc) {
		return false
	}
	value, column, count := l.value, l.column, l.count
	for at := range tiles(l.rows, l.cols) {
		t := tile[T]{count: count[:at.rows]}
		found := 0
		for _, c := range t.count {
			found += int(c)
		}
		t.value, t.column = value[:found], column[:found]
		l.turner.product(t, at, trans, n, b, ldb, c, ldc, false)
		value, column, count = value[found:], column[found:], count[at.rows:]
	}
	return true
}
