package numeric

import (
	"context"

	"gradtwin"
)

// plain writes the derivatives of the batch's loss by the parameters from from
// on to dst, one parameter after the other, each from whole forward passes: with
// a central difference, f(x+h) and f(x−h). A parameter is restored by assignment: adding
// h and subtracting it again does not always give the number back.
func plain(ctx context.Context, dst []float64, from int, f *forward, b gradtwin.Batch, p *plan,
	progress func(done, total int)) error {
	var d [maxSizes]float64
	x := f.params.Flat[from:][:len(dst)]
	before := f.loss(b)
	for i, v := range x {
		if err := ctx.Err(); err != nil {
			return err
		}
		for k := range p.stencil.weights {
			step := p.h * float64(int(1)<<k)
			x[i] = v + step
			d[k] = f.loss(b)
			if p.stencil.oneSided {
				d[k] -= before
			} else {
				x[i] = v - step
				d[k] -= f.loss(b)
			}
		}
		x[i] = v
		dst[i] = p.stencil.sum(d[:]) / (p.stencil.divisor * p.h)
		if progress != nil {
			progress(i+1, len(x))
		}
	}
	return ctx.Err()
}
