package compare

import (
	"math"

	"gradtwin/internal/stats"
)

// Taylor is how the Taylor remainder R(t) = |f(x+tw) − f(x) − t·g·w| along one
// random direction w through all tensors falls with t: as t² for a right
// gradient of a smooth function, as t for a wrong one. It is a second opinion
// that shares neither the differences nor the bounds of the rule, and it is
// blunt: an error below the curvature does not show, and at a point on a kink
// the rate is 1 for a right gradient too.
type Taylor struct {
	// Rate is log₂(R(t)/R(t/2)) at the smallest steps whose remainder stands
	// out of the loss's noise; 0 when fewer than two do.
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

// Falls tells whether the remainder falls as it should, or is too small from
// the beginning to tell, as that of a linear function.
func (t *Taylor) Falls() bool { return t.Rate == 0 || t.Rate >= taylorLinear }

// measureTaylor fills the report's Taylor.
func (c *checker) measureTaylor() error {
	if c.callsLeft() < taylorSteps {
		c.left = append(c.left, "the budget ended before the Taylor remainder")
		return nil
	}
	e := c.workers[0]
	index := c.elements(0, c.size())
	line := &directionLine{e: e, index: index, w: c.weights(e.at, index, 1<<30)}
	length := 0.0
	for _, w := range line.w {
		length = math.Hypot(length, w)
	}
	defer line.move(0)
	result := &Taylor{}
	var rates []float64
	t := taylorStart / length
	for range taylorSteps {
		line.move(t)
		f, err := e.loss()
		if err != nil {
			return err
		}
		var linear compensated
		for _, i := range index {
			linear.add(e.at.g[i] * (e.f.At(i) - e.at.x[i]))
		}
		r := math.Abs(f - e.at.f - linear.value())
		t /= 2
		if isNotFinite(r) {
			continue // out of the function's domain
		}
		// Three roundings of the loss's size go into a remainder.
		if r <= 3*c.o.C*math.Max(c.noise, c.unit*math.Abs(f)) {
			break
		}
		result.Steps, result.Remainders = append(result.Steps, 2*t), append(result.Remainders, r)
		if n := len(result.Remainders); n > 1 {
			rates = append(rates, math.Log2(result.Remainders[n-2]/r))
		}
	}
	if n := len(rates); n > 0 {
		result.Rate = stats.Median(rates[max(0, n-taylorRates):])
	}
	c.report.Taylor = result
	return nil
}
