package backprop

import (
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// affine is the layer z = x·W + b.
type affine struct {
	w *mat.Dense // inputs×outputs
	b []float64  // outputs

	dw *mat.Dense // ∂L/∂W, of W's shape
	db []float64  // ∂L/∂b

	x     *mat.Dense // the last input, rows×inputs
	z, dx mat.Dense
}

// forward returns x·W + b, rows×outputs.
func (l *affine) forward(x *mat.Dense) *mat.Dense {
	l.x = x
	l.z.Reset()
	l.z.Mul(x, l.w)
	rows, _ := l.z.Dims()
	for r := range rows {
		floats.Add(l.z.RawRowView(r), l.b)
	}
	return &l.z
}

// backward sets ∂L/∂W and ∂L/∂b from d = ∂L/∂z.
//
// Row r has z[j] = Σᵢ x[i]·W[i,j] + b[j]. So W[i,j] moves z[j] by x[i], b[j]
// moves it by 1, and the batch's derivatives are the sums over its rows:
//
//	∂L/∂W[i,j] = Σᵣ x[r,i]·d[r,j]      ∂L/∂b[j] = Σᵣ d[r,j]
func (l *affine) backward(d *mat.Dense) {
	l.dw.Mul(l.x.T(), d)
	clear(l.db)
	rows, _ := d.Dims()
	for r := range rows {
		floats.Add(l.db, d.RawRowView(r))
	}
}

// backwardInput returns ∂L/∂x from d = ∂L/∂z: x[i] moves every z[j] by W[i,j],
//
//	∂L/∂x[r,i] = Σⱼ d[r,j]·W[i,j]
func (l *affine) backwardInput(d *mat.Dense) *mat.Dense {
	l.dx.Reset()
	l.dx.Mul(d, l.w.T())
	return &l.dx
}
