package compare

import (
	"context"
	"math"
)

// judge applies the rule described at Verdict to lines through a point. It
// holds nothing that changes but the gradients beside the point, which are the
// same whoever asks for them.
type judge struct {
	options Options // resolved
	at      *point
	beside  *neighbors
}

func newJudge(o Options, at *point) *judge {
	return &judge{options: o, at: at, beside: &neighbors{at: at, rings: map[int]*ring{}, kinks: map[int]bool{}}}
}

// outcome is the verdict on one element, or on one line.
type outcome struct {
	i                 int // the element's place in the flat vector
	verdict           Verdict
	symbolic, numeric float64
	bound, noise      float64 // what passes, and the noise's part in it
	step              float64
	steps             int // differences taken
	slopes
	undefined side // where the loss is no finite number
	remarks   remark
}

// remark is what else was seen of an outcome.
type remark uint8

const (
	still      remark = 1 << iota // it is zero because the loss does not move
	nearKinks                     // the gradients beside the point differ
	rough                         // it disagrees, where the loss is rougher than its measured noise
	allRemarks = still | nearKinks | rough
)

func (o outcome) has(r remark) bool { return o.remarks&r != 0 }

// slopes are one-sided derivatives, of a kink.
type slopes struct{ forward, backward float64 }

// side is a side of the point, or both.
type side uint8

const (
	left side = 1 << iota
	right
)

var sideNames = [...]string{"", "left", "right", "both"}

func (s side) String() string { return sideNames[s] }

func (o outcome) gap() float64 { return distance(o.symbolic, o.numeric) }

// ratio is the gap relative to the bound.
func (o outcome) ratio() float64 {
	if o.gap() == 0 {
		return 0
	}
	return o.gap() / o.bound
}

// value is the larger of the two magnitudes.
func (o outcome) value() float64 {
	if isNotFinite(o.numeric) {
		return math.Abs(o.symbolic)
	}
	return max(math.Abs(o.symbolic), math.Abs(o.numeric))
}

// resolution is the error that would have shown in an outcome that agrees: the
// difference itself may be off by the bound in the same direction, and in a few of
// many, of a loss whose noise grows with the step, by twice that.
func (o outcome) resolution() float64 { return 3 * o.bound }

// resolved reports whether the element is large enough to be told from zero.
func (o outcome) resolved() bool { return o.value() > o.bound }

const (
	// seen is the part of a tensor's largest gradient that an error must have for
	// an element near zero to count as seen.
	seen = 1e-3
	// coarse is the part of a tensor's largest gradient above which noise makes
	// the first step larger.
	coarse = 1e-6
)

// within is the part of the usual size of a tensor's elements beyond which what a
// step shows is that of another place, perhaps: it is looked at again within.
const within = 1.0 / 16

// first returns the step of the first difference in tensor k for an element of
// size up to 1: larger where the noise at the usual one would hide a millionth of
// its largest gradient, and a power of four times the usual one, so that one call
// of an engine serves many.
func (j *judge) first(k int) float64 {
	h := j.at.step
	for h < maxStep/shrink && j.options.C*j.at.noise.far/h > coarse*j.at.largest[k] {
		h *= shrink
	}
	return h
}

// limits returns what the ladder of element i, in tensor k, goes by; scale is
// what its steps are relative to.
func (j *judge) limits(k, i int, scale float64) limits {
	own := math.Abs(j.at.x[i])
	l := limits{
		tried: j.options.Step * scale, first: j.first(k) * scale, rtol: j.options.Rtol,
		rounding: j.at.rounding[i], factor: j.options.C, noise: j.at.noise, own: own, least: own,
		unit: j.at.unit(), coarse: coarse * j.at.largest[k],
	}
	l.lookWithin(j.at.scale[k])
	return l
}

// element applies the rule to element i of tensor k.
func (j *judge) element(ctx context.Context, e *evaluator, k, i int) (outcome, error) {
	if j.at.noise.chaotic {
		return outcome{i: i, verdict: Inconclusive, symbolic: j.at.g[i], numeric: math.NaN(), bound: math.Inf(1)}, nil
	}
	l := newLadder(j.limits(k, i, size(j.at.x[i])))
	o, err := j.climb(ctx, e, &j.at.place, l, elementLine{i: i})
	if err != nil {
		return o, err
	}
	if own := math.Abs(j.at.x[i]); o.verdict == Inconclusive && own > 0 && own < 1 {
		// The element's own size may be what counts, not 1.
		relative := j.limits(k, i, own)
		relative.tried = 0
		r := newLadder(relative)
		again, err := j.climb(ctx, e, &j.at.place, r, elementLine{i: i})
		if err != nil {
			return o, err
		}
		if again.verdict != Inconclusive {
			o, l = again, r
		}
	}
	o.i = i
	if o.verdict == OK && j.isUnseen(o, k) {
		if err := j.lookAtZero(ctx, e, l, &o); err != nil {
			return o, err
		}
	}
	return j.narrowed(ctx, e, k, o)
}

// lookAtZero says what an element is that agrees and yet shows nothing: right where
// the loss does not move at all, valid where it is the middle of two slopes that
// show well, and else unseen.
func (j *judge) lookAtZero(ctx context.Context, e *evaluator, l *ladder, o *outcome) error {
	on := elementLine{i: o.i}
	stands, err := j.standsStill(ctx, e, &j.at.place, l, on, size(j.at.x[o.i]))
	if err != nil {
		return err
	}
	if stands {
		o.remarks |= still
		return nil
	}
	o.verdict = Unseen
	s := l.samples[len(l.samples)-1]
	if s.jump() <= 8*jumpNoise*s.noise {
		return nil
	}
	t, err := on.difference(ctx, e, &j.at.place, s.h/shrink)
	if err != nil || t.lost {
		return err
	}
	l.complete(&t)
	if pair := (&series{limits: l.limits, samples: []sample{s, t}}); pair.isKinked() {
		o.verdict, o.backward, o.forward = Kink, t.backward(), t.forward()
	}
	return nil
}

