// Package engine computes the network: it runs the Gorgonia graph and its gradient,
// with this module's own matrix products, softmax and element-wise operations.
//
// A [Program] calls the operations of Gorgonia's nodes in a fixed order, and keeps
// the memory of their results from run to run. The operations compute with the
// [Engine] with which each tensor of the graph is made.
package engine

import (
	"gonum.org/v1/gonum/blas"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Engine is Gorgonia's engine with other matrix products. gorgonia.Use would replace
// them for the whole process.
type Engine struct {
	gorgonia.StandardEngine
	known knownMatrix
}

// knownMatrix computes products with one matrix on the left. It returns false
// for any other.
type knownMatrix interface {
	product(a *tensor.Dense, trans blas.Transpose, b *tensor.Dense, n, ldb int, c *tensor.Dense, ldc int) bool
}

// New returns an engine for a network with the inputs x.
func New[T float32 | float64](x *InputMatrix[T]) Engine { return Engine{known: x} }

// MatMul implements tensor.MatMuler.
func (e Engine) MatMul(a, b, c tensor.Tensor) error {
	x, tA, lda, okA := operand(a)
	y, tB, ldb, okB := operand(b)
	z, tC, ldc, okC := operand(c)
	if !okA || !okB || !okC || tC != blas.NoTrans || x.Dtype() != z.Dtype() || y.Dtype() != z.Dtype() {
		return e.StandardEngine.MatMul(a, b, c)
	}
	m, k, n := a.Shape()[0], a.Shape()[1], b.Shape()[1]
	if tB == blas.NoTrans && e.known.product(x, tA, y, n, ldb, z, ldc) {
		return nil
	}
	switch z.Dtype() {
	case tensor.Float64:
		products.Dgemm(tA, tB, m, n, k, 1, x.Float64s(), lda, y.Float64s(), ldb, 0, z.Float64s(), ldc)
	case tensor.Float32:
		products.Sgemm(tA, tB, m, n, k, 1, x.Float32s(), lda, y.Float32s(), ldb, 0, z.Float32s(), ldc)
	default:
		return e.StandardEngine.MatMul(a, b, c)
	}
	return nil
}

// operand returns a matrix as BLAS takes it; ok is false for a layout that BLAS
// does not have.
func operand(t tensor.Tensor) (d *tensor.Dense, trans blas.Transpose, ld int, ok bool) {
	d, ok = t.(*tensor.Dense)
	if !ok || d.Dims() != 2 || d.IsMasked() || len(d.Strides()) != 2 {
		return nil, 0, 0, false
	}
	// Only the strides show a transposed view. A single row or column can be read
	// either way.
	shape, strides := d.Shape(), d.Strides()
	switch {
	case strides[1] == 1:
		return d, blas.NoTrans, max(strides[0], shape[1]), true
	case strides[0] == 1:
		return d, blas.Trans, max(strides[1], shape[0]), true
	}
	return nil, 0, 0, false
}
