package numeric

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"

	"gradtwin"
)

// forward is the network's pass from a batch to its loss, with the memory it
// is computed in.
type forward struct {
	spec   gradtwin.Spec
	params *gradtwin.Params
	out    [][]float64 // of each affine layer and its activation, rows×size
}

func newForward(s gradtwin.Spec, p *gradtwin.Params) *forward {
	return &forward{spec: s, params: p, out: make([][]float64, s.Affine())}
}

// logits returns the last affine layer's output for rows of x, rows×classes.
// It is overwritten by the next call.
func (f *forward) logits(x []float64, rows int) []float64 {
	last := f.spec.Affine() - 1
	for l := range f.out {
		in, out := f.spec.Layers[l], f.spec.Layers[l+1]
		f.out[l] = resize(f.out[l], rows*out)
		z, b := f.out[l], f.params.B(l)
		for r := range rows {
			copy(z[r*out:], b)
		}
		blas64.Gemm(blas.NoTrans, blas.NoTrans, 1,
			blas64.General{Rows: rows, Cols: in, Stride: in, Data: x},
			blas64.General{Rows: in, Cols: out, Stride: out, Data: f.params.W(l)},
			1, blas64.General{Rows: rows, Cols: out, Stride: out, Data: z})
		if l < last {
			activate(f.spec.Activation, z)
		}
		x = z
	}
	return x
}

// loss returns L = −(1/B) Σ t·ln(y + δ) of a valid batch.
func (f *forward) loss(b gradtwin.Batch) float64 {
	classes := f.spec.Classes()
	z := f.logits(b.X, b.Len())
	sum := 0.0
	for r, label := range b.Labels {
		sum += rowLoss(z[r*classes:(r+1)*classes], label, f.spec.Delta)
	}
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

// activate replaces each element by its activation.
func activate(a gradtwin.Activation, x []float64) {
	switch a {
	case gradtwin.ReLU:
		for i, v := range x {
			x[i] = max(0, v)
		}
	case gradtwin.Sigmoid:
		for i, v := range x {
			x[i] = 1 / (1 + math.Exp(-v))
		}
	case gradtwin.Tanh:
		for i, v := range x {
			x[i] = math.Tanh(v)
		}
	}
}

// resize returns s with n elements, of any value.
func resize(s []float64, n int) []float64 {
	return slices.Grow(s[:0], n)[:n]
}
