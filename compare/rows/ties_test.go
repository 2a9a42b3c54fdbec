package rows

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gradtwin"
)

// tie is a point at which several elements tie for one place, with the shares
// of the derivative that each of them gets.
type tie struct {
	name       string
	layout     gradtwin.Layout
	x          []float64
	loss       func(x []float64) float64
	away       func(g, x []float64) // where there is no tie
	valid, bad [][]float64          // gradients at the point
}

func (tt tie) problem(g0 []float64) problem {
	return problem{name: fmt.Sprintf("%s with %v", tt.name, g0[:min(len(g0), 4)]), layout: tt.layout, x: tt.x,
		loss: tt.loss,
		grad: func(g, x []float64) {
			if slices.Equal(x, tt.x) {
				copy(g, g0)
				return
			}
			tt.away(g, x)
		}}
}

// largest is the maximum, and its gradient with all of it to the first largest.
func largest(x []float64) float64 { return slices.Max(x) }

func first(g, x []float64) {
	clear(g)
	g[slices.Index(x, slices.Max(x))] = 1
}

// pooled is the sum of the maxima of windows of consecutive elements.
func pooled(window int) (func(x []float64) float64, func(g, x []float64)) {
	loss := func(x []float64) float64 {
		sum := 0.0
		for part := range slices.Chunk(x, window) {
			sum += slices.Max(part)
		}
		return sum
	}
	grad := func(g, x []float64) {
		for at := 0; at < len(x); at += window {
			first(g[at:at+window], x[at:at+window])
		}
	}
	return loss, grad
}

// ranked is the sum of weights times the sorted elements.
func ranked(weights ...float64) (func(x []float64) float64, func(g, x []float64)) {
	loss := func(x []float64) float64 {
		sum := 0.0
		for i, v := range slices.Sorted(slices.Values(x)) {
			sum += weights[i] * v
		}
		return sum
	}
	grad := func(g, x []float64) {
		order := make([]int, len(x))
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(a, b int) int {
			switch {
			case x[a] < x[b]:
				return -1
			case x[a] > x[b]:
				return 1
			}
			return 0
		})
		for rank, i := range order {
			g[i] = weights[rank]
		}
	}
	return loss, grad
}

func repeat(v float64, n int) []float64 { return slices.Repeat([]float64{v}, n) }

