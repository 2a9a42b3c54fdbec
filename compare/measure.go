package compare

import (
	"context"
	"math"

	"gradtwin"
	"gradtwin/internal/stats"
)

// measure reads the point where the function stands: the loss and the gradient
// twice each, no element changed by either, and the noise of both. The noise of the
// loss is measured unless it is known.
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
		if stats.IsNotFinite(p.x[i]) {
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
	p.firstStep = min(maxStep, max(defaultStep, math.Cbrt(p.noise.long/max(1, math.Abs(p.f)))))
	return p, nil
}

// repeats is what two or more runs at the same elements gave.
type repeats struct {
	losses []float64
	g      []float64 // the gradient of the second run
}

// sameRoundoffs and sameRoundoffsSingle are how many unit roundoffs, of the loss and of
// the largest gradient of a tensor, two runs at the same elements may differ by in
// float64 and in float32: sums in another order do. What differs by more is refused,
// and what differs by less is in the measured noise. They are 7e-12 and 1.5e-5 of the
// value (65,536 roundoffs of float32 would be 0.4 %), chosen, not derived: larger ones
// would take more of what a random function varies by for rounding.
const (
	sameRoundoffs       = 1 << 16
	sameRoundoffsSingle = 1 << 8
)

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
		if stats.IsNotFinite(f) {
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
	same := sameRoundoffs * doubleRoundoff
	if p.single {
		same = sameRoundoffsSingle * singleRoundoff
	}
	for _, f := range r.losses {
		if math.Abs(f-p.f) > same*max(math.Abs(f), math.Abs(p.f)) {
			return r, &UnsteadyError{What: "loss", First: p.f, Second: f, Where: unsteadyNode(e.f)}
		}
	}
	for k := range p.layout {
		from, to := p.interval(k)
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
		from, to := p.interval(k)
		p.largest[k] = largestOf(p.g[from:to])
		p.scale[k] = meanSize(p.x[from:to])
	}
}
