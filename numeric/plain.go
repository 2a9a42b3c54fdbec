package numeric

import (
	"context"

	"gradtwin"
)

// plain writes the derivatives of the batch's loss by the parameters from from
// on to dst, one parameter after the other, each from whole forward passes: with
// a central difference, f(x+h) and f(x−h). A parameter is restored by assignment: adding
// h and subtracting it again does not always give the number back.
//
// Estimated errors go to errs, unless it is nil.
func (n *Network) plain(ctx context.Context, dst, errs []float64, from int, b gradtwin.Batch, s scheme) error {
	var d [maxSizes]float64
	f := func() float64 { return n.forward.loss(b) }
	x := n.params.Flat[from:][:len(dst)]
	before := f()
	off := 0.0
	n.forward.each(b, func(logits []float64, label int) {
		off += noise(logits, label, n.spec.Delta) / float64(b.Len())
	})
	for i, v := range x {
		if err := ctx.Err(); err != nil {
			return err
		}
		h := s.h * s.scale(v)
		if s.relative {
			h = v + h - v // the step that x really takes
		}
		for k := range s.sizes() {
			step := h * float64(int(1)<<k)
			x[i] = v + step
			d[k] = f()
			if s.stencil.oneSided {
				d[k] -= before
			} else {
				x[i] = v - step
				d[k] -= f()
			}
		}
		x[i] = v
		dst[i] = s.stencil.sum(d[:]) / (s.stencil.divisor * h)
		if errs != nil {
			errs[i] = s.stencil.errorOf(dst[i], s.stencil.sum(d[1:])/(s.stencil.divisor*2*h), h, off)
		}
		if n.options.Progress != nil {
			n.options.Progress(i+1, len(x))
		}
	}
	return ctx.Err()
}
