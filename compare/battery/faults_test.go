package battery_test

import (
	"math"
	"math/rand/v2"
)

// fault is a way to be wrong. plan looks at the right gradient g of f and
// returns what spoils a gradient, the same way at every point, or nil where the
// fault has no place.
type fault struct {
	name string
	// fine is a fault no larger than the relative difference that passes by
	// default, 1e-6: it may pass, if the report's resolution says so.
	fine bool
	plan func(f *function, g []float64, r *rand.Rand) spoil
}

type spoil func(f *function, g []float64)

// faults are the kinds that are planted.
var faults = []fault{
	{"element ×(1 + 1e-6)", true, times(1 + 1e-6)},
	{"element ×1.0001", false, times(1.0001)},
	{"element ×1.001", false, times(1.001)},
	{"element ×1.01", false, times(1.01)},
	{"element ×1.5", false, times(1.5)},
	{"element negated", false, times(-1)},
	{"largest zeroed", false, func(_ *function, g []float64, _ *rand.Rand) spoil {
		return put(extreme(g, func(v, best float64) bool { return v > best }), func(float64) float64 { return 0 })
	}},
	{"smallest zeroed", false, func(_ *function, g []float64, _ *rand.Rand) spoil {
		return put(extreme(g, func(v, best float64) bool { return v < best }), func(float64) float64 { return 0 })
	}},
	{"two swapped", false, func(f *function, g []float64, r *rand.Rand) spoil {
		lo, hi := someTensor(f, r, 2)
		if lo == hi {
			return nil
		}
		i := lo + r.IntN(hi-lo)
		j := lo + (i-lo+1+r.IntN(hi-lo-1))%(hi-lo)
		return func(_ *function, g []float64) { g[i], g[j] = g[j], g[i] }
	}},
	{"tensor ×2", false, ofTensor(2)},
	{"tensor negated", false, ofTensor(-1)},
	{"tensor zeroed", false, ofTensor(0)},
	{"tensor shifted by one", false, func(f *function, _ []float64, r *rand.Rand) spoil {
		lo, hi := someTensor(f, r, 2)
		if lo == hi {
			return nil
		}
		return func(_ *function, g []float64) {
			first := g[lo]
			copy(g[lo:hi], g[lo+1:hi])
			g[hi-1] = first
		}
	}},
	{"tensor transposed", false, transpose},
	{"last row dropped", false, dropRow},
	{"at a point 1e-3 off", false, func(*function, []float64, *rand.Rand) spoil {
		return func(f *function, g []float64) {
			x := make([]float64, len(f.x))
			for i, v := range f.x {
				x[i] = f.t.round(v * (1 + 1e-3))
			}
			f.exact(g, x)
		}
	}},
	{"1e-4 of the largest added to one", false, func(_ *function, g []float64, r *rand.Rand) spoil {
		i, c := r.IntN(len(g)), 1e-4*maxAbs(g)
		return func(_ *function, g []float64) { g[i] += c }
	}},
	{"1e-4 of the largest added to all", false, func(_ *function, g []float64, _ *rand.Rand) spoil {
		c := 1e-4 * maxAbs(g)
		return func(_ *function, g []float64) {
			for i := range g {
				g[i] += c
			}
		}
	}},
	{"1e-2 of the largest in place of a zero", false, func(_ *function, g []float64, r *rand.Rand) spoil {
		c := 1e-2 * maxAbs(g)
		for k, start := 0, r.IntN(len(g)); k < len(g); k++ {
			if i := (start + k) % len(g); g[i] == 0 {
				return func(_ *function, g []float64) { g[i] += c }
			}
		}
		return nil
	}},
	{"rounded to float32", true, func(f *function, _ []float64, _ *rand.Rand) spoil {
		if f.s.single {
			return nil
		}
		return func(_ *function, g []float64) {
			for i, v := range g {
				if w := float64(float32(v)); w != 0 && !math.IsInf(w, 0) {
					g[i] = w
				}
			}
		}
	}},
	{"a sample dropped", false, func(f *function, _ []float64, _ *rand.Rand) spoil {
		if !f.t.sampled || f.s.derivative != nil {
			return nil
		}
		return func(f *function, g []float64) {
			f.t.drop = 1
			f.exact(g, f.x)
			f.t.drop = -1
		}
	}},
	{"all ×(1 ± 1e-3)", false, func(_ *function, g []float64, r *rand.Rand) spoil {
		off := make([]float64, len(g))
		for i := range off {
			off[i] = 1 + 1e-3*(2*r.Float64()-1)
		}
		return func(_ *function, g []float64) {
			for i := range g {
				g[i] *= off[i]
			}
		}
	}},
}

// put changes one element; none where i is negative.
func put(i int, change func(float64) float64) spoil {
	if i < 0 {
		return nil
	}
	return func(_ *function, g []float64) { g[i] = change(g[i]) }
}

// times multiplies an element that is not zero.
func times(c float64) func(*function, []float64, *rand.Rand) spoil {
	return func(_ *function, g []float64, r *rand.Rand) spoil {
		for k, start := 0, r.IntN(len(g)); k < len(g); k++ {
			if i := (start + k) % len(g); g[i] != 0 {
				return put(i, func(v float64) float64 { return c * v })
			}
		}
		return nil
	}
}

// extreme returns the place of the element that is not zero and whose magnitude
// is better than all others, −1 where all are zero.
func extreme(g []float64, better func(v, best float64) bool) int {
	at := -1
	for i, v := range g {
		if v != 0 && (at < 0 || better(math.Abs(v), math.Abs(g[at]))) {
			at = i
		}
	}
	return at
}

// someTensor returns the range of a tensor of at least n elements, an empty one
// where there is none.
func someTensor(f *function, r *rand.Rand, n int) (lo, hi int) {
	seen, at := 0, 0
	for _, t := range f.s.layout {
		if t.Len() >= n {
			if seen++; r.IntN(seen) == 0 {
				lo, hi = at, at+t.Len()
			}
		}
		at += t.Len()
	}
	return lo, hi
}

func ofTensor(c float64) func(*function, []float64, *rand.Rand) spoil {
	return func(f *function, _ []float64, r *rand.Rand) spoil {
		lo, hi := someTensor(f, r, 1)
		return func(_ *function, g []float64) {
			for i := lo; i < hi; i++ {
				g[i] *= c
			}
		}
	}
}

// matrix returns the first matrix of the layout.
func matrix(f *function) (at, rows, columns int) {
	for _, t := range f.s.layout {
		if len(t.Shape) == 2 {
			return at, t.Shape[0], t.Shape[1]
		}
		at += t.Len()
	}
	return 0, 0, 0
}

// transpose writes the gradient of a matrix as that of its transpose.
func transpose(f *function, _ []float64, _ *rand.Rand) spoil {
	at, rows, columns := matrix(f)
	if rows < 2 || columns < 2 {
		return nil
	}
	return func(_ *function, g []float64) {
		old := append([]float64(nil), g[at:at+rows*columns]...)
		for i := range rows {
			for j := range columns {
				g[at+j*rows+i] = old[i*columns+j]
			}
		}
	}
}

func dropRow(f *function, _ []float64, _ *rand.Rand) spoil {
	at, rows, columns := matrix(f)
	if rows < 2 {
		return nil
	}
	return func(_ *function, g []float64) { clear(g[at+(rows-1)*columns : at+rows*columns]) }
}
