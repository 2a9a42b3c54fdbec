package compare

import (
	"cmp"
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
)

// control changes one symbolic value that is found ok and makes sure that the
// rule finds it wrong. After a probe it changes the largest element of a
// certified tensor, and a direction must show it first. It does not depend on
// which elements were judged, so that every shard of a check has the same.
func (c *checker) control() error {
	t := c.tally
	e := c.workers[0]
	var i int
	var change float64
	var index []int
	var probe *probing
	if c.o.Mode != Full && t.line.bound > 0 {
		probe = c.newProbing(t.lineTensor)
		probe.drawn = c.probes[t.lineTensor].drawn
		index = c.largestFirst(t.lineTensor)
		i = index[0]
		l := c.limits(e.at, i)
		noise := c.o.C * c.noise / l.h
		change = controlChange * math.Max(c.probes[t.lineTensor].probe.Resolution, noise+l.rtol*math.Abs(e.at.g[i]))
	} else {
		o, ok, err := c.controlElement()
		if err != nil || !ok {
			return err
		}
		i, change = o.i, controlChange*o.bound
	}
	l := c.limits(e.at, i)
	most := math.Max(change, 2*math.Abs(e.at.g[i]))
	for ; ; change = math.Min(most, controlGrowth*change) {
		if c.callsLeft() < maxControlCalls {
			return nil
		}
		shows := true
		if probe != nil {
			line := probe.direction(index)
			line.change = change
			var err error
			if shows, err = probe.disagrees(line); err != nil {
				return err
			}
		}
		o, err := c.rule(l, nil, &elementLine{e: e, i: i, change: change})
		if err != nil {
			return err
		}
		caught := shows && o.verdict == Wrong
		c.report.Control = Control{Done: true, Caught: caught, Element: c.layout.Element(i), Change: change}
		if caught || change >= most {
			return nil
		}
	}
}

// maxControlCalls is what one change can cost.
const maxControlCalls = 2*maxLadder + maxRuleCalls

const (
	// controlTries is how many elements of each tensor, the largest first, the
	// control looks at to find one that is ok and not too small: they may sit on
	// kinks.
	controlTries = 4
	// controlMore is how many others it looks at when none of those is.
	controlMore = 64
)

// controlElement finds an element for the control to change: the first that is
// ok at the first step and that can be told from zero, the largest gradients
// first.
func (c *checker) controlElement() (o outcome, ok bool, err error) {
	e := c.workers[0]
	larger := func(i, j int) int {
		return cmp.Or(cmp.Compare(math.Abs(e.at.g[j]), math.Abs(e.at.g[i])), cmp.Compare(i, j))
	}
	var candidates []int
	for _, k := range c.selected {
		var largest []int
		for i := c.offsets[k]; i < c.offsets[k+1]; i++ {
			if at, _ := slices.BinarySearchFunc(largest, i, larger); at < controlTries {
				largest = slices.Insert(largest, at, i)
				largest = largest[:min(len(largest), controlTries)]
			}
		}
		candidates = append(candidates, largest...)
	}
	slices.SortFunc(candidates, larger)
	if o, ok, err = c.firstOK(candidates); ok || err != nil {
		return o, ok, err
	}
	return c.firstOK(c.stratified(c.selected, controlMore))
}

// firstOK returns the first of some elements that is ok at the first step and
// that can be told from zero.
func (c *checker) firstOK(elements []int) (o outcome, ok bool, err error) {
	e := c.workers[0]
	for _, i := range elements {
		if c.callsLeft() < 2+maxControlCalls {
			return o, false, nil
		}
		l := c.limits(e.at, i)
		s, err := e.pair(i, l.h)
		if err != nil {
			return o, false, err
		}
		c.complete(&s, l)
		if o = s.outcome(i, 1); s.gap() <= s.bound && !s.vanished && o.resolved() {
			return o, true, nil
		}
	}
	return o, false, nil
}

// largestFirst returns the elements of tensor k, that of the largest gradient
// first.
func (c *checker) largestFirst(k int) []int {
	index := c.newProbing(k).all()
	g := c.workers[0].at.g
	largest := 0
	for j, i := range index {
		if math.Abs(g[i]) > math.Abs(g[index[largest]]) {
			largest = j
		}
	}
	index[0], index[largest] = index[largest], index[0]
	return index
}