// isUnseen reports whether an outcome that agrees says nothing: what it could not
// see is more than a thousandth of its tensor's largest gradient, and it is not
// above it.
func (j *judge) isUnseen(o outcome, k int) bool {
	return o.bound > seen*j.at.largest[k] && !o.resolved()
}

// fullDigits is how many unit roundoffs of itself the noise of a loss may have
// that is as precise as its type.
const fullDigits = 64

// standsStill reports whether a derivative of 0 is right because the loss does not
// move at all, neither at the ladder's step nor at large ones.
func (j *judge) standsStill(ctx context.Context, e *evaluator, at *place, l *ladder, on line,
	size float64) (bool, error) {
	// A loss that is rounded to fewer digits stands still without a reason.
	if s := l.samples[len(l.samples)-1]; s.a != 0 || !s.still() ||
		j.at.noise.far > fullDigits*j.at.unit()*math.Abs(j.at.f) {
		return false, nil
	}
	return j.stillAtLargeSteps(ctx, e, at, on, size)
}

// stillAtLargeSteps reports whether the loss has the same bits at large steps, too.
func (j *judge) stillAtLargeSteps(ctx context.Context, e *evaluator, at *place, on line, size float64) (bool, error) {
	for _, h := range []float64{maxStep, 1} {
		if s, err := on.difference(ctx, e, at, h*size); err != nil || !s.still() {
			return false, err
		}
	}
	return true, nil
}

// hidesInOne reports whether a value is wrong only because the loss does not move,
// though it is so small that what the loss adds it to may hide it: 1 + x² is 1 for
// all x below 1e-8. That of a loss of 0 is taken to be 1.
func (j *judge) hidesInOne(ctx context.Context, e *evaluator, at *place, l *ladder, on line, o outcome) (bool, error) {
	s := l.samples[len(l.samples)-1]
	if !s.still() || math.Abs(o.symbolic) > j.options.C*j.at.unit() {
		return false, nil
	}
	return j.stillAtLargeSteps(ctx, e, at, on, 1)
}

// narrowed returns the outcome of a float32 function, whose formula was judged in
// float64. Its gradient must be that one, rounded; where it is not, it is judged
// by the same losses, for at a kink both may be valid.
func (j *judge) narrowed(ctx context.Context, e *evaluator, k int, o outcome) (outcome, error) {
	n := j.at.narrow
	if n == nil {
		return o, nil
	}
	exact, rounding := o.symbolic, n.bound[o.i]
	if math.Abs(n.g[o.i]-exact) > rounding && o.verdict != Inconclusive {
		i := o.i
		l := j.limits(k, i, size(j.at.x[i]))
		l.rounding += rounding
		o, err := j.climb(ctx, e, &j.at.place, newLadder(l), elementLine{i: i, change: n.g[i] - exact})
		o.i = i
		return o, err
	}
	o.symbolic = n.g[o.i]
	o.bound += rounding
	if o.verdict == OK && exact != 0 && j.isUnseen(o, k) {
		o.verdict = Unseen
	}
	return o, nil
}

const (
	// blockSize is how many consecutive elements of a tensor make one unit of work.
	blockSize = 512
	// enoughWrong ends the pursuit in a block: with so many elements wrong the
	// rest that disagree are counted, and not followed further. Of very many tensors
	// one each is enough.
	enoughWrong = 8
	// wrongOfTensor is how many the blocks of a large tensor follow together, and
	// leastFollowed how many each of them does at least.
	wrongOfTensor = 64
	leastFollowed = 2
)

// block judges some elements of one tensor, one by one, as far as its budget
// goes. Of those that are wrong so many are followed to the end.
func (j *judge) block(ctx context.Context, e *evaluator, u unit, en *engine, f *finding) error {
	wrong := 0
	for _, i := range u.elements {
		o, agrees := en.outcome(i)
		pursued := true
		var err error
		switch {
		case agrees:
			o, err = j.narrowed(ctx, e, u.k, o)
		case wrong < u.followed:
			o, err = j.element(ctx, e, u.k, i)
		case en == nil:
			o, pursued, err = j.firstOutcome(ctx, e, u.k, i)
		default:
			pursued = false
		}
		if err != nil {
			return err
		}
		f.done++
		if pursued {
			f.tally.add(o)
		} else {
			o.verdict = Inconclusive
			f.tally.unfollowed++
		}
		if o.verdict == Wrong {
			wrong++
		}
		if j.options.Each != nil {
			f.each = append(f.each, o)
		}
	}
	return nil
}

// firstOutcome judges an element by its first difference, and by the whole rule
// where that agrees.
func (j *judge) firstOutcome(ctx context.Context, e *evaluator, k, i int) (o outcome, agrees bool, err error) {
	l := newLadder(j.limits(k, i, size(j.at.x[i])))
	s, err := elementLine{i: i}.difference(ctx, e, &j.at.place, l.next)
	if err != nil {
		return outcome{}, false, err
	}
	l.complete(&s)
	if s.gap() > s.bound {
		l.samples = append(l.samples, s)
		o = l.outcome(Inconclusive, 0)
		o.i = i
		return o, false, nil
	}
	o, err = j.element(ctx, e, k, i)
	return o, true, err
}
