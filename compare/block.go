package compare

import "context"

const (
	// blockSize is how many consecutive elements of a tensor make one unit of work.
	blockSize = 512
	// enoughWrong ends the pursuit in a block: with so many elements wrong the
	// rest that disagree are counted, and not followed further.
	enoughWrong = 8
)

// block judges some elements of one tensor, one by one, as far as its budget
// goes.
func (j *judge) block(ctx context.Context, e *evaluator, u unit, en *engine, f *finding) error {
	wrong := 0
	for _, i := range u.elements {
		o, agrees := en.outcome(i)
		followed := true
		var err error
		switch {
		case agrees:
			o, err = j.narrowed(ctx, e, u.k, o)
		case wrong < enoughWrong:
			o, err = j.element(ctx, e, u.k, i)
		case en == nil:
			o, followed, err = j.firstOutcome(ctx, e, u.k, i)
		default:
			followed = false
		}
		if err != nil {
			return err
		}
		f.done++
		if followed {
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
