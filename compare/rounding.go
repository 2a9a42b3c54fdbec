package compare

import (
	"context"
	"math"
	"slices"

	"gradtwin/internal/stats"
)

// How a gradient's own rounding is measured: by gradients at points that differ
// from the point by some units in the last place of each element. For float32
// gradients, of which 934,740 right ones were tried, six times what the first
// points show needed a second look at 4 in a million elements, and ten times what
// all points show was never reached.
const (
	roundingPoints = 8
	roundingMore   = 32
	roundingLook   = 6
	roundingWrong  = 10
)

const (
	// floorRoundoffs is how many unit roundoffs of itself an element may be off in any
	// case. It is chosen, not derived; in float64 it is far below rtol.
	floorRoundoffs = 16
	// mostRounding is the largest rounding that a measurement may give, relative to the
	// tensor's largest gradient.
	mostRounding = 1e-3
	// plainRounding is the largest that is taken as it is: above it, the gradient may
	// jump at a kink next to the point, which is no rounding.
	plainRounding = 1e-9
	// quarter is the lower quartile of the distances between two values of a normal
	// distribution with a standard deviation of 1.
	quarter = 0.45
)

// measureRounding measures how far rounding may take each element of the gradient.
// again is the gradient of a second run at the point.
func (p *point) measureRounding(ctx context.Context, e *evaluator, again []float64) error {
	var runs [][]float64
	for n := range roundingPoints {
		e.move(p.ulpAway(p.roundoff(), 1, n))
		g := make([]float64, len(p.x))
		if err := e.gradient(ctx, g); err != nil {
			return err
		}
		if stats.FirstNotFinite(g) < 0 {
			runs = append(runs, g)
		}
	}
	e.restore(p.x)
	p.rounding = make([]float64, len(p.x))
	for k := range p.layout {
		from, to := p.interval(k)
		for i := from; i < to; i++ {
			measured := deviation(runs, i)
			if measured > plainRounding*p.largest[k] {
				measured = min(measured, scatter(runs, i))
			}
			measured = roundingLook * max(measured, math.Abs(p.g[i]-again[i]))
			p.rounding[i] = max(floorRoundoffs*p.roundoff()*math.Abs(p.g[i]), min(measured, mostRounding*p.largest[k]))
		}
	}
	return nil
}

// widening is how many times a few units in their last place the elements move, in
// turn, where a float32 gradient is compared with the float64 one: where a unit
// saturates, the last place of an element moves nothing that is rounded on the way.
var widening = [...]float64{1, 1 << 6, 1 << 10, 1 << 13}

// ulpAway returns the n-th random move: each element goes up or down by 1 to 4 times so
// many units in its last place.
func (p *point) ulpAway(unit, times float64, n int) func(i int, x float64) float64 {
	r := random(p.seed, purposeRounding, 0, n)
	return func(_ int, x float64) float64 {
		ulps := float64(1 + r.IntN(4))
		if r.Uint64()&1 == 0 {
			ulps = -ulps
		}
		return x + 2*unit*times*ulps*x
	}
}

// deviation returns the standard deviation of element i over the runs.
func deviation(runs [][]float64, i int) float64 {
	if len(runs) < 2 {
		return 0
	}
	// Differences to the first are small where the deviation is, and relative to
	// the largest their squares do not overflow.
	most := 0.0
	for _, g := range runs {
		most = max(most, math.Abs(g[i]-runs[0][i]))
	}
	if most == 0 || stats.IsNotFinite(most) {
		return most
	}
	sum, squares := 0.0, 0.0
	for _, g := range runs {
		d := (g[i] - runs[0][i]) / most
		sum += d
		squares += d * d
	}
	n := float64(len(runs))
	return most * math.Sqrt(max(0, squares-sum*sum/n)/(n-1))
}

// scatter estimates the standard deviation of element i over the runs from a
// quarter of the distances between them: where they lie at two values, on either
// side of a kink, that is the scatter about each.
func scatter(runs [][]float64, i int) float64 {
	var apart []float64
	for k, g := range runs {
		for _, h := range runs[:k] {
			apart = append(apart, math.Abs(g[i]-h[i]))
		}
	}
	if apart == nil {
		return 0
	}
	slices.Sort(apart)
	return apart[len(apart)/4] / quarter
}
