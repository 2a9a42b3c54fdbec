package audit

import (
	"math"
	"slices"
)

// The references are plain loops over indices: slow, and easy to see right.

// index writes offset i of a shape as coordinates.
func index(i int, shape []int) []int {
	at := make([]int, len(shape))
	for k := len(shape) - 1; k >= 0; k-- {
		at[k], i = i%shape[k], i/shape[k]
	}
	return at
}

func offset(at, shape []int) int {
	i := 0
	for k, d := range shape {
		i = i*d + at[k]
	}
	return i
}

// get returns an element; outside of the array it is 0, the padding.
func (a Array) get(at ...int) float64 {
	for k, i := range at {
		if i < 0 || i >= a.Shape[k] {
			return 0
		}
	}
	return a.Data[offset(at, a.Shape)]
}

// fill makes an array of a function of the coordinates.
func fill(shape []int, f func(at []int) float64) Array {
	a := newArray(shape...)
	for i := range a.Data {
		a.Data[i] = f(index(i, shape))
	}
	return a
}

// each is an elementwise function.
func each(f func(x float64) float64) func([]Array) Array {
	return func(in []Array) Array {
		y := newArray(in[0].Shape...)
		for i, x := range in[0].Data {
			y.Data[i] = f(x)
		}
		return y
	}
}

// pairs is an elementwise function of two, with NumPy's broadcasting.
func pairs(f func(a, b float64) float64) func([]Array) Array {
	return func(in []Array) Array {
		a, b := in[0], in[1]
		rank := max(len(a.Shape), len(b.Shape))
		wide := func(s []int) []int { return append(slices.Repeat([]int{1}, rank-len(s)), s...) }
		sa, sb := wide(a.Shape), wide(b.Shape)
		shape := make([]int, rank)
		for k := range shape {
			shape[k] = max(sa[k], sb[k])
		}
		pick := func(x Array, s, at []int) float64 {
			at = slices.Clone(at)
			for k := range at {
				if s[k] == 1 {
					at[k] = 0
				}
			}
			return x.Data[offset(at, s)]
		}
		return fill(shape, func(at []int) float64 { return f(pick(a, sa, at), pick(b, sb, at)) })
	}
}

// reduce folds the elements along axes; none are all.
func reduce(axes []int, f func(x []float64) float64) func([]Array) Array {
	return func(in []Array) Array {
		a := in[0]
		var shape []int
		for k, d := range a.Shape {
			if len(axes) > 0 && !slices.Contains(axes, k) {
				shape = append(shape, d)
			}
		}
		groups := make([][]float64, size(shape))
		for i, x := range a.Data {
			var to []int
			for k, j := range index(i, a.Shape) {
				if len(axes) > 0 && !slices.Contains(axes, k) {
					to = append(to, j)
				}
			}
			o := offset(to, shape)
			groups[o] = append(groups[o], x)
		}
		y := newArray(shape...)
		for i, g := range groups {
			y.Data[i] = f(g)
		}
		return y
	}
}

// along maps the elements along one axis together.
func along(axis int, f func(x []float64) []float64) func([]Array) Array {
	return func(in []Array) Array {
		a := in[0]
		y := newArray(a.Shape...)
		for i := range a.Data {
			at := index(i, a.Shape)
			if at[axis] != 0 {
				continue
			}
			x, to := make([]float64, a.Shape[axis]), make([]int, a.Shape[axis])
			for j := range x {
				at[axis] = j
				to[j] = offset(at, a.Shape)
				x[j] = a.Data[to[j]]
			}
			for j, v := range f(x) {
				y.Data[to[j]] = v
			}
		}
		return y
	}
}

func sum(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v
	}
	return s
}

func mean(x []float64) float64 { return sum(x) / float64(len(x)) }

func logSumExp(x []float64) float64 {
	m, s := slices.Max(x), 0.0
	for _, v := range x {
		s += math.Exp(v - m)
	}
	return m + math.Log(s)
}

func norm(p float64) func(x []float64) float64 {
	return func(x []float64) float64 {
		s := 0.0
		for _, v := range x {
			s += math.Pow(math.Abs(v), p)
		}
		return math.Pow(s, 1/p)
	}
}

func logSoftMax(x []float64) []float64 {
	l, y := logSumExp(x), make([]float64, len(x))
	for i, v := range x {
		y[i] = v - l
	}
	return y
}

func softMax(x []float64) []float64 {
	y := logSoftMax(x)
	for i, v := range y {
		y[i] = math.Exp(v)
	}
	return y
}

// sparseMax is Martins & Astudillo (2016), algorithm 1.
func sparseMax(x []float64) []float64 {
	z := slices.Clone(x)
	slices.Sort(z)
	slices.Reverse(z)
	s, tau := 0.0, 0.0
	for k, v := range z {
		if s += v; 1+float64(k+1)*v > s {
			tau = (s - 1) / float64(k+1)
		}
	}
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = math.Max(v-tau, 0)
	}
	return y
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func softplus(x float64) float64 { return math.Log1p(math.Exp(x)) }

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// permute is the transpose by axes.
func permute(axes ...int) func([]Array) Array {
	return func(in []Array) Array {
		shape := make([]int, len(axes))
		for k, a := range axes {
			shape[k] = in[0].Shape[a]
		}
		return fill(shape, func(at []int) float64 {
			from := make([]int, len(at))
			for k, a := range axes {
				from[a] = at[k]
			}
			return in[0].get(from...)
		})
	}
}

