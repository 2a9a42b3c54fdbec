package compare

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// sameRatio is how near two ratios, or two values, are for a diagnosis to call
// them the same: a fault of a factor 1.0005 can be told from none.
const sameRatio = 1e-4

// diagnose says of every tensor that failed what the mismatch looks like: first
// of the tensor as a whole, then of its wrong elements.
func (c *checker) diagnose() error {
	for _, k := range c.selected {
		if !c.tensorFailed(k) {
			continue
		}
		before := c.work()
		text, err := c.explainWhole(k)
		if err != nil {
			return err
		}
		if c.record != nil {
			c.record.explained[k] = explanation{text, c.work().minus(before)}
		}
		c.diagnosed(k, text)
	}
	return nil
}

// diagnosed keeps what the mismatch of tensor k looks like: what the tensor as a
// whole says, and where that is "" what its wrong elements do.
func (c *checker) diagnosed(k int, whole string) {
	if whole == "" {
		whole = c.explainElements(k)
	}
	c.diagnoses[k] = whole
}

// tensorFailed tells whether anything in tensor k was found wrong.
func (c *checker) tensorFailed(k int) bool {
	p := c.probes[k]
	return c.tally.counts[k].Wrong > 0 || c.unfollowed[k] > 0 || p != nil && p.probe.Verdict == Wrong
}

// measured is a direction with central differences at several steps.
type measured struct {
	*directionLine
	samples []sample
}

// diagnosisSteps is how many steps each direction is measured at: a kink inside
// ±h is outside of a smaller one.
const diagnosisSteps = 3

// diagnosisLines measures two directions; none when the budget is used up.
func (c *checker) diagnosisLines(k int) ([]measured, error) {
	var lines []measured
	p := c.newProbing(k)
	index := p.all()
	for n := range 2 {
		if c.callsLeft() < 2*diagnosisSteps {
			return nil, nil
		}
		l := c.lineLimits(p.e.at, k, index)
		m := measured{directionLine: &directionLine{e: p.e, index: index, w: c.weights(p.e.at, index, k<<16|0x8000|n)}}
		for range diagnosisSteps {
			s, err := m.pair(l.h)
			if err != nil {
				return nil, err
			}
			c.complete(&s, l)
			m.samples = append(m.samples, s)
			l.h /= shrink
		}
		lines = append(lines, m)
	}
	return lines, nil
}

// derivative returns what the gradient g of the tensor gives along the line.
func (l measured) derivative(g []float64) float64 {
	var sum compensated
	for j, w := range l.w {
		sum.add(g[j] * w)
	}
	return sum.value()
}

// fits tells whether a gradient of the tensor agrees with all lines, and is not
// so small that anything would.
func fits(lines []measured, g []float64) bool {
	for _, l := range lines {
		a := l.derivative(g)
		if !slices.ContainsFunc(l.samples, func(s sample) bool {
			return distance(a, s.d) <= sameRatio*math.Abs(s.d)+s.bound && math.Abs(a) > s.bound
		}) {
			return false
		}
	}
	return len(lines) > 0
}

// ratio returns a factor that, divided out, makes the gradient fit, and whether
// there is one.
func ratio(lines []measured, g []float64) (float64, bool) {
	scaled := make([]float64, len(g))
	a := lines[0].derivative(g)
	for _, s := range lines[0].samples {
		for i := range g {
			scaled[i] = g[i] * (s.d / a)
		}
		if fits(lines, scaled) {
			return a / s.d, true
		}
	}
	return 0, false
}

// explainWhole measures the loss along two new directions through tensor k and
// asks which change of its gradient would have agreed with them. It returns the
// first that would, or "": then a few elements are at fault.
func (c *checker) explainWhole(k int) (string, error) {
	lines, err := c.diagnosisLines(k)
	if err != nil {
		return "", err
	}
	t := c.layout[k]
	at := c.workers[0].at
	g := at.g[c.offsets[k]:c.offsets[k+1]]
	if at.largest[k] == 0 {
		return "all zero: the gradient does not reach it", nil
	}
	if len(g) == 1 || len(lines) == 0 || fits(lines, g) {
		return "", nil
	}
	if r, ok := ratio(lines, g); ok {
		return describeRatio(r), nil
	}
	if len(t.Shape) == 2 && fits(lines, transposed(g, t.Shape[0], t.Shape[1])) {
		return fmt.Sprintf("transposed: it holds the gradient as %d×%d", t.Shape[1], t.Shape[0]), nil
	}
	for other, u := range c.layout {
		if other != k && u.Len() == t.Len() && fits(lines, at.g[c.offsets[other]:c.offsets[other+1]]) {
			return "swapped: it has the gradient of " + u.Name, nil
		}
	}
	return "", nil
}

// transposed returns the gradient that rows×cols should have had where g holds
// its transpose.
func transposed(g []float64, rows, cols int) []float64 {
	out := make([]float64, len(g))
	for i := range rows {
		for j := range cols {
			out[i*cols+j] = g[j*rows+i]
		}
	}
	return out
}

func describeRatio(ratio float64) string {
	s := fmt.Sprintf("every element has %.6g times the numeric value", ratio)
	if r := nameRatio(ratio); r != "" {
		s += ": " + r
	}
	return s
}

// explainElements looks at the wrong elements themselves.
func (c *checker) explainElements(k int) string {
	wrong := c.tally.wrong[k]
	if len(wrong) == 0 {
		return ""
	}
	all := func(test func(o outcome) bool) bool {
		return !slices.ContainsFunc(wrong, func(o outcome) bool { return !test(o) })
	}
	switch {
	case all(func(o outcome) bool { return math.Abs(o.numeric) <= o.bound }):
		return "nonzero where the loss does not move: a missing mask?"
	case all(func(o outcome) bool { return o.symbolic == 0 }):
		return "zero where the loss moves: a term left out, or a mask too wide?" + c.common(k, wrong)
	case len(wrong) == 1:
		return ""
	}
	first := wrong[0].symbolic / wrong[0].numeric
	if all(func(o outcome) bool { return math.Abs(o.symbolic/o.numeric/first-1) <= sameRatio }) {
		return fmt.Sprintf("the wrong elements have %.6g times the numeric value", first) + c.common(k, wrong)
	}
	return strings.TrimPrefix(c.common(k, wrong), "; ")
}

// common names the row or column that all wrong elements share.
func (c *checker) common(k int, wrong []outcome) string {
	t := c.layout[k]
	if len(wrong) < 2 || len(t.Shape) < 2 {
		return ""
	}
	for d := range t.Shape {
		at := t.Index(wrong[0].i - c.offsets[k])[d]
		if !slices.ContainsFunc(wrong, func(o outcome) bool { return t.Index(o.i - c.offsets[k])[d] != at }) {
			return fmt.Sprintf("; those seen all have index %d in dimension %d", at, d)
		}
	}
	return ""
}

// diagnosis joins what was said of the tensors.
func (c *checker) diagnosis() string {
	var texts []string
	names := map[string][]string{}
	for _, k := range c.selected {
		if text := c.diagnoses[k]; text != "" {
			if names[text] == nil {
				texts = append(texts, text)
			}
			names[text] = append(names[text], clip(c.layout[k].Name))
		}
	}
	for i, text := range texts {
		texts[i] = strings.Join(names[text], ", ") + ": " + text
	}
	return strings.Join(texts, "; ")
}
