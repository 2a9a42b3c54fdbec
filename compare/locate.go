package compare

import (
	"context"
	"slices"
)

const (
	// redraws is how often the search draws new sizes when the two halves of a
	// wrong whole both agree.
	redraws = 4
	// namedLargest is how many of the largest elements are judged where more than
	// one is wrong: where all are, those tell more than the ones that halving hit
	// upon.
	namedLargest = 4
)

// locate names up to so many wrong elements of a tensor whose direction disagrees
// at a place, by halving the elements that move. Every element that halving ends at
// is judged by the rule for elements, at the point to check.
func (p *prober) locate(ctx context.Context, at *place, line *direction, most int) ([]outcome, error) {
	var found []outcome
	judged := map[int]bool{}
	wrong := 0
	judgeOne := func(i int) error {
		if judged[i] {
			return nil
		}
		o, err := p.element(ctx, p.e, p.k, i)
		if err != nil {
			return err
		}
		judged[i] = true
		found = append(found, o)
		if o.verdict == Wrong {
			wrong++
		}
		return nil
	}
	for range redraws {
		i, err := p.halve(ctx, at, line)
		if err != nil {
			return found, err
		}
		if err := judgeOne(i); err != nil {
			return found, err
		}
		rest := slices.DeleteFunc(p.at.indices(p.k), func(i int) bool { return judged[i] })
		if len(rest) == 0 || wrong >= most {
			break
		}
		line = p.newDirection(purposeDirection, rest, moveSize)
		if off, err := p.disagrees(ctx, at, line); err != nil || !off {
			return found, err
		}
	}
	if wrong > 1 {
		for _, i := range p.largestFirst(namedLargest) {
			if err := judgeOne(i); err != nil {
				return found, err
			}
		}
	}
	return found, nil
}

// halve follows the disagreement of a direction down to one element.
func (p *prober) halve(ctx context.Context, at *place, line *direction) (int, error) {
	for len(line.index) > 1 {
		half := len(line.index) / 2
		left := &direction{index: line.index[:half], w: line.w[:half]}
		right := &direction{index: line.index[half:], w: line.w[half:]}
		off, err := p.disagrees(ctx, at, left)
		if err != nil {
			return 0, err
		}
		// Where the left half agrees the right one is wrong: the element's own
		// verdict will tell if it is not.
		line = right
		if off {
			line = left
		}
	}
	return line.index[0], nil
}
