package audit

import (
	"math"
	"slices"
)

// reference computes the result of an operation on its inputs in plain loops over
// indices: slow, and easy to see right.
type reference = func(in []array) array

// each applies f to each element.
func each(f func(x float64) float64) reference {
	return func(in []array) array {
		y := newArray(in[0].Shape...)
		for i, x := range in[0].Data {
			y.Data[i] = f(x)
		}
		return y
	}
}

// pairs applies f to each pair of elements, with NumPy's broadcasting.
func pairs(f func(a, b float64) float64) reference {
	return func(in []array) array {
		rank := max(len(in[0].Shape), len(in[1].Shape))
		wide := func(a array) array {
			return array{append(slices.Repeat([]int{1}, rank-len(a.Shape)), a.Shape...), a.Data}
		}
		a, b := wide(in[0]), wide(in[1])
		shape := make([]int, rank)
		for k := range shape {
			shape[k] = max(a.Shape[k], b.Shape[k])
		}
		pick := func(x array, at []int) float64 {
			from := make([]int, rank)
			for k := range at {
				from[k] = at[k] % x.Shape[k]
			}
			return x.get(from...)
		}
		return fill(shape, func(at []int) float64 { return f(pick(a, at), pick(b, at)) })
	}
}

func plus(a, b float64) float64 { return a + b }

func minus(a, b float64) float64 { return a - b }

func times(a, b float64) float64 { return a * b }

func over(a, b float64) float64 { return a / b }

// fold combines all inputs element by element.
func fold(f func(a, b float64) float64) reference {
	return func(in []array) array {
		y := in[0]
		for _, a := range in[1:] {
			y = pairs(f)([]array{y, a})
		}
		return y
	}
}

// reduce folds the elements along axes; no axes means all.
func reduce(axes []int, f func(x []float64) float64) reference {
	return func(in []array) array {
		kept := func(of []int) (left []int) {
			for k, v := range of {
				if len(axes) > 0 && !slices.Contains(axes, k) {
					left = append(left, v)
				}
			}
			return left
		}
		shape := kept(in[0].Shape)
		groups := make([][]float64, size(shape))
		for i, x := range in[0].Data {
			o := offset(kept(index(i, in[0].Shape)), shape)
			groups[o] = append(groups[o], x)
		}
		y := newArray(shape...)
		for i, g := range groups {
			y.Data[i] = f(g)
		}
		return y
	}
}

// along applies f to the elements along an axis, for each choice of the others.
func along(axis int, f func(x []float64) []float64) reference {
	return func(in []array) array {
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

// permute is the transpose: axis k of the result is axes[k] of the operand.
func permute(axes ...int) reference {
	return func(in []array) array {
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

// swap returns the axes 0, 1, … of n, with one of them and the last exchanged.
func swap(n, axis int) []int {
	axes := make([]int, n)
	for k := range axes {
		axes[k] = k
	}
	axes[axis], axes[n-1] = n-1, axis
	return axes
}

// contract is the tensor product summed over pairs of axes.
func contract(aAxes, bAxes []int) reference {
	return func(in []array) array {
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

// normalize subtracts the mean of each group and divides by its deviation
// √(variance + ε); group numbers an element's group. Then it scales and shifts.
func normalize(epsilon float64, group func(at []int) int) reference {
	return func(in []array) array {
		x := in[0]
		members := map[int][]float64{}
		for i, v := range x.Data {
			g := group(index(i, x.Shape))
			members[g] = append(members[g], v)
		}
		return scaled(in, func(at []int) float64 {
			g := members[group(at)]
			m, s := mean(g), 0.0
			for _, v := range g {
				s += (v - m) * (v - m)
			}
			return (x.get(at...) - m) / math.Sqrt(s/float64(len(g))+epsilon)
		})
	}
}

// standardize is normalize with a mean and a variance that are given.
func standardize(epsilon, mean, variance float64) reference {
	return func(in []array) array {
		return scaled(in, func(at []int) float64 { return (in[0].get(at...) - mean) / math.Sqrt(variance+epsilon) })
	}
}

// scaled multiplies a function of the coordinates of the first input by the second
// input, and adds the third.
func scaled(in []array, f func(at []int) float64) array {
	return pairs(plus)([]array{pairs(times)([]array{fill(in[0].Shape, f), in[1]}), in[2]})
}
