package battery_test

import (
	"math"
	"slices"
)

// best returns, for every element, the least |D(h) − exact| of plain central
// differences D(h) of the float64 loss over a grid of steps, 1e-12 to 1e-1,
// absolute and relative to the element. It is what a user who knew the best
// step of each element could see.
func best(f *function, exact []float64) []float64 {
	out := make([]float64, len(exact))
	for i := range exact {
		x := f.x[i]
		out[i] = math.Inf(1)
		for e := -12; e <= -1; e++ {
			h := math.Pow(10, float64(e))
			for _, h := range []float64{h, h * math.Abs(x)} {
				if d := centralDifference(f, i, h); math.Abs(d-exact[i]) < out[i] {
					out[i] = math.Abs(d - exact[i])
				}
			}
		}
	}
	return out
}

// centralDifference is NaN where the step vanishes or the loss is not finite.
func centralDifference(f *function, i int, h float64) float64 {
	x := f.x[i]
	defer func() { f.x[i] = x }()
	f.x[i] = x + h
	above, _ := f.Loss()
	f.x[i] = x - h
	below, _ := f.Loss()
	return (above - below) / ((x + h) - (x - h))
}

// rounding returns how far each element of a float32 gradient is from the
// float64 one: the root mean square over the point and seven that are one unit
// in the last place away. Nothing smaller can be told from a right gradient,
// unless the formula itself is looked at. It is 0 in float64.
func (f *function) rounding() []float64 {
	const points = 8
	out := make([]float64, len(f.x))
	if !f.s.single {
		return out
	}
	wide := f.twin()
	x, narrow, exact := slices.Clone(f.x), make([]float64, len(f.x)), make([]float64, len(f.x))
	for k := range points {
		r := draws(k, forRounding)
		for i := range x {
			if x[i] = f.x[i]; k > 0 {
				x[i] = float64(math.Nextafter32(float32(x[i]), float32(2*r.IntN(2)-1)*math.MaxFloat32))
			}
		}
		f.exact(narrow, x)
		wide.exact(exact, x)
		for i := range out {
			out[i] += (narrow[i] - exact[i]) * (narrow[i] - exact[i]) / points
		}
	}
	for i := range out {
		out[i] = math.Sqrt(out[i])
	}
	return out
}
