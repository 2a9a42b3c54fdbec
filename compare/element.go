package compare

import "math"

// limits of the rule at element i.
func (c *checker) limits(p *point, i int) limits {
	k, _ := c.layout.Locate(i)
	l := limits{
		h:        c.step * math.Max(1, math.Abs(p.x[i])),
		rtol:     c.o.Rtol,
		rounding: c.rounding[k] * p.largest[k],
	}
	if c.gradientNoises != nil {
		l.rounding = math.Max(l.rounding, c.o.C*c.gradientNoises[i])
	}
	return l
}

// judge applies the rule to one element. first is what was measured there at
// the first step, or nil.
func (c *checker) judge(e *evaluator, i int, first *sample) (outcome, error) {
	l, on := c.limits(e.at, i), &elementLine{e: e, i: i}
	o, err := c.rule(l, first, on)
	if err == nil {
		o, err = c.nearby(e, o, l, on)
	}
	o.i = i
	if o.steps == 0 {
		o.symbolic = e.at.g[i]
	}
	return o, err
}

// elementLine is the line along one element.
type elementLine struct {
	e      *evaluator
	i      int
	change float64 // added to the symbolic value, by the negative control
	g      []float64
}

func (l *elementLine) pair(h float64) (sample, error) {
	s, err := l.e.pair(l.i, h)
	s.a += l.change
	return s, err
}

func (l *elementLine) slope(t float64) (float64, error) {
	if l.g == nil {
		l.g = make([]float64, len(l.e.at.g))
	}
	defer l.e.f.Set(l.i, l.e.at.x[l.i])
	l.e.f.Set(l.i, l.e.at.x[l.i]+t)
	err := l.e.gradient(l.g)
	return l.g[l.i] + l.change, err
}
