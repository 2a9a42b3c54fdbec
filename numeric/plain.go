package numeric

import (
	"context"

	"gradtwin"
)

// plain writes the derivatives of the batch's loss by the parameters from from
// on to dst, one parameter after the other, each from whole forward passes: with
// a central difference, f(x+h) and f(x−h). A parameter is restored by assignment: adding
// h and subtracting it again does not always give the number back.
func (n *Network) plain(ctx context.Context, dst []float64, from int, b gradtwin.Batch, p *plan) error {
	var d [maxSizes]float64
	f := func() float64 { return n.forward.loss(b) }
	x := n.params.Flat[from:][:len(dst)]
	before := f()
	for i, v := range x {
		if err := ctx.Err(); err != nil {
			return err
		}
		for k := range p.stencil.weights {
			step := p.h * float64(int(1)<<k)
			x[i] = v + step
			d[k] = f()
			if p.stencil.oneSided {
				d[k] -= before
			} else {
				x[i] = v - step
				d[k] -= f()
			}
		}
		x[i] = v
		dst[i] = p.stencil.sum(d[:]) / (p.stencil.divisor * p.h)
		if n.options.Progress != nil {
			n.options.Progress(i+1, len(x))
		}
	}
	return ctx.Err()
}
