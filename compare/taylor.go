package compare

import (
	"context"
	"math"

	"gonum.org/v1/gonum/floats"

	"gradtwin/internal/stats"
)

// Taylor is how the Taylor remainder R(t) = |f(x+tw) − f(x) − t·g·w| along one
// random direction w through all tensors falls with t: as t² for a right
// gradient of a smooth function, as t for a wrong one. It is a second opinion
// that shares neither the differences nor the bounds of the rule, and it is
// blunt: an error below the curvature does not show, and at a point on a kink
// the rate is 1 for a right gradient too.
type Taylor struct {
	// Rate is log₂(R(t)/R(t/2)) at the smallest steps whose remainder exceeds the
	// loss's noise; 0 when fewer than two do.
	Rate       float64   `json:"rate"`
	Steps      []float64 `json:"steps"`      // t, each half of the one before
	Remainders []float64 `json:"remainders"` // R(t)
}

const (
	// taylorStart is the first step along a direction of length 1: far enough
	// for the curvature to show.
	taylorStart = 0.5
	taylorSteps = 16
	// taylorRates is how many of the last rates the median is taken of.
	taylorRates = 3
	// taylorLinear is the rate below which a remainder is called linear, half
	// way between the two.
	taylorLinear = 1.5
)

// Falls reports whether the remainder falls as it should, or is too small from
// the beginning to tell, as that of a linear function.
func (t *Taylor) Falls() bool { return t.Rate == 0 || t.Rate >= taylorLinear }

// taylor measures the remainder along one direction through some tensors.
func (j *judge) taylor(ctx context.Context, e *evaluator, tensors []int) (*Taylor, error) {
	var index []int
	for _, k := range tensors {
		index = append(index, j.at.indices(k)...)
	}
	p := &prober{judge: j, e: e}
	line := p.newDirection(purposeTaylor, index, moveSize)
	length := 0.0
	for _, w := range line.w {
		length = math.Hypot(length, w)
	}
	defer line.restore(e, &j.at.place)
	result, terms := &Taylor{}, make([]float64, len(index))
	var rates []float64
	for t, n := taylorStart/length, 0; n < taylorSteps; t, n = t/2, n+1 {
		for k, i := range index {
			e.f.Set(i, j.at.x[i]+t*line.w[k])
		}
		f, err := e.loss(ctx)
		if err != nil {
			return nil, wrapLoss(ctx, "loss along a direction", err)
		}
		for k, i := range index {
			terms[k] = j.at.g[i] * (e.f.At(i) - j.at.x[i])
		}
		r := math.Abs(f - j.at.f - floats.SumCompensated(terms))
		if stats.IsNotFinite(r) {
			continue // out of the function's domain
		}
		// Three roundings of the loss's size go into a remainder.
		if r <= 3*j.options.C*max(j.at.noise.long, j.at.roundoff()*math.Abs(f)) {
			break
		}
		result.Steps, result.Remainders = append(result.Steps, t), append(result.Remainders, r)
		if n := len(result.Remainders); n > 1 {
			rates = append(rates, math.Log2(result.Remainders[n-2]/r))
		}
	}
	if n := len(rates); n > 0 {
		result.Rate = stats.Median(rates[max(0, n-taylorRates):])
	}
	return result, nil
}
