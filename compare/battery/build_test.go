package battery_test

import (
	"math"
	"math/rand/v2"

	"gradtwin"
)

// subjects returns every function of the battery.
func subjects() []*subject {
	var all []*subject
	for _, family := range []func() []*subject{
		statistics, mlps, nets, odes, splines, scales, noises, domains, chaos, cancellations, algebra,
	} {
		all = append(all, family()...)
	}
	return append(all, inFloat32(all)...)
}

// inFloat32 returns float32 versions of the functions that are smooth enough
// and of a scale that float32 has: all networks, and every second of the
// statistics, ODEs, splines and algebra. Every fifth has no twin.
func inFloat32(all []*subject) []*subject {
	var out []*subject
	for i, s := range all {
		switch s.family {
		case networks:
		case statistical, solving, splined, algebraic:
			if i%2 == 1 {
				continue
			}
		default:
			continue
		}
		if s.body == nil || s.value != nil || s.rough || s.layout.Len() > 400 {
			continue
		}
		narrow := *s
		narrow.family, narrow.single = single, true
		if len(out)%5 == 4 {
			narrow.family, narrow.alone = alone, true
		}
		out = append(out, &narrow)
	}
	return out
}

// shaped returns a layout from names and shapes: "W", 3, 4 is a 3×4 matrix,
// and what follows the next name is the next tensor's.
func shaped(parts ...any) gradtwin.Layout {
	var l gradtwin.Layout
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			l = append(l, gradtwin.Tensor{Name: p, Shape: []int{}})
		case int:
			l[len(l)-1].Shape = append(l[len(l)-1].Shape, p)
		}
	}
	return l
}

// normals returns n draws of N(0, 1).
func normals(seed uint64, n int) []float64 {
	r := rand.New(rand.NewPCG(seed, 77))
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

// uniforms returns n draws between lo and hi.
func uniforms(seed uint64, n int, lo, hi float64) []float64 {
	r := rand.New(rand.NewPCG(seed, 78))
	x := make([]float64, n)
	for i := range x {
		x[i] = lo + (hi-lo)*r.Float64()
	}
	return x
}

// normal, uniform and around are ways to draw a point of n elements.
func normal(n int, scale float64) func(r *rand.Rand) []float64 {
	return func(r *rand.Rand) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = scale * r.NormFloat64()
		}
		return x
	}
}

func uniform(n int, lo, hi float64) func(r *rand.Rand) []float64 {
	return func(r *rand.Rand) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = lo + (hi-lo)*r.Float64()
		}
		return x
	}
}

// around draws each element within a part of its size.
func around(part float64, x ...float64) func(r *rand.Rand) []float64 {
	return func(r *rand.Rand) []float64 {
		y := make([]float64, len(x))
		for i := range x {
			y[i] = x[i] * (1 + part*(2*r.Float64()-1))
		}
		return y
	}
}

// of makes a subject; a nil layout is one tensor x.
func of(f family, name string, layout gradtwin.Layout, point func(r *rand.Rand) []float64, b body) *subject {
	if layout == nil {
		layout = shaped("x", len(point(rand.New(rand.NewPCG(0, 0)))))
	}
	return &subject{family: f, name: name, layout: layout, point: point, body: b}
}

// cut divides x into pieces of the given lengths and the rest.
func cut(x []num, lengths ...int) [][]num {
	var out [][]num
	for _, n := range lengths {
		out = append(out, x[:n])
		x = x[n:]
	}
	return append(out, x)
}

// row returns row i of a matrix with that many columns.
func row[T any](x []T, columns, i int) []T { return x[i*columns : (i+1)*columns] }

// product returns x·W, W of rows len(x).
func product(x, w []num) []num {
	columns := len(w) / len(x)
	out := x[0].t.slice(columns)
	for j := range out {
		s := x[0].mul(w[j])
		for i := 1; i < len(x); i++ {
			s = s.add(x[i].mul(w[i*columns+j]))
		}
		out[j] = s
	}
	return out
}

func plus(a, b []num) []num {
	out := a[0].t.slice(len(a))
	for i := range a {
		out[i] = a[i].add(b[i])
	}
	return out
}

func minus(a, b []num) []num {
	out := a[0].t.slice(len(a))
	for i := range a {
		out[i] = a[i].sub(b[i])
	}
	return out
}

func scaleBy(a []num, c num) []num { return each(a, func(v num) num { return v.mul(c) }) }

// maxAbs returns the largest magnitude.
func maxAbs(x []float64) float64 {
	m := 0.0
	for _, v := range x {
		m = math.Max(m, math.Abs(v)) // NaN of a NaN
	}
	return m
}
