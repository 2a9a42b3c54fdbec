package twintest

import (
	"context"
	"math"
	"slices"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/compare/twin"
)

// Quadratic is f(x) = Σ cᵢ·xᵢ²/2 with a kink: |x₀ − kink| is added. Its
// differences are known in closed form.
type Quadratic struct {
	layout gradtwin.Layout
	x, c   []float64
	kink   float64
	Fault  float64 // added to the gradient of element 1
}

// Layout implements compare.Function.
func (q *Quadratic) Layout() gradtwin.Layout { return q.layout }

// At implements compare.Function.
func (q *Quadratic) At(i int) float64 { return q.x[i] }

// Set implements compare.Function.
func (q *Quadratic) Set(i int, x float64) { q.x[i] = x }

// Loss implements compare.Function.
func (q *Quadratic) Loss() (float64, error) {
	sum := math.Abs(q.x[0] - q.kink)
	for i, x := range q.x {
		sum += q.c[i] * x * x / 2
	}
	return sum, nil
}

// Gradient implements compare.Function.
func (q *Quadratic) Gradient(dst []float64) error {
	for i, x := range q.x {
		dst[i] = q.c[i] * x
	}
	dst[0] += math.Copysign(1, q.x[0]-q.kink)
	dst[1] += q.Fault
	return nil
}

// Differences is exact: the central difference of a square is its derivative,
// that of |t| is t/h within ±h.
func (q *Quadratic) Differences(_ context.Context, dst []float64, from int, h float64) error {
	for n := range dst {
		i := from + n
		dst[n] = q.c[i] * q.x[i]
		if i == 0 {
			dst[n] += max(-1, min(1, (q.x[0]-q.kink)/h))
		}
	}
	return nil
}

// NewQuadratic returns one of ten elements whose kink is 1e-6 from the first.
func NewQuadratic() *Quadratic {
	return &Quadratic{
		layout: gradtwin.Layout{{Name: "W1", Shape: []int{4, 2}}, {Name: "b1", Shape: []int{2}}},
		x:      []float64{1, 2, 3, 4, -1, -2, -3, 0, 1, 2},
		c:      []float64{1, 1, 1, 1, 1, 2, 2, 2, 2, 2},
		kink:   1 - 1e-6,
	}
}

// Point returns both gradients, not yet judged.
func (q *Quadratic) Point(h float64) *twin.Point {
	n := q.layout.Len()
	p := twin.NewPoint(q.layout, make([]float64, n), make([]float64, n))
	p.Height, p.Width = 2, 2
	p.SymbolicParams, p.NumericParams = slices.Clone(q.x), slices.Clone(q.x)
	p.Batch = gradtwin.Batch{X: []float64{0, 0.25, 0.5, 1, 1, 0, 0, 0}, Labels: []int{1, 0}, Rows: []int{44823, 7}}
	q.Gradient(p.Symbolic)
	q.Differences(context.Background(), p.Numeric, 0, h)
	return p
}

// Judged returns both gradients, judged as by a check: with differences at 1e-7,
// which the kink is out of reach of, and a bound of 1e-6.
func (q *Quadratic) Judged(h float64) *twin.Point {
	p := q.Point(h)
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
