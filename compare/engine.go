package compare

import (
	"context"
	"errors"
	"slices"
)

// engine is what a function's own engine for differences has shown of a range of
// elements. A nil engine has shown nothing.
type engine struct {
	from     int // the first element
	outcomes []engineOutcome
	steps    []float64 // at which it took gradients
}

// engineOutcome is what an engine's differences show of an element.
type engineOutcome struct {
	outcome
	word engineWord
}

// engineWord says in a word what they show.
type engineWord uint8

const (
	undecided engineWord = iota // nothing yet: losses must follow
	agreeing                    // the last difference agrees
	unseen                      // it agrees, but the loss shows nothing of the element
	unmoved                     // the differences are 0, also at large steps, as the symbolic value is
)

// maxEngine is how many differences of an element an engine takes at smaller and
// smaller steps before what still disagrees is followed with losses: few kinks
// lie within 1e-5/4³ of a point. Of an engine whose gradient costs more than some
// hundred losses it is 1.
const maxEngine = 4

// outcome returns what the engine showed of element i.
func (en *engine) outcome(i int) engineOutcome {
	if en == nil {
		return engineOutcome{}
	}
	return en.outcomes[i-en.from]
}

// climbing is an element whose ladder has not ended.
type climbing struct {
	i, k int // the element and its tensor
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
				open = append(open, climbing{i, u.k, newLadder(j.limits(u.k, i, 1))})
			}
		}
	}
	if open == nil {
		return nil, nil
	}
	from, to := open[0].i, open[len(open)-1].i+1
	en := &engine{from: from, outcomes: make([]engineOutcome, to-from)}
	c, ok := f.(CheapDifferencer)
	cheap := ok && c.CheapDifferences()
	most := 1
	if cheap {
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
	if cheap {
		if err := j.lookAtLargeSteps(ctx, d, en, numeric); err != nil {
			return nil, err
		}
		return en, nil
	}
	for n := range en.outcomes {
		if o := &en.outcomes[n]; o.word == unmoved {
			o.word = undecided
		}
	}
	return en, nil
}

// feed gives each ladder that asks for it its difference at step h, and returns
// the ladders that have not ended or had their share.
func (j *judge) feed(en *engine, open []climbing, h float64, numeric []float64, most int) []climbing {
	left := open[:0]
	for _, c := range open {
		if c.next == h {
			c.advance(difference{h: h, a: j.at.g[c.i], d: numeric[c.i-en.from]})
			// What was tried at Options.Step is not kept by the ladder.
			if n := len(c.differences); n > 0 {
				en.outcomes[c.i-en.from] = j.engineOutcome(c)
			}
		}
		if c.next > 0 && len(c.differences) < most {
			left = append(left, c)
		}
	}
	return left
}

func (j *judge) engineOutcome(c climbing) engineOutcome {
	n := len(c.differences) - 1
	if c.end == agreed {
		n = c.sharpest()
	}
	o := engineOutcome{outcome: c.outcome(OK, n)}
	o.i = c.i
	switch {
	case c.end != agreed:
	case !j.isUnseen(o.outcome, c.k):
		o.word = agreeing
	case o.symbolic == 0 && o.numeric == 0 && j.isPrecise():
		o.word = unmoved
	default:
		o.word = unseen
	}
	return o
}

// lookAtLargeSteps takes the differences at large steps of the elements that do not move the
// loss at the ladder's, if there are any.
func (j *judge) lookAtLargeSteps(ctx context.Context, d Differencer, en *engine, numeric []float64) error {
	for _, h := range largeSteps {
		if !slices.ContainsFunc(en.outcomes, func(o engineOutcome) bool { return o.word == unmoved }) {
			return nil
		}
		if err := d.Differences(ctx, numeric, en.from, h); err != nil {
			return err
		}
		en.steps = append(en.steps, h)
		for n := range en.outcomes {
			if o := &en.outcomes[n]; o.word == unmoved && numeric[n] != 0 {
				o.word = unseen
			}
		}
	}
	return nil
}

// proves reports whether the elements of a block with a word are what it says. A
// central difference leaves out the loss at the point itself, where a kink or a minimum
// would show. One line through all of these elements includes it: along the line the
// loss must stand still if they are unmoved, and show no kink if they are unseen.
func (en *engine) proves(ctx context.Context, j *judge, e *evaluator, u unit, word engineWord) (bool, error) {
	var index []int
	for _, i := range u.elements {
		if en.outcome(i).word == word {
			index = append(index, i)
		}
	}
	if len(index) == 0 {
		return false, nil
	}
	line := (&prober{judge: j, e: e, k: u.k}).newDirection(purposeUnseen, index, moveSize)
	s, err := line.difference(ctx, e, &j.at.place, j.firstStep(u.k))
	if err != nil || word == unseen {
		// At least half of an element's own jump is in the line's.
		s.noise = j.options.C * j.at.noise.long / s.h / 2
		return err == nil && !s.jumps(), err
	}
	if !s.still() {
		return false, nil
	}
	s, err = line.difference(ctx, e, &j.at.place, maxStep)
	return s.still(), err
}
