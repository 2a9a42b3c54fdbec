package gemm

// genericRows multiplies sparse rows by a matrix: with count[i] elements in
// row i, whose factors and offsets into b follow those of the row before,
//
//	dst[i·ldc + j] = Σ_t factor[t]·b[offset[t] + j],  j < n
//
// added to what is there when add is set.
func genericRows[T float32 | float64](dst []T, ldc int, count, offset []int32, factor, b []T, n int, add bool) {
	at := 0
	for i, terms := range count {
		row := dst[i*ldc:][:n]
		if !add {
			clear(row)
		}
		for range terms {
			f := factor[at]
			for j, x := range b[offset[at]:][:n] {
				row[j] += f * x
			}
			at++
		}
	}
}

// genericCompress writes the elements of x that are not 0 to value, each one's
// index times step to offset, and returns their number. Both are longer than x
// by slack.
func genericCompress[T float32 | float64](value []T, offset []int32, x []T, step int) int {
	n := 0
	for i, v := range x {
		value[n], offset[n] = v, int32(i*step)
		if v != 0 {
			n++
		}
	}
	return n
}

// slack is what compress may write beyond the elements it counts: a vector.
const slack = 16
