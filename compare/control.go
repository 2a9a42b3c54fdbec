package compare

import "math"

const (
	// controlChange is how many times its bound the control changes an element
	// at first: an error near the smallest that the check claims to see.
	controlChange = 20
	// controlGrowth takes it from there to twice the element when the first
	// change was not seen, as at a kink.
	controlGrowth = 1000
)

// control changes one symbolic value that was found ok and makes sure that the
// rule finds it wrong. After a probe it changes the largest element of a
// certified tensor, and a direction must show it first.
func (c *checker) control() error {
	t := c.tally
	e := c.workers[0]
	i := t.strongest.i
	var index []int
	var probe *probing
	switch {
	case c.o.Mode != Full && t.line.bound > 0:
		probe = c.newProbing(t.lineTensor)
		probe.drawn = c.probes[t.lineTensor].drawn
		index = c.largestFirst(t.lineTensor)
		i = index[0]
	case t.strongest.bound == 0:
		return nil
	}
	l := c.limits(e.at, i)
	change := controlChange * t.strongest.bound
	if probe != nil {
		noise := c.o.C * c.noise / l.h
		change = controlChange * math.Max(c.probes[t.lineTensor].probe.Resolution, noise+l.rtol*math.Abs(e.at.g[i]))
	}
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
