package report

import (
	"context"
	"math"
	"slices"

	"gradtwin"
	"gradtwin/compare"
)

// quadratic is f(x) = Σ cᵢ·xᵢ²/2 with a corner: |x₀ − corner| is added. Its
// differences are known in closed form.
type quadratic struct {
	layout gradtwin.Layout
	x, c   []float64
	corner float64
	fault  float64 // added to the gradient of element 1
}

func (q *quadratic) Layout() gradtwin.Layout { return q.layout }
func (q *quadratic) At(i int) float64        { return q.x[i] }
func (q *quadratic) Set(i int, x float64)    { q.x[i] = x }

func (q *quadratic) Loss() (float64, error) {
	sum := math.Abs(q.x[0] - q.corner)
	for i, x := range q.x {
		sum += q.c[i] * x * x / 2
	}
	return sum, nil
}

func (q *quadratic) Gradient(dst []float64) error {
	for i, x := range q.x {
		dst[i] = q.c[i] * x
	}
	dst[0] += math.Copysign(1, q.x[0]-q.corner)
	dst[1] += q.fault
	return nil
}

// Differences is exact: the central difference of a square is its derivative,
// that of |t| is t/h within ±h.
func (q *quadratic) Differences(_ context.Context, dst []float64, from int, h float64) error {
	for n := range dst {
		i := from + n
		dst[n] = q.c[i] * q.x[i]
		if i == 0 {
			dst[n] += max(-1, min(1, (q.x[0]-q.corner)/h))
		}
	}
	return nil
}

func newQuadratic() *quadratic {
	return &quadratic{
		layout: gradtwin.Layout{{Name: "W1", Shape: []int{4, 2}}, {Name: "b1", Shape: []int{2}}},
		x:      []float64{1, 2, 3, 4, -1, -2, -3, 0, 1, 2},
		c:      []float64{1, 1, 1, 1, 1, 2, 2, 2, 2, 2},
		corner: 1 - 1e-6,
	}
}

// point returns both gradients, not yet judged.
func (q *quadratic) point(h float64) *Point {
	n := q.layout.Len()
	p := NewPoint(q.layout, make([]float64, n), make([]float64, n))
	p.Height, p.Width = 2, 2
	p.SymbolicParams, p.NumericParams = slices.Clone(q.x), slices.Clone(q.x)
	p.Batch = gradtwin.Batch{X: []float64{0, 0.25, 0.5, 1, 1, 0, 0, 0}, Labels: []int{1, 0}, Rows: []int{44823, 7}}
	q.Gradient(p.Symbolic)
	q.Differences(context.Background(), p.Numeric, 0, h)
	return p
}

// judged returns both gradients, judged as by a check: with differences at 1e-7,
// which the kink is out of reach of, and a bound of 1e-6.
func (q *quadratic) judged(h float64) *Point {
	p := q.point(h)
	d := make([]float64, len(p.Numeric))
	q.Differences(context.Background(), d, 0, 1e-7)
	for i, a := range p.Symbolic {
		e := compare.Element{Flat: i, Numeric: d[i], Step: 1e-7, Bound: 1e-6, Verdict: compare.OK}
		if math.Abs(a-d[i]) > e.Bound {
			e.Verdict = compare.Wrong
		}
		p.Judge(e)
	}
	return p
}
