package compare

import (
	"cmp"
	"context"
	"math"
	"slices"
)

const (
	// controlChange is how many times its bound the control changes an element
	// at first: an error near the smallest that the check claims to see.
	controlChange = 20
	// controlGrowth takes it from there to twice the element when the first
	// change was not seen, as at a kink.
	controlGrowth = 1000
	// controlTries is how many elements of each tensor, the largest first, the
	// control looks at to find one that is ok and not too small: they may sit on
	// kinks.
	controlTries = 4
	// controlMore is how many others it looks at when none of those is.
	controlMore = 16
)

// control changes one symbolic value that is found ok, or valid at a kink where none
// is ok, and makes sure that the rule finds it wrong, and where tensors are probed
// that a direction shows it first.
func (j *judge) control(ctx context.Context, e *evaluator, pl *plan) (*Control, error) {
	o, ok, err := j.controlElement(ctx, e, pl.selected)
	if err != nil || !ok {
		return nil, err
	}
	k, _ := j.at.layout.Locate(o.i)
	// At a kink everything between the one-sided slopes is valid.
	change := controlChange*o.bound + 2*math.Abs(o.forward-o.backward)
	var lines []*direction
	p := &prober{judge: j, e: e, k: k}
	if pl.mode != Full && pl.mode != Sample {
		lines = []*direction{p.newDirection(purposeDirection, p.with(o.i), moveSize),
			p.newDirection(purposeDirection, p.with(o.i), p.relativeSize())}
		l := p.lineLimits(lines[0])
		bound := l.leastNoise(l.firstStep) + l.rounding + l.rtol*math.Abs(lines[0].slope(j.at.g))
		change = max(change, 2*controlChange*bound)
	}
	for most := max(change, 2*math.Abs(o.symbolic)); ; change = min(most, controlGrowth*change) {
		shows := lines == nil
		for _, line := range lines {
			if !shows {
				line.change = change
				if shows, err = p.disagrees(ctx, &j.at.place, line); err != nil {
					return nil, err
				}
			}
		}
		found, err := j.findsChange(ctx, e, k, o, change)
		if err != nil {
			return nil, err
		}
		caught := shows && found
		if caught || !(change < most) {
			return &Control{Done: true, Caught: caught, Element: j.at.layout.Element(o.i), Change: change}, nil
		}
	}
}

// findsChange reports whether the rule finds an element wrong whose symbolic value
// is changed. Where the element agrees and differences settle, they alone decide:
// no kink is near.
func (j *judge) findsChange(ctx context.Context, e *evaluator, k int, o outcome, change float64) (bool, error) {
	l := j.limits(k, o.i, moveSize(j.at.x[o.i]))
	on := elementLine{i: o.i, change: change}
	if o.verdict == OK {
		short := j.climb(e, &j.at.place, on, l)
		if err := short.descend(ctx); err != nil {
			return false, err
		}
		if short.l.end != agreed && short.l.isSettled() {
			return true, nil
		}
	}
	changed, err := j.climb(e, &j.at.place, on, l).run(ctx)
	return changed.verdict == Wrong, err
}

// controlElement finds an element for the control to change: the first that is
// ok and that can be told from zero, the largest gradients first.
func (j *judge) controlElement(ctx context.Context, e *evaluator, tensors []int) (o outcome, ok bool, err error) {
	var candidates []int
	for _, k := range tensors {
		p := &prober{judge: j, k: k}
		candidates = append(candidates, p.largestFirst(controlTries)...)
	}
	slices.SortFunc(candidates, func(a, b int) int {
		return cmp.Or(cmp.Compare(math.Abs(j.at.g[b]), math.Abs(j.at.g[a])), cmp.Compare(a, b))
	})
	o, ok, err = j.firstOK(ctx, e, candidates)
	if ok && o.verdict == OK || err != nil {
		return o, ok, err
	}
	other, found, err := j.firstOK(ctx, e, stratified(j.at, tensors, controlMore))
	if found && (other.verdict == OK || !ok) {
		return other, true, err
	}
	return o, ok, err
}

// firstOK returns the first of some elements that agrees and can be told from
// zero, or where none does the first that is valid at a kink.
func (j *judge) firstOK(ctx context.Context, e *evaluator, elements []int) (kink outcome, ok bool, err error) {
	for _, i := range elements {
		k, _ := j.at.layout.Locate(i)
		o, err := j.element(ctx, e, k, i)
		if err != nil {
			return kink, false, err
		}
		switch {
		case o.verdict == OK && o.resolved():
			return o, true, nil
		case o.verdict == Kink && o.undefined == 0 && !ok:
			kink, ok = o, true
		}
	}
	return kink, ok, nil
}
