package compare

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gradtwin"
)

// place is where the function stands: the point to check, or one beside it.
type place struct {
	x []float64 // the elements, as the function holds them
	f float64   // the loss
	g []float64 // the gradient that is being judged
}

// point is the point to check and what was measured there. Nothing in it
// changes once measure has returned.
type point struct {
	place
	layout   gradtwin.Layout
	offsets  []int     // of each tensor, and the end of the last
	largest  []float64 // of each tensor: the largest |g|
	scale    []float64 // of each tensor: the mean |x| of the elements that are not 0
	seed     uint32
	noise    lossNoise
	step     float64   // the first step for an element of size up to 1
	rounding []float64 // of each element of g: how far its own rounding may take it
	narrow   *narrow   // of a function in float32 that is judged in float64
	single   bool      // the function says that it computes in float32
}

// lossNoise is the noise ε of the loss, the standard deviation of its rounding.
type lossNoise struct {
	far float64
	// near is that over moves shorter than a billionth of each element, which is
	// less where noise varies over longer moves only.
	near    float64
	level   float64 // the largest |loss| where it was measured
	chaotic bool    // it could not be measured
}

// unit is the unit roundoff of the loss and of the elements.
func (p *point) unit() float64 {
	if p.single && p.narrow == nil {
		return singleUnit
	}
	return doubleUnit
}

// tensor returns the elements of tensor k as [from, to).
func (p *point) tensor(k int) (from, to int) { return p.offsets[k], p.offsets[k+1] }

// indices returns the elements of tensor k.
func (p *point) indices(k int) []int {
	from, to := p.tensor(k)
	index := make([]int, to-from)
	for j := range index {
		index[j] = from + j
	}
	return index
}

// purpose tells the streams of random numbers apart.
type purpose uint64

const (
	purposeNoise purpose = iota
	purposeSpacing
	purposeSample
	purposeDirection
	purposeBeside
	purposeRounding
	purposeNeighbor
	purposeDiagnosis
	purposeTaylor
	purposePoint
)

// random returns the generator for the n-th use of a purpose in tensor k.
func random(seed uint32, p purpose, k, n int) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(seed)<<8|uint64(p), uint64(k)<<32|uint64(n)))
}

// measure reads the point where the function stands: the loss and the gradient
// twice each, no element changed by either, and the noise of both. That of the
// loss may be known.
func measure(ctx context.Context, e *evaluator, layout gradtwin.Layout, o Options, known *lossNoise) (*point, error) {
	n := layout.Len()
	p := &point{layout: layout, seed: o.Seed, single: isSingle(e.f)}
	p.x, p.g = make([]float64, n), make([]float64, n)
	from := 0
	for _, t := range layout {
		p.offsets = append(p.offsets, from)
		from += t.Len()
	}
	p.offsets = append(p.offsets, from)
	e.at = p
	for i := range p.x {
		p.x[i] = e.f.At(i)
		if isNotFinite(p.x[i]) {
			return nil, &NonFiniteError{What: "parameter", Element: layout.Element(i), Value: p.x[i]}
		}
	}
	repeats, err := p.read(ctx, e)
	if err != nil {
		return nil, err
	}
	p.measureSizes()
	defer e.restore(p.x)
	if known != nil {
		p.noise = *known
	} else if err := p.measureNoise(ctx, e, repeats.losses); err != nil {
		return nil, err
	}
	if err := p.measureRounding(ctx, e, repeats.g); err != nil {
		return nil, err
	}
	p.step = min(maxStep, max(defaultStep, math.Cbrt(p.noise.far/max(1, math.Abs(p.f)))))
	return p, nil
}

// repeats is what two or more runs at the same elements gave.
type repeats struct {
	losses []float64
	g      []float64 // the gradient of the second run
}

// sameUlps is how many units in the last place two runs at the same elements may
// differ by: sums in another order do. What differs by more is refused.
const sameUlps = 1 << 16

// moreRuns is how often the loss is run again when two runs differ, to measure
// by how much.
const moreRuns = 8

// read runs loss and gradient at the point, twice each.
func (p *point) read(ctx context.Context, e *evaluator) (repeats, error) {
	var r repeats
	loss := func() error {
		f, err := e.loss(ctx)
		if err != nil {
			return wrapLoss(ctx, "loss", err)
		}
		if isNotFinite(f) {
			return &NonFiniteError{What: "loss", Value: f}
		}
		r.losses = append(r.losses, f)
		return nil
	}
	if err := loss(); err != nil {
		return r, err
	}
	p.f = r.losses[0]
	if err := e.unchanged("a run of the loss"); err != nil {
		return r, err
	}
	if err := e.finiteGradient(ctx, p.g); err != nil {
		return r, err
	}
	if err := e.unchanged("a run of the gradient"); err != nil {
		return r, err
	}
	if err := loss(); err != nil {
		return r, err
	}
	r.g = make([]float64, len(p.g))
	if err := e.finiteGradient(ctx, r.g); err != nil {
		return r, err
	}
	if math.Float64bits(r.losses[0]) != math.Float64bits(r.losses[1]) {
		for range moreRuns {
			if err := loss(); err != nil {
				return r, err
			}
		}
	}
	same := sameUlps * doubleUnit
	if p.single {
		same = sameUlps / 256 * singleUnit
	}
	for _, f := range r.losses {
		if math.Abs(f-p.f) > same*max(math.Abs(f), math.Abs(p.f)) {
			return r, &UnsteadyError{What: "loss", First: p.f, Second: f, Where: unsteadyNode(e.f)}
		}
	}
	for k := range p.layout {
		from, to := p.tensor(k)
		size := max(largestOf(p.g[from:to]), largestOf(r.g[from:to]))
		for i := from; i < to; i++ {
			if math.Abs(p.g[i]-r.g[i]) > same*size {
				return r, &UnsteadyError{What: "gradient", Element: p.layout.Element(i), First: p.g[i], Second: r.g[i]}
			}
		}
	}
	return r, e.unchanged("a second run")
}

func (p *point) measureSizes() {
	p.largest, p.scale = make([]float64, len(p.layout)), make([]float64, len(p.layout))
	for k := range p.layout {
		from, to := p.tensor(k)
		p.largest[k] = largestOf(p.g[from:to])
		p.scale[k] = meanSize(p.x[from:to])
	}
}

// meanSize returns the mean magnitude of the elements that are not 0.
func meanSize(x []float64) float64 {
	n, mean := 0.0, 0.0
	for _, v := range x {
		if v != 0 {
			n++
			mean += (math.Abs(v) - mean) / n
		}
	}
	return mean
}

// largestOf returns the largest magnitude.
func largestOf(g []float64) float64 {
	most := 0.0
	for _, v := range g {
		most = max(most, math.Abs(v))
	}
	return most
}

// size is what a move of an element is relative to: 1 for small ones.
func size(x float64) float64 { return max(1, math.Abs(x)) }

func wrapLoss(ctx context.Context, what string, err error) error {
	if ctx.Err() != nil {
		return err
	}
	return fmt.Errorf("%s: %w", what, err)
}

func isNotFinite(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }

// firstNotFinite returns the place of the first NaN or infinity, −1 without one.
func firstNotFinite(list []float64) int {
	for i, x := range list {
		if isNotFinite(x) {
			return i
		}
	}
	return -1
}