// contract is the tensor product summed over pairs of axes.
func contract(aAxes, bAxes []int) func([]Array) Array {
	return func(in []Array) Array {
		a, b := in[0], in[1]
		var shape, over, freeA, freeB []int
		for k, d := range a.Shape {
			if !slices.Contains(aAxes, k) {
				shape, freeA = append(shape, d), append(freeA, k)
			}
		}
		for k, d := range b.Shape {
			if !slices.Contains(bAxes, k) {
				shape, freeB = append(shape, d), append(freeB, k)
			}
		}
		for _, k := range aAxes {
			over = append(over, a.Shape[k])
		}
		return fill(shape, func(at []int) float64 {
			ia, ib := make([]int, len(a.Shape)), make([]int, len(b.Shape))
			for k, f := range freeA {
				ia[f] = at[k]
			}
			for k, f := range freeB {
				ib[f] = at[len(freeA)+k]
			}
			s := 0.0
			for i := range size(over) {
				for k, j := range index(i, over) {
					ia[aAxes[k]], ib[bAxes[k]] = j, j
				}
				s += a.get(ia...) * b.get(ib...)
			}
			return s
		})
	}
}

// window is how a kernel moves over a BCHW image. pad is top, bottom, left,
// right.
type window struct {
	kernel, stride, dilation [2]int
	pad                      [4]int
}

func (w window) out(shape []int) (h, width int) {
	length := func(n, k, pad, stride, dilation int) int { return (n+pad-(k-1)*dilation-1)/stride + 1 }
	return length(shape[2], w.kernel[0], w.pad[0]+w.pad[1], w.stride[0], w.dilation[0]),
		length(shape[3], w.kernel[1], w.pad[2]+w.pad[3], w.stride[1], w.dilation[1])
}

// visit calls f with the image's coordinates under the kernel at (i, j), padding
// too.
func (w window) visit(i, j int, f func(r, c, y, x int)) {
	for r := range w.kernel[0] {
		for c := range w.kernel[1] {
			f(r, c, i*w.stride[0]-w.pad[0]+r*w.dilation[0], j*w.stride[1]-w.pad[2]+c*w.dilation[1])
		}
	}
}

func convolution(w window) func([]Array) Array {
	return func(in []Array) Array {
		im, filter := in[0], in[1]
		h, width := w.out(im.Shape)
		return fill([]int{im.Shape[0], filter.Shape[0], h, width}, func(at []int) float64 {
			s := 0.0
			for ch := range im.Shape[1] {
				w.visit(at[2], at[3], func(r, c, y, x int) { s += filter.get(at[1], ch, r, c) * im.get(at[0], ch, y, x) })
			}
			return s
		})
	}
}

// pool folds what is under the kernel; the padding is left out of it.
func pool(w window, f func(x []float64) float64) func([]Array) Array {
	return func(in []Array) Array {
		im := in[0]
		h, width := w.out(im.Shape)
		return fill([]int{im.Shape[0], im.Shape[1], h, width}, func(at []int) float64 {
			var under []float64
			w.visit(at[2], at[3], func(_, _, y, x int) {
				if y >= 0 && y < im.Shape[2] && x >= 0 && x < im.Shape[3] {
					under = append(under, im.get(at[0], at[1], y, x))
				}
			})
			return f(under)
		})
	}
}

func imageToColumns(w window) func([]Array) Array {
	return func(in []Array) Array {
		im := in[0]
		h, width := w.out(im.Shape)
		n := w.kernel[0] * w.kernel[1]
		return fill([]int{im.Shape[0], h, width, im.Shape[1] * n}, func(at []int) float64 {
			var v float64
			w.visit(at[1], at[2], func(r, c, y, x int) {
				if at[3]%n == r*w.kernel[1]+c {
					v = im.get(at[0], at[3]/n, y, x)
				}
			})
			return v
		})
	}
}

// normalize subtracts the mean of each group and divides by its deviation
// √(variance + ε); group numbers an element's group. Then it scales and shifts
// with the second and the third input, of a shape that broadcasts.
func normalize(epsilon float64, group func(at, shape []int) int) func([]Array) Array {
	return func(in []Array) Array {
		x := in[0]
		members := map[int][]float64{}
		for i, v := range x.Data {
			g := group(index(i, x.Shape), x.Shape)
			members[g] = append(members[g], v)
		}
		y := fill(x.Shape, func(at []int) float64 {
			g := members[group(at, x.Shape)]
			m, s := mean(g), 0.0
			for _, v := range g {
				s += (v - m) * (v - m)
			}
			return (x.get(at...) - m) / math.Sqrt(s/float64(len(g))+epsilon)
		})
		scaled := pairs(func(a, b float64) float64 { return a * b })([]Array{y, in[1]})
		return pairs(func(a, b float64) float64 { return a + b })([]Array{scaled, in[2]})
	}
}
