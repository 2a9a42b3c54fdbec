package numeric

import "context"

// plain writes the central difference (f(x+h) − f(x−h)) / 2h of each element
// of x to dst, one element after the other, from two evaluations of f each.
// Each element is restored by assignment: adding h and subtracting it again
// does not always give the number back.
func plain(ctx context.Context, dst, x []float64, h float64, f func() float64, progress func(done, total int)) error {
	for i, v := range x {
		if err := ctx.Err(); err != nil {
			return err
		}
		x[i] = v + h
		above := f()
		x[i] = v - h
		below := f()
		x[i] = v
		dst[i] = (above - below) / (2 * h)
		if progress != nil {
			progress(i+1, len(x))
		}
	}
	return ctx.Err()
}