func ties() []tie {
	pool, poolAway := pooled(4)
	rank, rankAway := ranked(1, 3, 10)
	quarter := repeat(0.25, 16)
	return []tie{
		{name: "max of two", x: []float64{1.3, 1.3}, loss: largest, away: first,
			valid: [][]float64{{1, 0}, {0, 1}, {0.5, 0.5}}, bad: [][]float64{{2, 2}, {-1, -1}, {3, -2}, {1000, 1000}}},
		{name: "max of two at zero", x: []float64{0, 0}, loss: largest, away: first,
			valid: [][]float64{{1, 0}, {0.25, 0.75}}, bad: [][]float64{{2, 2}, {0, 5}}},
		{name: "max of three", x: []float64{0.7, 0.7, 0.7}, loss: largest, away: first,
			valid: [][]float64{{0, 1, 0}, {1.0 / 3, 1.0 / 3, 1.0 / 3}}, bad: [][]float64{{2, 2, 2}, {-1, 1, 1}, {3, 0, 0}}},
		{name: "max of two of five", x: []float64{0.1, 2, -1, 2, 1.5}, loss: largest, away: first,
			valid: [][]float64{{0, 1, 0, 0, 0}, {0, 0.5, 0, 0.5, 0}},
			bad:   [][]float64{{0, 2, 0, 2, 0}, {0, 1, 1, 0, 0}, {0, -3, 0, 4, 0}}},
		{name: "min of two", x: []float64{-4, -4}, loss: slices.Min[[]float64], away: func(g, x []float64) {
			clear(g)
			g[slices.Index(x, slices.Min(x))] = 1
		}, valid: [][]float64{{1, 0}, {0.5, 0.5}}, bad: [][]float64{{2, 2}, {-1, 2}}},
		{name: "max of two tensors", layout: gradtwin.Layout{{Name: "a", Shape: []int{1, 1}}, {Name: "b", Shape: []int{}}},
			x: []float64{0.4, 0.4}, loss: largest, away: first,
			valid: [][]float64{{1, 0}, {0.5, 0.5}}, bad: [][]float64{{2, 2}, {-2, 3}}},
		{name: "pool of constant patches", layout: gradtwin.Layout{{Name: "image", Shape: []int{4, 2, 2}}},
			x: repeat(0.6, 16), loss: pool, away: poolAway,
			valid: [][]float64{quarter, slices.Repeat([]float64{1, 0, 0, 0}, 4)},
			bad:   [][]float64{repeat(2, 16), repeat(-1, 16), slices.Repeat([]float64{3, 0, 0, 0}, 4)}},
		{name: "pool of one constant patch", x: slices.Concat([]float64{1, 2, 3, 4, 8, 7, 6, 5}, repeat(0, 4),
			[]float64{4, 1, 3, 2}), loss: pool, away: poolAway,
			valid: [][]float64{{0, 0, 0, 1, 1, 0, 0, 0, 0.25, 0.25, 0.25, 0.25, 1, 0, 0, 0}},
			bad:   [][]float64{{0, 0, 0, 1, 1, 0, 0, 0, 2, 2, 2, 2, 1, 0, 0, 0}}},
		{name: "sorted", x: []float64{2, 0.5, 2}, loss: rank, away: rankAway,
			valid: [][]float64{{3, 1, 10}, {10, 1, 3}, {6.5, 1, 6.5}}, bad: [][]float64{{20, 1, 20}, {1, 1, 1}, {3, 1, 30}}},
		{name: "difference", x: []float64{3, 3}, loss: func(x []float64) float64 { return math.Abs(x[0] - x[1]) },
			away: func(g, x []float64) {
				g[0] = math.Copysign(1, x[0]-x[1])
				g[1] = -g[0]
			}, valid: [][]float64{{0, 0}, {1, -1}, {-0.5, 0.5}}, bad: [][]float64{{3, -3}, {1000, 0}}},
		{name: "norm", x: []float64{0, 0, 0}, loss: func(x []float64) float64 {
			return math.Hypot(math.Hypot(x[0], x[1]),
				x[2])
		}, away: func(g, x []float64) {
			norm := math.Hypot(math.Hypot(x[0], x[1]), x[2])
			for i := range g {
				g[i] = x[i] / norm
			}
		}, valid: [][]float64{{0, 0, 0}, {1, 0, 0}, {0.5, 0.5, -0.5}}, bad: [][]float64{{2, 0, 0}, {5, 5, 5}}},
		{name: "largest modulus", x: []float64{-1.5, 1.5, 0.2},
			loss: func(x []float64) float64 { return max(math.Abs(x[0]), math.Abs(x[1]), math.Abs(x[2])) },
			away: func(g, x []float64) {
				clear(g)
				for i, v := range x {
					if math.Abs(v) == max(math.Abs(x[0]), math.Abs(x[1]), math.Abs(x[2])) {
						g[i] = math.Copysign(1, v)
						return
					}
				}
			}, valid: [][]float64{{-1, 0, 0}, {0, 1, 0}, {-0.5, 0.5, 0}}, bad: [][]float64{{-2, 2, 0}, {1, 0, 0}}},
	}
}

// The shares of tied elements are right in the hull of the gradients beside the
// tie, and wrong outside of every element's own slopes.
func TestTies(t *testing.T) {
	var checks []check
	for _, tt := range ties() {
		for _, g := range tt.valid {
			p := tt.problem(g)
			checks = append(checks, check{name: p.name, p: p, want: orEmpty(passed, g...)},
				check{name: p.beside(1).name, p: p.beside(1), want: passed})
		}
		for _, g := range tt.bad {
			p := tt.problem(g)
			checks = append(checks, check{name: p.name, p: p, want: foundWrong},
				check{name: p.beside(1).name, p: p.beside(1), want: foundWrong})
		}
	}
	run(t, checks)
}

// Shares that are each within an element's slopes, and yet add up to what no
// tie can give, show along a direction through the tensor.
func TestTiesAlongDirections(t *testing.T) {
	pool, away := pooled(4)
	var checks []check
	for _, tt := range []tie{
		{name: "max of two", x: []float64{1.3, 1.3}, loss: largest, away: first, bad: [][]float64{{1, 1}, {0, 0}}},
		{name: "max of four", x: repeat(0.5, 4), loss: largest, away: first, bad: [][]float64{{1, 1, 1, 1}}},
		{name: "pool of constant patches", x: repeat(0.6, 16), loss: pool, away: away, bad: [][]float64{repeat(1, 16)}},
		{name: "difference", x: []float64{3, 3}, loss: func(x []float64) float64 { return math.Abs(x[0] - x[1]) },
			away: func(g, x []float64) {
				g[0] = math.Copysign(1, x[0]-x[1])
				g[1] = -g[0]
			}, bad: [][]float64{{1, 1}}},
	} {
		for _, g := range tt.bad {
			p := tt.problem(g)
			checks = append(checks, check{name: p.name, p: p, want: orEmpty(foundWrong, g...)},
				check{name: p.beside(1).name, p: p.beside(1), want: foundWrong})
		}
	}
	run(t, checks)
}
