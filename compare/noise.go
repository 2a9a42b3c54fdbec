package compare

import (
	"context"
	"math"
	"slices"

	"gradtwin/internal/stats"
)

// The lines on which noise is measured.
const (
	noiseLines = 3 // their median is taken
	// longSpacing is the spacing of a longer line, relative to each element, and
	// longSpacingSingle that in float32: noise of iterations that end early or late
	// varies over such lengths only.
	longSpacing       = 1e-10
	longSpacingSingle = 1e-4
	// noiseUlps is the first spacing of a line in units in the last place of each
	// element: as short as it takes for the roundings at two points to differ. A
	// longer line sees more than noise; where the loss stands still on it, it is
	// made longer.
	noiseUlps      = 4
	noiseRetries   = 9    // of a line whose spacing was wrong
	longestSpacing = 1e-3 // the largest spacing, relative to each element
	// noiseJitter is how far the points are off equal distances, relative to the spacing.
	noiseJitter = 0.6
	// noiseOnly is the part of the values' range that their differences of high
	// order keep where they are noise and nothing else.
	noiseOnly = 0.05
)

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
	p.noise.short = max(roundingOf*p.roundoff()*math.Abs(p.f), stats.Median(noises), grain(all)/math.Sqrt(12), spread)
	p.noise.lossSize = largestOf(all)
	onLongLine, err := p.noiseOnLongLine(ctx, e)
	p.noise.long = max(p.noise.short, onLongLine)
	return err
}

// noiseOnLongLine measures the noise that shows over longer moves only.
func (p *point) noiseOnLongLine(ctx context.Context, e *evaluator) (float64, error) {
	spacing := longSpacing
	if p.roundoff() == singleRoundoff {
		spacing = longSpacingSingle
	}
	t := p.noisyPoints(noiseLines)
	v, err := p.valuesOn(ctx, e, p.relativeDirection(noiseLines), t, spacing)
	if err != nil || slices.ContainsFunc(v, stats.IsNotFinite) {
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
	ulp := 2 * p.roundoff()
	shortest := noiseUlps * ulp
	spacing := shortest
	t := p.noisyPoints(n)
	factor, before := 100.0, 0
	for range noiseRetries {
		v, err := p.valuesOn(ctx, e, dir, t, spacing)
		if err != nil {
			return l, err
		}
		if slices.ContainsFunc(v, stats.IsNotFinite) {
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
		spacing = min(longestSpacing, max(shortest, spacing*math.Pow(factor, float64(change))))
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
