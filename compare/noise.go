package compare

import (
	"math"
	"slices"

	"gradtwin/internal/stats"
)

// Unit roundoffs of the two precisions.
const (
	doubleUnit = 0x1p-53
	singleUnit = 0x1p-24
)

// The line on which noise is measured.
const (
	noisePoints = 9 // Moré and Wild use 7 to 9
	noiseLines  = 3 // the median of three ignores one that crosses a kink all the same
	// noiseSpacing is short, so that the line crosses no kink: one would count
	// as noise. A loss that does not change over so short a line has the
	// spacing raised.
	noiseSpacing = 1e-10
	// singleSpacing is the same for a loss in float32: enough units in the last
	// place between two points for their roundings to be independent.
	singleSpacing = 1e-4
	noiseRetries  = 5 // of a line whose spacing was wrong: up to 1e-2
	// noiseJitter is how far, in terms of the spacing, the points are off it.
	noiseJitter = 0.6
)

// ecNoise estimates the noise of a function, the standard deviation of the
// rounding in its values, from values at the points t on a short line.
// Differences of high order leave nothing of a smooth function and, scaled,
// keep the noise. It also returns how the line should change when the estimate
// is not a good one: −1 for a shorter line, +1 for a longer one, 0 for a good
// estimate.
//
// Moré and Wild, Estimating computational noise, SIAM J. Sci. Comput. 33
// (2011), algorithm ECnoise, with divided differences, because the points are
// not equally spaced: a loss that is rounded to a grid can rise by whole steps
// of it between equally spaced points, and look free of noise. Where no order
// gives an estimate, this is the highest that is the mean of three or more.
func ecNoise(t, values []float64) (noise float64, change int) {
	const orders = noisePoints - 1
	var level [orders]float64
	var signs [orders]bool // the differences of this order have both signs
	for j := range orders {
		squares, zeros := 0.0, 0
		lo, hi := math.Inf(1), math.Inf(-1)
		n := len(values) - 1 - j
		for i := range n {
			d := dividedDifference(t[i:i+j+2], values[i:i+j+2])
			if d == 0 {
				zeros++
			}
			squares += d * d
			lo, hi = math.Min(lo, d), math.Max(hi, d)
		}
		if j == 0 && 2*zeros >= len(values) {
			change = +1
		}
		level[j] = math.Sqrt(squares / float64(n))
		signs[j] = lo*hi < 0
	}
	highest := level[orders-3]
	if change != 0 {
		return highest, change
	}
	if lo, hi := slices.Min(values), slices.Max(values); hi-lo > 0.1*math.Max(math.Abs(lo), math.Abs(hi)) {
		return highest, -1
	}
	for k := 0; k+2 < orders; k++ {
		three := level[k : k+3]
		if signs[k] && slices.Max(three) <= 4*slices.Min(three) {
			return level[k], 0
		}
	}
	return highest, -1
}

// dividedDifference returns the divided difference of the values at the points
// t, scaled so that of values of noise ε it has the noise ε.
func dividedDifference(t, values []float64) float64 {
	sum, squares := 0.0, 0.0
	for k := range t {
		weight := 1.0
		for m := range t {
			if m != k {
				weight /= t[k] - t[m]
			}
		}
		// Differences to the first value are exact where the line is short.
		sum += weight * (values[k] - values[0])
		squares += weight * weight
	}
	return sum / math.Sqrt(squares)
}

// measureNoise sets the checker's noise ε: the median over several lines
// beside the point along random directions of all elements, and at least the
// rounding of the loss itself. The lines begin a little off the point, which may
// sit on a kink.
func (c *checker) measureNoise() error {
	e := c.workers[0]
	p := e.at
	var noises []float64
	all := []float64{p.f}
	dir := make([]float64, len(p.x))
	defer e.restore(0, len(dir))
	for line := range noiseLines {
		c.signs(dir, p, line)
		noise, values, err := c.lineNoise(dir, line, singlePrecision(all[:1]))
		if err != nil {
			return err
		}
		noises = append(noises, noise)
		all = append(all, values...)
	}
	c.unit = doubleUnit
	if singlePrecision(all) {
		c.unit = singleUnit
	}
	c.noise = max(c.unit*math.Abs(p.f), stats.Median(noises), grain(all)/math.Sqrt(12))
	return nil
}

// lineNoise measures the noise on one line. It returns the values, too.
func (c *checker) lineNoise(dir []float64, line int, single bool) (noise float64, values []float64, err error) {
	e := c.workers[0]
	spacing := noiseSpacing
	if single {
		spacing = singleSpacing
	}
	r := c.random(purposeNoisePoints, line)
	t := make([]float64, noisePoints)
	for k := range t {
		t[k] = float64(noisePoints+k) + noiseJitter*(r.Float64()-0.5)
	}
	factor, before := 100.0, 0
	for range noiseRetries {
		v := make([]float64, noisePoints)
		for k := range v {
			if v[k], err = e.along(dir, 0, len(dir), spacing*t[k]); err != nil {
				return 0, nil, err
			}
		}
		if slices.ContainsFunc(v, isNotFinite) {
			spacing /= factor
			continue
		}
		values = append(values, v...)
		estimate, change := ecNoise(t, v)
		noise = estimate
		if change == 0 || change < 0 && spacing <= noiseSpacing {
			break // a shorter line would show no more
		}
		if before*change < 0 {
			factor = math.Sqrt(factor) // the right spacing lies between the last two
		}
		before = change
		spacing *= math.Pow(factor, float64(change))
	}
	return noise, values, nil
}

// grain returns the spacing of the grid that the values lie on, 0 where there is
// none: a loss that was rounded to a few digits. Its noise is that of rounding,
// the spacing over √12.
func grain(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	least := math.Inf(1)
	for i, v := range sorted[1:] {
		if d := v - sorted[i]; d > 0 {
			least = min(least, d)
		}
	}
	size := max(math.Abs(sorted[0]), math.Abs(sorted[len(sorted)-1]))
	if math.IsInf(least, 1) || least < 64*doubleUnit*size {
		return 0 // the grid of float64 itself
	}
	for i, v := range sorted[1:] {
		steps := (v - sorted[i]) / least
		if math.Abs(steps-math.Round(steps)) > 0.01 {
			return 0
		}
	}
	return least
}

// signs fills dir with a random ±1 direction, larger where the element is
// larger than 1.
func (c *checker) signs(dir []float64, p *point, line int) {
	r := c.random(purposeNoise, line)
	for i := range dir {
		dir[i] = math.Max(1, math.Abs(p.x[i]))
		if r.Uint64()&1 == 0 {
			dir[i] = -dir[i]
		}
	}
}

// singlePrecision tells whether the values have been computed in float32: all
// fit, and one of them at least needs more than the few bits that a small
// integer has.
func singlePrecision(values []float64) bool {
	long := false
	for _, v := range values {
		if float64(float32(v)) != v {
			return false
		}
		// A float64 with at most 16 significant bits has 37 zeros at its end.
		long = long || math.Float64bits(v)<<(64-37) != 0
	}
	return long
}

func isNotFinite(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }
