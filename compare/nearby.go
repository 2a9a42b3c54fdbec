package compare

import "math"

// nearbyPoints is how many points within rounding are tried: where a unit stands
// as near to its kink as the rounding, about every second is on its other side.
const nearbyPoints = 8

// nearbyRounding is how far such a point is, in terms of the elements' own
// rounding: what a unit sums up has that of all its terms and of their sums.
const nearbyRounding = 16

// nearby looks once more at what the rule found wrong or inconclusive of a
// float32 gradient. In float32 a unit within rounding of its kink may stand on
// its other side, and the gradient is right there. So the loss's differences are
// taken at points that differ from the point by no more than float32 can tell:
// where those at one agree with the symbolic value, it is a kink's. A budget of
// calls has none for it.
func (c *checker) nearby(e *evaluator, o outcome, l limits, on line) (outcome, error) {
	if c.gradientNoises == nil || c.o.MaxCalls > 0 || o.verdict == OK || o.verdict == Kink || o.steps == 0 {
		return o, nil
	}
	here := e.at
	defer func() {
		e.at = here
		e.restore(0, len(here.x))
	}()
	for n := range nearbyPoints {
		there := &point{x: make([]float64, len(here.x)), f: here.f, g: here.g, largest: here.largest}
		r := c.random(purposeNearby, n)
		for i, x := range here.x {
			e.f.Set(i, x+nearbyRounding*singleUnit*(2*r.Float64()-1)*math.Abs(x))
			there.x[i] = e.f.At(i)
		}
		e.at = there
		s, err := on.pair(o.step)
		if err != nil {
			return o, err
		}
		c.complete(&s, l)
		if s.gap() <= s.bound {
			o.verdict = Kink
			return o, nil
		}
	}
	return o, nil
}
