package gemm

// genericRows multiplies sparse rows by a matrix: with count[i] elements in
// row i, whose values and columns follow those of the row before,
//
//	dst[i·ldc + j] = Σ_t value[t]·b[column[t]·ldb + j],  j < n
//
// added to what is there when add is set.
func genericRows[T float32 | float64](dst []T, ldc int, count, column []int32, value, b []T, ldb, n int, add bool) {
	at := 0
	for i, terms := range count {
		row := dst[i*ldc:][:n]
		if !add {
			clear(row)
		}
		for range terms {
			v := value[at]
			for j, x := range b[int(column[at])*ldb:][:n] {
				row[j] += v * x
			}
			at++
		}
	}
}

// genericCompress writes the elements that are not 0 of rows of n elements, which
// begin ldx apart in x, to value, and their places in the row to column, one row
// behind the other; each row's number of them to count; and returns the sum of those.
// Value and column have room for slack elements more than x has.
func genericCompress[T float32 | float64](value []T, column, count []int32, x []T, ldx, n int) int {
	found := 0
	for i := range count {
		before := found
		for j, v := range x[i*ldx:][:n] {
			value[found], column[found] = v, int32(j)
			if v != 0 {
				found++
			}
		}
		count[i] = int32(found - before)
	}
	return found
}

// slack is what compress may write beyond the elements it counts: a vector.
const slack = 16
