package compare

import (
	"context"
	"math"
	"slices"

	"gradtwin/internal/stats"
)

// uncertifiedShare is how many elements are judged of a tensor whose probe
// certified nothing.
const uncertifiedShare = 32

// judgeTensor probes a tensor, says what is wrong with it as a whole, and judges some
// elements of one that the directions could not certify, where no block does.
func (j *judge) judgeTensor(ctx context.Context, e *evaluator, pl *plan, u unit, f *finding) error {
	p := &prober{judge: j, e: e, k: u.k}
	if err := p.examine(ctx, f, pl.named); err != nil {
		return err
	}
	if err := j.narrowWrong(ctx, e, f, pl, u.k); err != nil {
		return err
	}
	for _, o := range f.located {
		if !pl.judges(o.i) {
			f.Tally.add(o)
		}
	}
	if f.Probe.Verdict == Wrong {
		var err error
		f.Diagnosis, err = p.explain(ctx)
		return err
	}
	if pl.mode != Probe || f.Probe.Verdict == OK && f.Probe.Undefined == "" {
		return nil
	}
	for _, i := range stratified(j.at, []int{u.k}, uncertifiedShare) {
		o, err := j.element(ctx, e, u.k, i)
		if err != nil {
			return err
		}
		f.Tally.add(o)
		f.judged++
	}
	return nil
}

// together probes a tensor of which only some elements are judged where some stand
// on kinks: values that each element alone makes good can be off where they move
// together.
func (j *judge) together(ctx context.Context, e *evaluator, k int, f *finding) error {
	p := &prober{judge: j, e: e, k: k}
	probe, _, err := p.probe(ctx, &j.at.place, moveSize, func(outcome) {})
	if err == nil && probe.Verdict == Wrong {
		f.Probe = &probe
	}
	return err
}

// narrowWrong names the elements of a tensor whose float32 gradient is not the
// float64 one, rounded: all have been looked at, and the first ones are judged.
// Where every element is judged, their own verdicts say so.
func (j *judge) narrowWrong(ctx context.Context, e *evaluator, f *finding, pl *plan, k int) error {
	if j.at.narrow == nil || pl.mode == Full {
		return nil
	}
	from, to := j.at.interval(k)
	looked := 0
	for _, i := range j.at.narrow.wrong {
		if i < from || i >= to || looked == keepWorst {
			continue
		}
		looked++
		o, err := j.narrowed(ctx, e, k, outcome{i: i, symbolic: j.at.g[i]})
		if err != nil {
			return err
		}
		if o.verdict == Wrong {
			f.Probe.Verdict = Wrong
			f.located = append(f.located, o)
		}
	}
	return nil
}

// examine probes the tensor and names up to so many wrong elements if a direction
// disagrees.
func (p *prober) examine(ctx context.Context, f *finding, named int) error {
	if p.at.noise.chaotic {
		f.Probe = &Probed{Verdict: Inconclusive}
		return nil
	}
	at := &p.at.place
	probe, line, err := p.probe(ctx, at, moveSize, f.Tally.note)
	if err != nil {
		return err
	}
	if probe.Verdict == Inconclusive || probe.Verdict == Unseen {
		again, l, err := p.probe(ctx, at, p.relativeSize(), f.Tally.note)
		if err != nil {
			return err
		}
		if again.Verdict == OK || again.Verdict == Wrong {
			probe, line = again, l
		}
	}
	if probe.Verdict == Kink || probe.Verdict == Inconclusive {
		undefined := probe.Undefined
		defer p.e.restore(p.at.x)
		there, err := p.aside(ctx)
		if err != nil {
			return err
		}
		if there != nil {
			beside, l, err := p.probe(ctx, there, moveSize, func(outcome) {})
			if err != nil {
				return err
			}
			if beside.Verdict == OK || beside.Verdict == Wrong {
				probe, line, at = beside, l, there
				probe.Beside, probe.Undefined = besideSteps*p.at.firstStep, undefined
			}
		}
	}
	f.Probe = &probe
	if probe.Verdict == Wrong && named > 0 {
		f.located, err = p.locate(ctx, at, line, named)
		f.accept(p.options.Rtol)
	}
	return err
}

// accept lets a direction pass that disagrees by no more than rtol when no element
// was found wrong: an error that rtol allows, though the probe is strict enough
// to see it.
func (f *finding) accept(rtol float64) {
	wrong := slices.ContainsFunc(f.located, func(o outcome) bool { return o.verdict == Wrong })
	p := f.Probe
	if !wrong && p.Error <= rtol*max(math.Abs(p.Symbolic), math.Abs(p.Numeric)) {
		p.Verdict, p.Resolution = OK, 6*cancelling*p.Error
	}
}

// aside moves the function to a place next to the one to check, which is not on
// its kinks, and returns it; nil where loss or gradient are not finite there.
func (p *prober) aside(ctx context.Context) (*place, error) {
	r := random(p.at.seed, purposeBeside, p.k, 0)
	there := &place{g: make([]float64, len(p.at.g))}
	k := 0
	p.e.move(func(i int, x float64) float64 {
		for i >= p.at.offsets[k+1] {
			k++
		}
		far := besideSteps * p.at.firstStep * moveSize(x)
		if usual := p.at.scale[k]; usual > 0 {
			far = min(far, samePlace*max(usual, math.Abs(x)))
		}
		return x + far*(2*r.Float64()-1)
	})
	there.x = p.e.elements()
	var err error
	if there.f, err = p.e.loss(ctx); err != nil {
		return nil, wrapLoss(ctx, "loss beside the point", err)
	}
	if err := p.e.gradient(ctx, there.g); err != nil {
		return nil, err
	}
	if stats.IsNotFinite(there.f) || stats.FirstNotFinite(there.g) >= 0 {
		return nil, nil
	}
	return there, nil
}

// decide probes the cut value, and judges some of its elements where the
// directions do not decide. On kinks nothing is right for certain: each of two
// equal elements of a maximum has a valid gradient that is wrong where they move
// together, as they do when they are computed from one.
func (p *prober) decide(ctx context.Context) (Verdict, error) {
	f := newFinding()
	if err := p.examine(ctx, &f, 0); err != nil {
		return Inconclusive, err
	}
	kinked := f.Probe.Beside > 0 || f.Probe.Verdict == Kink
	if v := f.Probe.Verdict; v == Wrong || v == OK && !kinked {
		return v, nil
	}
	agree := false
	for _, i := range stratified(p.at, []int{p.k}, uncertifiedShare) {
		o, err := p.element(ctx, p.e, p.k, i)
		if err != nil || o.verdict == Wrong {
			return o.verdict, err
		}
		agree, kinked = agree || o.verdict == OK, kinked || o.verdict == Kink
	}
	if agree && !kinked {
		return OK, nil
	}
	return Inconclusive, nil
}
