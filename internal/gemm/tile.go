package gemm

import (
	"iter"
	"sync"
)

// The left operand is taken tile by tile, so that what a tile is multiplied by, 64
// rows of the right operand or the 52 columns of them that are summed in registers,
// is read from a first-level cache for all of the tile's rows.

// side is how many rows and columns a tile has at most.
const side = 64

// place is where a tile lies in the left operand, and its size.
type place struct{ row, col, rows, cols int }

// tiles returns the tiles of a matrix: those of its first rows from the left to the
// right, then those below.
func tiles(rows, cols int) iter.Seq[place] {
	return func(yield func(place) bool) {
		for row := 0; row < rows; row += side {
			for col := 0; col < cols; col += side {
				if !yield(place{row, col, min(side, rows-row), min(side, cols-col)}) {
					return
				}
			}
		}
	}
}

// tile is what is not 0 in a tile, row by row.
type tile[T float32 | float64] struct {
	count  []int32 // of each row
	column []int32 // of each element, in the tile
	value  []T
}

// find returns the tile at a place in the given memory; a begins there.
func find[T float32 | float64](a []T, lda int, at place, value []T, column, count []int32) tile[T] {
	count = count[:at.rows]
	n := compress(value, column, count, a, lda, at.cols)
	return tile[T]{count, column[:n], value[:n]}
}

// packed is memory for a tile.
type packed[T float32 | float64] struct {
	count  [side]int32
	column [side*side + slack]int32
	value  [side*side + slack]T
}

// turner is scratch memory for the transpose of a tile.
type turner[T float32 | float64] struct {
	turned packed[T]
	next   [side]int32
}

// pack is scratch memory for a product: a tile of the left operand, its transpose, and
// that of the right operand.
type pack[T float32 | float64] struct {
	found packed[T]
	turner[T]
	right []T
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

// turn returns the transpose of a tile with a number of columns.
func (p *turner[T]) turn(t tile[T], cols int) tile[T] {
	// A remainder of a power of 2 says that an index is within.
	const all = side * side
	to := &p.turned
	clear(to.count[:cols])
	for _, j := range t.column {
		to.count[uint32(j)%side]++
	}
	at := int32(0)
	for j, c := range to.count[:cols] {
		p.next[j] = at
		at += c
	}
	from := 0
	for i, c := range t.count {
		values, columns := t.value[from:][:c], t.column[from:][:c]
		for k, j := range columns {
			n := uint32(p.next[uint32(j)%side])
			p.next[uint32(j)%side] = int32(n) + 1
			to.value[n%all], to.column[n%all] = values[k], int32(i)
		}
		from += int(c)
	}
	return tile[T]{to.count[:cols], to.column[:from], to.value[:from]}
}

// product adds the product of a tile, or of its transpose, with rows of B to C, or
// sets C to it where the tile is the first of its sums and add is not set.
func (p *turner[T]) product(t tile[T], at place, trans bool, n int, b []T, ldb int, c []T, ldc int, add bool) {
	row, col := at.row, at.col
	if trans {
		t = p.turn(t, at.cols)
		row, col = col, row
	}
	rows(c[row*ldc:], ldc, t.count, t.column, t.value, b[col*ldb:], ldb, n, add || col > 0)
}

// transpose returns the transpose of an n×k matrix, and whether it is finite.
func (p *pack[T]) transpose(b []T, ldb, k, n int) (t []T, finite bool) {
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
