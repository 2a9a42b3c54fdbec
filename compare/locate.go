package compare

import (
	"cmp"
	"math"
	"slices"
)

// maxNamed is how many wrong elements of one tensor are looked for.
const maxNamed = 3

// redraws is how often the search draws new sizes when the two halves of a
// wrong whole both agree.
const redraws = 4

// locate names wrong elements of a tensor whose direction disagrees, by halving
// the elements that move. Every hit is confirmed by the rule for elements.
func (p *probing) locate() error {
	c := p.c
	line := p.last
	for range redraws {
		if c.callsLeft() < reserve+maxProbeCalls+maxRuleCalls {
			c.left = append(c.left, "the budget ended the search for wrong elements in "+c.layout[p.k].Name)
			return nil
		}
		i, err := p.halve(line)
		if err != nil {
			return err
		}
		o, err := c.judge(p.e, i, nil)
		if err != nil {
			return err
		}
		p.add(o)
		rest := slices.DeleteFunc(p.all(), func(i int) bool { return c.judged[i] })
		if len(rest) == 0 || len(p.found) == maxNamed {
			break
		}
		line = p.direction(rest)
		if off, err := p.disagrees(line); err != nil || !off {
			return err
		}
	}
	if len(p.found) > 1 {
		return p.judgeLargest()
	}
	return nil
}

// excuse lets a direction pass that disagrees by no more than rtol when no
// element was found wrong: an error that rtol allows, though the probe is strict
// enough to see it.
func (p *probing) excuse() {
	most := p.c.o.Rtol * math.Max(math.Abs(p.probe.Symbolic), math.Abs(p.probe.Numeric))
	if p.probe.Verdict == Wrong && len(p.found) == 0 && p.probe.Error <= most {
		p.probe.Verdict, p.probe.Resolution = OK, 2*p.probe.Error
	}
}

func (p *probing) add(o outcome) {
	if p.c.judged[o.i] {
		return
	}
	p.c.judged[o.i] = true
	p.c.tally.add(p.k, o)
	if o.verdict == Wrong {
		p.found = append(p.found, o)
	}
}

// judgeLargest judges the largest elements of a tensor in which more than one
// is wrong: where all are, those tell more than the ones that halving hit upon.
func (p *probing) judgeLargest() error {
	index := p.all()
	g := p.e.at.g
	slices.SortStableFunc(index, func(a, b int) int { return cmp.Compare(math.Abs(g[b]), math.Abs(g[a])) })
	for _, i := range index[:min(minShare, len(index))] {
		if p.c.callsLeft() < reserve+maxRuleCalls {
			return nil
		}
		if p.c.judged[i] {
			continue
		}
		o, err := p.c.judge(p.e, i, nil)
		if err != nil {
			return err
		}
		p.add(o)
	}
	return nil
}

// halve follows the disagreement of a direction down to one element.
func (p *probing) halve(line *directionLine) (int, error) {
	for len(line.index) > 1 {
		if p.c.callsLeft() < reserve+maxRuleCalls {
			break
		}
		half := len(line.index) / 2
		left := &directionLine{e: p.e, index: line.index[:half], w: line.w[:half]}
		right := &directionLine{e: p.e, index: line.index[half:], w: line.w[half:]}
		off, err := p.disagrees(left)
		if err != nil {
			return 0, err
		}
		// Where the left half agrees the right one is to blame: the element's
		// own verdict will tell if it is not.
		line = right
		if off {
			line = left
		}
	}
	return line.index[0], nil
}

// disagrees is a short form of the rule: it ends at the first two differences
// that agree with each other and not with the symbolic value.
func (p *probing) disagrees(on *directionLine) (bool, error) {
	l := p.c.lineLimits(p.e.at, p.k, on.index)
	var last sample
	for step := range maxLadder {
		s, err := on.pair(l.h)
		if err != nil || s.vanished {
			return false, err
		}
		p.c.complete(&s, l)
		if s.gap() <= s.bound {
			return false, nil
		}
		if step > 0 && settled(last, s) {
			return true, nil
		}
		last = s
		l.h /= shrink
	}
	return false, nil
}
