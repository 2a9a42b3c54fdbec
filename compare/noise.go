package compare

import (
	"context"
	"math"
	"slices"

	"gradtwin/internal/stats"
)

// Unit roundoffs of the two precisions.
const (
	doubleUnit = 0x1p-53
	singleUnit = 0x1p-24
	// roundingOf is the standard deviation of one rounding in unit roundoffs, of a
	// value just above a power of two: 1/√3.
	roundingOf = 0.5773502691896258
)

// noisePoints is how many points of a line noise is estimated from. Moré and Wild
// use 7 to 9.
const noisePoints = 9

// The lines on which noise is measured.
const (
	noiseLines = 3 // of three the median counts
	// longSpacing is the spacing of a longer line, relative to each element, and
	// longSpacingSingle that in float32: noise of iterations that end early or late
	// varies over such lengths only.
	longSpacing       = 1e-10
	longSpacingSingle = 1e-4
	// noiseUlps is the first spacing of a line in units in the last place of each
	// element: as short as it takes for the roundings at two points to differ. A
	// longer line sees more than noise; where the loss stands still on it, it is
	// made longer.
	noiseUlps    = 4
	noiseRetries = 9    // of a line whose spacing was wrong
	longest      = 1e-3 // the largest spacing, relative to each element
	// noiseJitter is how far, in terms of the spacing, the points are off it.
	noiseJitter = 0.6
	// noiseOnly is the part of the values' range that their differences of high
	// order keep where they are noise and nothing else.
	noiseOnly = 0.05
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
	scale := largestOf(values)
	if scale == 0 {
		return 0, +1
	}
	var level [orders]float64
	var signs [orders]bool // the differences of this order have both signs
	for j := range orders {
		squares, zeros := 0.0, 0
		lo, hi := math.Inf(1), math.Inf(-1)
		n := len(values) - 1 - j
		for i := range n {
			d := dividedDifference(t[i:i+j+2], values[i:i+j+2], scale)
			if d == 0 {
				zeros++
			}
			squares += d * d
			lo, hi = min(lo, d), max(hi, d)
		}
		if j == 0 && 2*zeros >= len(values) {
			change = +1
		}
		level[j] = scale * math.Sqrt(squares/float64(n))
		signs[j] = lo < 0 && hi > 0
	}
	highest := level[orders-3]
	if change != 0 {
		return highest, change
	}
	if lo, hi := slices.Min(values), slices.Max(values); hi/scale-lo/scale > 0.1 {
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
// t relative to scale, so that of values of noise ε·scale it has the noise ε.
func dividedDifference(t, values []float64, scale float64) float64 {
	sum, squares := 0.0, 0.0
	for k := range t {
		weight := 1.0
		for m := range t {
			if m != k {
				weight /= t[k] - t[m]
			}
		}
		// Differences to the first value are exact where the line is short.
		sum += weight * (values[k]/scale - values[0]/scale)
		squares += weight * weight
	}
	return sum / math.Sqrt(squares)
}

// measureNoise sets the noise ε of the loss: the median over some lines beside
// the point along random directions of all elements, and at least the rounding of
// the loss itself and what the losses of several runs at the point differ by. The
// lines begin a little off the point, which may sit on a kink.
func (p *point) measureNoise(ctx context.Context, e *evaluator, losses []float64) error {
	var noises []float64
	all := slices.Clone(losses)
	chaotic := 0
	for n := range noiseLines {
		l, err := p.noiseOnLine(ctx, e, n)
		if err != nil {
			return err
		}
		noises = append(noises, l.noise)
		all = append(all, l.values...)
		if l.chaotic {
			chaotic++
		}
	}
	p.noise.chaotic = 2*chaotic > noiseLines
	spread := slices.Max(losses) - slices.Min(losses)
	p.noise.near = max(roundingOf*p.unit()*math.Abs(p.f), stats.Median(noises), grain(all)/math.Sqrt(12), spread)
	p.noise.level = largestOf(all)
	far, err := p.noiseOnLongLine(ctx, e)
	p.noise.far = max(p.noise.near, far)
	return err
}

// noiseOnLongLine measures the noise that shows over longer moves only.
func (p *point) noiseOnLongLine(ctx context.Context, e *evaluator) (float64, error) {
	spacing := longSpacing
	if p.unit() == singleUnit {
		spacing = longSpacingSingle
	}
	t := p.noisyPoints(noiseLines)
	v, err := p.valuesOn(ctx, e, p.relativeDirection(noiseLines), t, spacing)
	if err != nil || slices.ContainsFunc(v, isNotFinite) {
		return 0, err
	}
	noise, change := ecNoise(t, v)
	if change != 0 {
		noise = 0 // not noise
	}
	return max(noise, grain(v)/math.Sqrt(12)), nil
}

// noisyLine is what one line showed.
type noisyLine struct {
	noise   float64
	values  []float64
	chaotic bool // even the shortest line shows nothing but noise as large as the loss itself
}

// noiseOnLine measures the noise on one line.
func (p *point) noiseOnLine(ctx context.Context, e *evaluator, n int) (noisyLine, error) {
	var l noisyLine
	dir := p.relativeDirection(n)
	ulp := 2 * p.unit()
	shortest := noiseUlps * ulp
	spacing := shortest
	t := p.noisyPoints(n)
	factor, before := 100.0, 0
	for range noiseRetries {
		v, err := p.valuesOn(ctx, e, dir, t, spacing)
		if err != nil {
			return l, err
		}
		if slices.ContainsFunc(v, isNotFinite) {
			spacing /= factor
			continue
		}
		l.values = append(l.values, v...)
		estimate, change := ecNoise(t, v)
		l.noise = estimate
		// No difference of the values is known to be noise where they all change by
		// as much as they are large.
		l.chaotic = change < 0 && spacing <= shortest && estimate > noiseOnly*(slices.Max(v)-slices.Min(v)) &&
			estimate > noiseOnly*math.Abs(p.f)
		if change == 0 || change < 0 && spacing <= shortest {
			break // a shorter line would show no more
		}
		if before*change < 0 {
			factor = math.Sqrt(factor) // the right spacing lies between the last two
		}
		before = change
		spacing = min(longest, max(shortest, spacing*math.Pow(factor, float64(change))))
	}
	return l, nil
}

// noisyPoints returns where on line n the loss is taken, relative to the spacing.
func (p *point) noisyPoints(n int) []float64 {
	r := random(p.seed, purposeSpacing, 0, n)
	t := make([]float64, noisePoints)
	for k := range t {
		// Whole units in the last place of the elements are moves without rounding,
		// which would look like noise of the loss.
		t[k] = math.Round(noiseUlps*(float64(noisePoints+k)+noiseJitter*(r.Float64()-0.5))) / noiseUlps
	}
	return t
}

// valuesOn returns the losses at the points of a line.
func (p *point) valuesOn(ctx context.Context, e *evaluator, dir, t []float64, spacing float64) ([]float64, error) {
	v := make([]float64, len(t))
	for k := range v {
		e.move(func(i int, x float64) float64 { return x + spacing*t[k]*dir[i] })
		var err error
		if v[k], err = e.loss(ctx); err != nil {
			return nil, wrapLoss(ctx, "loss beside the point", err)
		}
	}
	return v, nil
}

// relativeDirection returns a random direction in which every element moves by
// its own size, rounded down to a power of two, and one that is 0 by 1.
func (p *point) relativeDirection(n int) []float64 {
	r := random(p.seed, purposeNoise, 0, n)
	dir := make([]float64, len(p.x))
	for i, x := range p.x {
		if dir[i] = 1; x != 0 {
			dir[i] = math.Ldexp(1, math.Ilogb(x))
		}
		if r.Uint64()&1 == 0 {
			dir[i] = -dir[i]
		}
	}
	return dir
}

// grain returns the spacing of the grid that the values lie on, 0 where there is
// none: a loss that was rounded to a few digits, or one that moves by steps. Its
// noise is that of rounding, the spacing over √12.
func grain(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	least, equal, levels := math.Inf(1), 0, 1
	for i, v := range sorted[1:] {
		if d := v - sorted[i]; d > 0 {
			least = min(least, d)
			levels++
		} else {
			equal++
		}
	}
	size := max(math.Abs(sorted[0]), math.Abs(sorted[len(sorted)-1]))
	if math.IsInf(least, 1) || least < 64*doubleUnit*size {
		return 0 // the grid of float64 itself
	}
	if levels < 3 {
		return 0 // one step may be the loss's own
	}
	if stairs*equal >= len(values) {
		return least
	}
	for i, v := range sorted[1:] {
		steps := (v - sorted[i]) / least
		if math.Abs(steps-math.Round(steps)) > 0.01 {
			return 0
		}
	}
	return least
}

// stairs is one over the part of the values that are equal where the loss moves by
// steps that are no regular grid.
const stairs = 4
