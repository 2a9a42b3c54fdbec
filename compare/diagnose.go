package compare

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/floats"

	"gradtwin"
)

// sameRatio is how near two ratios, or two values, are for a diagnosis to call
// them the same: a fault of a factor 1.0005 can be told from none.
const sameRatio = 1e-4

// measured is a direction with central differences at several steps.
type measured struct {
	*direction
	differences []difference
}

// diagnosisSteps is how many steps each direction is measured at: a kink inside
// ±h is outside of a smaller one.
const diagnosisSteps = 3

// diagnosisLines measures two directions through the tensor.
func (p *prober) diagnosisLines(ctx context.Context) ([]measured, error) {
	var lines []measured
	for range 2 {
		m := measured{direction: p.newDirection(purposeDiagnosis, p.at.indices(p.k), moveSize)}
		l := p.lineLimits(m.direction)
		h := l.firstStep
		for range diagnosisSteps {
			s, err := m.difference(ctx, p.e, &p.at.place, h)
			if err != nil {
				return nil, err
			}
			l.complete(&s)
			m.differences = append(m.differences, s)
			h /= shrink
		}
		lines = append(lines, m)
	}
	return lines, nil
}

// derivative returns what the gradient g of the tensor gives along the line.
func (l measured) derivative(g []float64) float64 {
	terms := make([]float64, len(g))
	return floats.SumCompensated(floats.MulTo(terms, g, l.w))
}

// fits reports whether a gradient of the tensor agrees with all lines, and is not
// so small that anything would.
func fits(lines []measured, g []float64) bool {
	for _, l := range lines {
		a := l.derivative(g)
		if !slices.ContainsFunc(l.differences, func(s difference) bool {
			return gapBetween(a, s.d) <= sameRatio*math.Abs(s.d)+s.bound && math.Abs(a) > s.bound
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
	for _, s := range lines[0].differences {
		for _, r := range []float64{math.Round(a / s.d), 1 / math.Round(s.d/a), a / s.d} {
			if !(math.Abs(r-a/s.d) <= sameRatio*math.Abs(r)) || math.IsInf(r, 0) {
				continue // a whole number, or one part in so many, is more likely than one next to it
			}
			for i := range g {
				scaled[i] = g[i] / r
			}
			if fits(lines, scaled) {
				return r, true
			}
		}
	}
	return 0, false
}

// explain measures the loss along two new directions through the tensor and asks
// which change of its gradient would have agreed with them. It returns the first
// that would, or "": then a few elements are at fault.
func (p *prober) explain(ctx context.Context) (string, error) {
	t := p.at.layout[p.k]
	from, to := p.at.interval(p.k)
	g := p.at.g[from:to]
	if p.at.largest[p.k] == 0 {
		return "all zero: the gradient does not reach it", nil
	}
	if len(g) == 1 {
		return "", nil
	}
	lines, err := p.diagnosisLines(ctx)
	if err != nil || fits(lines, g) {
		return "", err
	}
	if r, ok := ratio(lines, g); ok {
		return describeRatio(r), nil
	}
	if len(t.Shape) == 2 && fits(lines, transposed(g, t.Shape[0], t.Shape[1])) {
		return fmt.Sprintf("transposed: it holds the gradient as %d×%d", t.Shape[1], t.Shape[0]), nil
	}
	for other, u := range p.at.layout {
		lo, hi := p.at.interval(other)
		if other != p.k && u.Len() == t.Len() && fits(lines, p.at.g[lo:hi]) {
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

// explainElements says what the wrong elements of a tensor, which begins at
// element from, have in common.
func explainElements(t gradtwin.Tensor, from int, wrong []outcome) string {
	if len(wrong) == 0 {
		return ""
	}
	all := func(test func(o outcome) bool) bool {
		return !slices.ContainsFunc(wrong, func(o outcome) bool { return !test(o) })
	}
	switch {
	case all(outcome.isNoise):
		return "nonzero where the loss does not move: a missing mask?"
	case all(func(o outcome) bool { return o.symbolic == 0 }):
		return "zero where the loss moves: a term left out, or a mask too wide?" + shared(t, from, wrong)
	case len(wrong) == 1:
		return ""
	}
	first := wrong[0].symbolic / wrong[0].numeric
	if all(func(o outcome) bool { return math.Abs(o.symbolic/o.numeric/first-1) <= sameRatio }) {
		return fmt.Sprintf("the wrong elements have %.6g times the numeric value", first) + shared(t, from, wrong)
	}
	return strings.TrimPrefix(shared(t, from, wrong), "; ")
}

// shared names the row or column that all wrong elements share.
func shared(t gradtwin.Tensor, from int, wrong []outcome) string {
	if len(wrong) < 2 || len(t.Shape) < 2 {
		return ""
	}
	for d, n := range t.Shape {
		at := t.Index(wrong[0].i - from)[d]
		if n > 1 && !slices.ContainsFunc(wrong, func(o outcome) bool { return t.Index(o.i - from)[d] != at }) {
			return fmt.Sprintf("; those seen all have index %d in dimension %d", at, d)
		}
	}
	return ""
}

// nameRatio says what would give a ratio of symbolic to numeric, empty when it
// says nothing.
func nameRatio(ratio float64) string {
	near := func(want float64) bool { return math.Abs(ratio/want-1) < 1e-4 }
	switch {
	case near(-1):
		return "a sign error"
	case near(2):
		return "a gradient accumulated over two runs would give this"
	case near(0.5):
		return "a factor 2 left out would give this"
	}
	for _, r := range []struct {
		value float64
		text  string
	}{{ratio, "a mean over %d taken for a sum would give this"},
		{1 / ratio, "one division by %d too many would give this"}} {
		n := math.Round(math.Abs(r.value))
		if n >= 2 && n <= 1e6 && math.Abs(math.Abs(r.value)/n-1) < 1e-4/n {
			s := fmt.Sprintf(r.text, int(n))
			if ratio < 0 {
				s = "with a sign error, " + s
			}
			return s
		}
	}
	return ""
}
