package numeric

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas/blas64"

	"gradtwin"
)

// forward is the network's pass from a batch to its loss, with the memory it
// is computed in.
type forward struct {
	spec   gradtwin.Spec
	params *gradtwin.Params
	z      [][]float64 // of each affine layer, rows×size
	a      [][]float64 // of each hidden layer's activation, rows×size
}

func newForward(s gradtwin.Spec, p *gradtwin.Params) *forward {
	return &forward{spec: s, params: p, z: make([][]float64, s.Affine()), a: make([][]float64, s.Affine()-1)}
}

// logits returns the last affine layer's output for rows of x, rows×classes.
// It is overwritten by the next call.
func (f *forward) logits(x []float64, rows int) []float64 {
	f.grow(rows)
	for from := 0; from < rows; from += affineRows {
		f.compute(x, from, min(from+affineRows, rows))
	}
	return f.z[len(f.z)-1]
}

// each calls row with the logits and the label of each row of a valid batch.
// Its memory does not grow with the batch.
func (f *forward) each(b gradtwin.Batch, row func(logits []float64, label int)) {
	in, classes := f.spec.Inputs(), f.spec.Classes()
	for from := 0; from < b.Len(); from += affineRows {
		to := min(from+affineRows, b.Len())
		z := f.logits(b.X[from*in:to*in], to-from)
		for r, label := range b.Labels[from:to] {
			row(z[r*classes:(r+1)*classes], label)
		}
	}
}

// grow makes room for a number of rows.
func (f *forward) grow(rows int) {
	for l := range f.z {
		f.z[l] = resize(f.z[l], rows*f.spec.Layers[l+1])
		if l < len(f.a) {
			f.a[l] = resize(f.a[l], len(f.z[l]))
		}
	}
}

// compute runs some of the rows of x through all layers.
func (f *forward) compute(x []float64, from, to int) {
	in := f.spec.Inputs()
	x = x[from*in : to*in]
	for l := range f.z {
		out := f.spec.Layers[l+1]
		z := f.z[l][from*out : to*out]
		affine(z, x, f.params.W(l), f.params.B(l))
		if l < len(f.a) {
			x = f.a[l][from*out : to*out]
			activate(f.spec.Activation, x, z)
		}
	}
}

// affineRows is how many rows share a read of the weights: few enough for
// theirs to stay in the cache too.
const affineRows = 16

// affine sets z to x·W + b. Each sum is made in the order of the inputs; those
// that are 0 are left out, of which MNIST and ReLU have many. gonum's Gemm does
// the same but starts goroutines for the larger layers, which cost memory in
// every step.
func affine(z, x, w, b []float64) {
	in, out := len(w)/len(b), len(b)
	for from := 0; from < len(z); from += out {
		copy(z[from:], b)
	}
	add := func(to, i int, v float64) {
		blas64.Axpy(v, blas64.Vector{N: out, Inc: 1, Data: w[i*out : (i+1)*out]},
			blas64.Vector{N: out, Inc: 1, Data: z[to : to+out]})
	}
	if len(x) == in {
		for i, v := range x {
			if v != 0 {
				add(0, i, v)
			}
		}
		return
	}
	for i := range in {
		for at, to := i, 0; at < len(x); at, to = at+in, to+out {
			if v := x[at]; v != 0 {
				add(to, i, v)
			}
		}
	}
}

// loss returns L = −(1/B) Σ t·ln(y + δ) of a valid batch.
func (f *forward) loss(b gradtwin.Batch) float64 {
	sum := 0.0
	f.each(b, func(logits []float64, label int) { sum += rowLoss(logits, label, f.spec.Delta) })
	return sum / float64(b.Len())
}

// rowLoss returns −ln(y + δ), y being the softmax of the logits at the label.
func rowLoss(logits []float64, label int, delta float64) float64 {
	m := slices.Max(logits)
	sum := 0.0
	for _, z := range logits {
		sum += math.Exp(z - m)
	}
	return -math.Log(math.Exp(logits[label]-m)/sum + delta)
}

// activate sets each element of dst to the activation of z's.
func activate(a gradtwin.Activation, dst, z []float64) {
	switch a {
	case gradtwin.ReLU:
		for i, v := range z {
			dst[i] = max(0, v)
		}
	case gradtwin.Sigmoid:
		for i, v := range z {
			dst[i] = 1 / (1 + math.Exp(-v))
		}
	case gradtwin.Tanh:
		for i, v := range z {
			dst[i] = math.Tanh(v)
		}
	}
}

// resize returns a slice of n elements, of any value, in s's memory where it
// is large enough.
func resize[T any](s []T, n int) []T {
	return slices.Grow(s[:0], n)[:n]
}
