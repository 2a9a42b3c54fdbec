package twin

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/internal/stats"
)

// Sweep is the error of central differences against their step h, for a few
// elements: the V-curve. At small h the loss's rounding makes it, ε/h; at large
// h curvature does, h²|f‴|/6.
type Sweep struct {
	Steps    []float64      `json:"steps"` // h, ascending
	Noise    float64        `json:"noise"` // ε: the measured noise of the loss
	Elements []SweptElement `json:"elements"`
}

// SweptElement is the curve of one element.
type SweptElement struct {
	Element  string    `json:"element"` // as in W1[74,49]
	Symbolic float64   `json:"symbolic"`
	Numeric  []float64 `json:"numeric"` // at each step
	// Error is |symbolic − numeric| at each step, math.MaxFloat64 where the loss
	// is not a finite number.
	Error []float64 `json:"error"`
	// Curvature is |f‴|/6, measured where the error grows with h²; 0 where it grows
	// so nowhere: kinks of the loss hide it, or there is none.
	Curvature float64 `json:"curvature"`
	Best      float64 `json:"best"` // the step with the smallest error
}

const (
	// The sweep goes over 12 decades, a few steps each.
	sweepFrom, sweepDecades = 1e-12, 12
	sweepPerDecade          = 4
	// orderTolerance is how far from the order of a formula's error the slope between
	// two steps may be, on logarithmic axes, where it is taken for truncation.
	orderTolerance = 0.25
	// orderPoints is how many such slopes there must be: a single one can be chance.
	orderPoints = 3
)

func sweepSteps() []float64 {
	var steps []float64
	for k := range sweepDecades*sweepPerDecade + 1 {
		steps = append(steps, sweepFrom*math.Pow(10, float64(k)/sweepPerDecade))
	}
	return steps
}

// lowest returns the place of the smallest error.
func lowest(errors []float64) int {
	best := 0
	for k, v := range errors {
		if v < errors[best] {
			best = k
		}
	}
	return best
}

// truncation fits the error scale·h^order where it rises so: the medians of its slope,
// on logarithmic axes, and of its scale, both 0 where that is nowhere seen.
func truncation(steps, errors []float64, order float64) (slope, scale float64) {
	var slopes, scales []float64
	for k := 1; k < len(steps); k++ {
		slope := math.Log(errors[k]/errors[k-1]) / math.Log(steps[k]/steps[k-1])
		if math.Abs(slope-order) <= orderTolerance {
			slopes = append(slopes, slope)
			scales = append(scales, errors[k]/math.Pow(steps[k], order))
		}
	}
	if len(slopes) < orderPoints {
		return 0, 0
	}
	return stats.Median(slopes), stats.Median(scales)
}

// NewSweep measures the curves of the given elements at the point where the function
// stands, and puts them back. gradient is the symbolic one, noise that of the loss.
func NewSweep(ctx context.Context, f gradtwin.Function, gradient []float64, noise float64,
	elements []int) (*Sweep, error) {
	s := &Sweep{Steps: sweepSteps(), Noise: noise}
	for _, i := range elements {
		e := SweptElement{Element: f.Layout().Element(i), Symbolic: gradient[i]}
		for _, h := range s.Steps {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			d, err := centralDifference(f, i, h)
			if err != nil {
				return nil, fmt.Errorf("loss with %s moved by %g: %w", e.Element, h, err)
			}
			e.Numeric = append(e.Numeric, stats.Finite(d))
			e.Error = append(e.Error, stats.Finite(math.Abs(d-e.Symbolic)))
		}
		e.Best = s.Steps[lowest(e.Error)]
		_, e.Curvature = truncation(s.Steps, e.Error, 2)
		s.Elements = append(s.Elements, e)
	}
	return s, nil
}

// centralDifference returns (f(x+h) − f(x−h)) / ((x+h) − (x−h)) with the step
// that the elements' precision makes of h.
func centralDifference(f gradtwin.Function, i int, h float64) (float64, error) {
	x := f.At(i)
	defer f.Set(i, x)
	f.Set(i, x+h)
	right := f.At(i)
	plus, err := f.Loss()
	if err != nil {
		return 0, err
	}
	f.Set(i, x-h)
	left := f.At(i)
	minus, err := f.Loss()
	if err != nil {
		return 0, err
	}
	return (plus - minus) / (right - left), nil
}

// SweepElements chooses what to sweep: each checked tensor's element with the
// largest gradient, and before them an element or two that the check found
// wrong or on a kink.
func SweepElements(gradient []float64, check *compare.Report) []int {
	const each = 2
	var out []int
	for _, v := range []compare.Verdict{compare.Wrong, compare.Kink} {
		n := 0
		for _, e := range check.Worst {
			if e.Verdict == v && n < each {
				out = append(out, e.Flat)
				n++
			}
		}
	}
	from := 0
	for _, t := range check.Layout {
		largest := from
		for i := from; i < from+t.Len(); i++ {
			if math.Abs(gradient[i]) > math.Abs(gradient[largest]) {
				largest = i
			}
		}
		checked := slices.ContainsFunc(check.Tensors,
			func(r compare.TensorReport) bool { return r.Tensor.Name == t.Name })
		if t.Len() > 0 && checked && !slices.Contains(out, largest) {
			out = append(out, largest)
		}
		from += t.Len()
	}
	return out
}

// Clearest returns the last element at which curvature is seen, or the last of all:
// kinks hide it at the others.
func (s *Sweep) Clearest() int {
	for k := len(s.Elements) - 1; k >= 0; k-- {
		if s.Elements[k].Curvature > 0 {
			return k
		}
	}
	return len(s.Elements) - 1
}

// typicalCurvature is the median over the elements that show one, 0 when none
// does.
func (s *Sweep) typicalCurvature() float64 {
	var seen []float64
	for _, e := range s.Elements {
		if e.Curvature > 0 {
			seen = append(seen, e.Curvature)
		}
	}
	if len(seen) == 0 {
		return 0
	}
	return stats.Median(seen)
}

// Lines returns the two branches of the V: rounding ε/h, and truncation
// h²|f‴|/6, nil where no element shows it.
func (s *Sweep) Lines() (rounding, truncation []float64) {
	c := s.typicalCurvature()
	for _, h := range s.Steps {
		rounding = append(rounding, s.Noise/h)
		if c > 0 {
			truncation = append(truncation, c*h*h)
		}
	}
	return rounding, truncation
}
