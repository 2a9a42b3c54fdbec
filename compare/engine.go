package compare

import (
	"context"
	"errors"
)

// engine is what a function's own engine for differences has shown of a range of
// elements. A nil engine has shown nothing.
type engine struct {
	from     int // the first element
	outcomes []engineOutcome
	steps    []float64 // at which it took gradients
}

type engineOutcome struct {
	outcome
	agrees bool
}

const (
	// maxEngine is how many differences of an element an engine takes at smaller and
	// smaller steps before what still disagrees is followed with losses: few kinks
	// lie within 1e-5/4³ of a point.
	maxEngine = 4
	// maxExpensive is the same where a gradient costs more than some hundred
	// losses.
	maxExpensive = 1
)

// outcome returns what the engine showed of element i, and whether its difference
// agrees.
func (en *engine) outcome(i int) (outcome, bool) {
	if en == nil {
		return outcome{}, false
	}
	o := en.outcomes[i-en.from]
	return o.outcome, o.agrees
}

// climbing is an element whose ladder has not ended.
type climbing struct {
	i int
	*ladder
}

// runEngine takes differences of the elements of the units with the function's
// engine, all at a step at a time, until their ladders end or the engine has taken
// enough. The engine's steps are absolute, so they are those for elements of size
// up to 1. It returns nil where the function has no engine, or declines.
func (j *judge) runEngine(ctx context.Context, f Function, units []unit) (*engine, error) {
	d, ok := f.(Differencer)
	if !ok || j.at.noise.chaotic {
		return nil, nil
	}
	var open []climbing
	for _, u := range units {
		if u.kind == blockUnit {
			for _, i := range u.elements {
				open = append(open, climbing{i, newLadder(j.limits(u.k, i, 1))})
			}
		}
	}
	if open == nil {
		return nil, nil
	}
	from, to := open[0].i, open[len(open)-1].i+1
	en := &engine{from: from, outcomes: make([]engineOutcome, to-from)}
	most := maxExpensive
	if cheap, ok := f.(CheapDifferencer); ok && cheap.CheapDifferences() {
		most = maxEngine
	}
	numeric := make([]float64, to-from)
	for len(open) > 0 {
		h := 0.0
		for _, c := range open {
			h = max(h, c.next)
		}
		if err := d.Differences(ctx, numeric, from, h); errors.Is(err, errors.ErrUnsupported) && en.steps == nil {
			return nil, nil
		} else if err != nil {
			return nil, err
		}
		en.steps = append(en.steps, h)
		open = j.feed(en, open, h, numeric, most)
	}
	return en, nil
}

// feed gives each ladder that asks for it its difference at step h, and returns
// the ladders that have not ended or had their share.
func (j *judge) feed(en *engine, open []climbing, h float64, numeric []float64, most int) []climbing {
	left := open[:0]
	for _, c := range open {
		if c.next == h {
			d := numeric[c.i-en.from]
			c.advance(difference{h: h, a: j.at.g[c.i], d: d})
			// What was tried at Options.Step is not kept by the ladder.
			if n := len(c.differences); n > 0 {
				o := c.outcome(OK, n-1)
				o.i = c.i
				k, _ := j.at.layout.Locate(c.i)
				en.outcomes[c.i-en.from] = engineOutcome{o, c.end == agreed && c.within == 0 && !j.isUnseen(o, k)}
			}
		}
		if c.next > 0 && len(c.differences) < most {
			left = append(left, c)
		}
	}
	return left
}
