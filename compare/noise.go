package compare

import (
	"math"
	"slices"
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
	noiseRetries  = 4 // of a line whose spacing was wrong
)

// ecNoise estimates the noise of a function, the standard deviation of the
// rounding in its values, from values at equally spaced points on a short line.
// Differences of high order leave nothing of a smooth function and, scaled,
// keep the noise. It returns how the spacing has to change when it cannot
// tell: −1 for a shorter line, +1 for a longer one, 0 for a good estimate.
//
// Moré and Wild, Estimating computational noise, SIAM J. Sci. Comput. 33
// (2011), algorithm ECnoise.
func ecNoise(values []float64) (noise float64, change int) {
	lo, hi := slices.Min(values), slices.Max(values)
	if hi-lo > 0.1*math.Max(math.Abs(lo), math.Abs(hi)) {
		return 0, -1
	}
	d := slices.Clone(values)
	var level []float64
	var signs []bool // the differences of this order have both signs
	gamma := 1.0
	for j := 1; j < len(values); j++ {
		n := len(values) - j
		zeros, squares := 0, 0.0
		lo, hi := math.Inf(1), math.Inf(-1)
		for i := range n {
			d[i] = d[i+1] - d[i]
			if d[i] == 0 {
				zeros++
			}
			squares += d[i] * d[i]
			lo, hi = math.Min(lo, d[i]), math.Max(hi, d[i])
		}
		if j == 1 && 2*zeros >= len(values) {
			return 0, +1
		}
		gamma *= 0.5 * float64(j) / float64(2*j-1)
		level = append(level, math.Sqrt(gamma*squares/float64(n)))
		signs = append(signs, lo*hi < 0)
	}
	for k := 0; k+2 < len(level); k++ {
		three := level[k : k+3]
		if signs[k] && slices.Max(three) <= 4*slices.Min(three) {
			return level[k], 0
		}
	}
	return 0, -1
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
	values := make([]float64, noisePoints)
	dir := make([]float64, len(p.x))
	for line := range noiseLines {
		c.signs(dir, p, line)
		spacing := noiseSpacing
		if singlePrecision(all[:1]) {
			spacing = singleSpacing
		}
		for range noiseRetries {
			for k := range values {
				var err error
				t := spacing * float64(noisePoints+k)
				if values[k], err = e.along(dir, 0, len(dir), t); err != nil {
					return err
				}
			}
			if slices.ContainsFunc(values, isNotFinite) {
				spacing /= 100
				continue
			}
			all = append(all, values...)
			noise, change := ecNoise(values)
			if change == 0 {
				noises = append(noises, noise)
				break
			}
			if change < 0 {
				spacing /= 100
			} else {
				spacing *= 100
			}
		}
	}
	e.restore(0, len(dir))
	c.unit = doubleUnit
	if singlePrecision(all) {
		c.unit = singleUnit
	}
	c.noise = c.unit * math.Abs(p.f)
	if len(noises) > 0 {
		c.noise = math.Max(c.noise, Median(noises))
	}
	return nil
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
