package numeric

import "gradtwin"

// transpose writes the units' columns to dst, in the order of the parameters
// from from on.
func transpose(dst []float64, from int, spec gradtwin.Spec, wanted []part, columns []float64) {
	at := 0 // the layer's first parameter
	for l, wanted := range wanted {
		in, out := spec.Layers[l]+1, spec.Layers[l+1]
		src := columns[at : at+in*out]
		// The rows that dst holds whole; at most one is before them, and one behind.
		first := max(wanted.from, (max(from-at, 0)+out-1)/out)
		last := max(first, min(wanted.to, (from+len(dst)-at)/out))
		for _, i := range []int{first - 1, last} {
			if wanted.from <= i && i < wanted.to {
				row := at + i*out - from
				for j := max(0, -row); j < min(out, len(dst)-row); j++ {
					dst[row+j] = src[j*in+i]
				}
			}
		}
		if first < last {
			transposeRows(dst[at+first*out-from:], src[first:], in, out, last-first)
		}
		at += in * out
	}
}

// transposeRows writes the first rows of the transpose of out columns, which
// begin in apart, to dst.
func transposeRows(dst, src []float64, in, out, rows int) {
	const block = 8 // columns read side by side, a cache line of each row
	j := 0
	for ; j+block <= out; j += block {
		c0, c1, c2, c3 := src[j*in:][:rows], src[(j+1)*in:][:rows], src[(j+2)*in:][:rows], src[(j+3)*in:][:rows]
		c4, c5, c6, c7 := src[(j+4)*in:][:rows], src[(j+5)*in:][:rows], src[(j+6)*in:][:rows], src[(j+7)*in:][:rows]
		for i := range rows {
			row := (*[block]float64)(dst[i*out+j:])
			row[0], row[1], row[2], row[3] = c0[i], c1[i], c2[i], c3[i]
			row[4], row[5], row[6], row[7] = c4[i], c5[i], c6[i], c7[i]
		}
	}
	for ; j < out; j++ {
		for i, v := range src[j*in:][:rows] {
			dst[i*out+j] = v
		}
	}
}
