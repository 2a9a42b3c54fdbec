package compare

import (
	"context"
	"math"
)

// judge applies the rule described at Verdict to lines through a point. Nothing in
// it changes but the gradients beside the point, which are the same for all that
// ask for them.
type judge struct {
	options Options // resolved
	at      *point
	beside  *neighbors
}

func newJudge(o Options, at *point) *judge {
	return &judge{options: o, at: at, beside: &neighbors{at: at, rings: map[int]*ring{}, kinks: map[int]bool{}}}
}

const (
	// visibleShare is the part of a tensor's largest gradient that an error must have for
	// an element near zero to count as seen.
	visibleShare = 1e-3
	// coarseShare is the part of a tensor's largest gradient above which noise makes
	// the first step larger.
	coarseShare = 1e-6
)

// firstStep returns the step of the first difference in tensor k for an element of
// size up to 1: larger where the noise at the usual one would hide a millionth of
// its largest gradient, and a power of four times the usual one, so that one call
// of an engine serves many.
func (j *judge) firstStep(k int) float64 {
	h := j.at.firstStep
	for h < maxStep/shrink && j.options.C*j.at.noise.long/h > coarseShare*j.at.largest[k] {
		h *= shrink
	}
	return h
}

// limits returns the limits of the ladder of element i in tensor k, whose steps are
// relative to scale.
func (j *judge) limits(k, i int, scale float64) limits {
	own := math.Abs(j.at.x[i])
	l := limits{
		tried: j.options.Step * scale, firstStep: j.firstStep(k) * scale, rtol: j.options.Rtol,
		rounding: j.at.rounding[i], factor: j.options.C, noise: j.at.noise, own: own, least: own,
		roundoff: j.at.roundoff(), coarse: coarseShare * j.at.largest[k],
	}
	l.setWithin(j.at.scale[k])
	return l
}

// isUnseen reports whether an outcome that agrees says nothing: what it could not
// see is more than a thousandth of its tensor's largest gradient, and it is not
// above it.
func (j *judge) isUnseen(o outcome, k int) bool {
	return o.bound > visibleShare*j.at.largest[k] && !o.resolved()
}

// fullDigits is the noise, in unit roundoffs of the loss, up to which a loss counts
// as precise as its type.
const fullDigits = 64

// isPrecise reports whether the loss has all digits of its type: one that is rounded
// to fewer stands still without a reason.
func (j *judge) isPrecise() bool {
	return j.at.noise.long <= fullDigits*j.at.roundoff()*math.Abs(j.at.f)
}

// climb is the way to a verdict along one line: the differences that were taken, and
// what it takes to take more.
type climb struct {
	j  *judge
	e  *evaluator
	at *place // where the line begins: the point to check, or one beside it
	on line
	l  *ladder
}

func (j *judge) climb(e *evaluator, at *place, on line, l limits) *climb {
	return &climb{j, e, at, on, newLadder(l)}
}

// difference takes the difference at a step.
func (c *climb) difference(ctx context.Context, h float64) (difference, error) {
	s, err := c.on.difference(ctx, c.e, c.at, h)
	c.l.complete(&s)
	return s, err
}

// descend takes differences until the ladder ends.
func (c *climb) descend(ctx context.Context) error {
	for c.l.next > 0 {
		s, err := c.difference(ctx, c.l.next)
		if err != nil {
			return err
		}
		c.l.advance(s)
	}
	return nil
}

// standsStill reports whether a derivative of 0 is right because the loss does not
// move at all, neither at the ladder's step nor at large ones, relative to a size.
func (c *climb) standsStill(ctx context.Context, size float64) (bool, error) {
	if s := c.l.newest(); s.a != 0 || !s.still() || !c.j.isPrecise() {
		return false, nil
	}
	return c.stillAtLargeSteps(ctx, size)
}

// largeSteps are the steps at which a loss that stands still must do so too.
var largeSteps = [...]float64{maxStep, 1}

// stillAtLargeSteps reports whether the loss has the same bits at large steps, too.
func (c *climb) stillAtLargeSteps(ctx context.Context, size float64) (bool, error) {
	for _, h := range largeSteps {
		if s, err := c.difference(ctx, h*size); err != nil || !s.still() {
			return false, err
		}
	}
	return true, nil
}

// hidesInOne reports whether a value is wrong only because the loss does not move,
// though it is so small that what the loss adds it to may hide it: 1 + x² is 1 for
// all x below 1e-8. That of a loss of 0 is taken to be 1.
func (c *climb) hidesInOne(ctx context.Context, o outcome) (bool, error) {
	s := c.l.newest()
	if !s.still() || math.Abs(o.symbolic) > c.j.options.C*c.j.at.roundoff() {
		return false, nil
	}
	return c.stillAtLargeSteps(ctx, 1)
}
