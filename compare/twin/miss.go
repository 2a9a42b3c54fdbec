package twin

import (
	"cmp"
	"context"
	"math"
	"slices"

	"gradtwin/compare"
)

// Miss is an element whose central difference at the run's step h is beyond the
// check's bound although the gradient is right: at a step of its own the check
// agrees.
type Miss struct {
	Element  string  `json:"element"`
	Symbolic float64 `json:"symbolic"`
	Numeric  float64 `json:"numeric"` // at the run's step
	Settled  float64 `json:"settled"` // at a step of its own
	Cause    Cause   `json:"cause"`
}

// Cause is why a difference misses.
type Cause string

const (
	// Curvature is the difference's own truncation error, h²f‴/6 and higher terms:
	// it falls to a quarter where h is halved.
	Curvature Cause = "curvature"
	// Kink is a kink of the loss within ±h, where its slope jumps.
	Kink Cause = "kink"
	// Rounding is the rounding of the loss, which the difference magnifies to ε/h.
	Rounding Cause = "rounding"
)

// Causes counts misses by their cause.
type Causes struct {
	Curvature int `json:"curvature"`
	Kink      int `json:"kink"`
	Rounding  int `json:"rounding"`
}

// Total returns the number of misses.
func (c Causes) Total() int { return c.Curvature + c.Kink + c.Rounding }

func (c *Causes) add(cause Cause) {
	switch cause {
	case Curvature:
		c.Curvature++
	case Kink:
		c.Kink++
	default:
		c.Rounding++
	}
}

const (
	// maxMisses is how many misses are listed; all are counted.
	maxMisses = 10
	// missNoise times ε/h is the largest error that counts as rounding: the
	// difference of two losses with the standard deviation ε is off by 0.7·ε/h on
	// average, and ε is known to a factor of two.
	missNoise = 10
	// quarterPart is how far from a quarter the error at half the step may be,
	// relative to a quarter: the next term of the error is smaller by h². Beside a kink
	// at a distance d the error is proportional to h − d, which cannot be so near a
	// quarter twice in a row: the second time h/4 is below d.
	quarterPart = 0.1
)

// misses lists and counts the misses of a point whose elements were judged, those
// farthest off first.
func (p *Point) misses(ctx context.Context, f compare.Differencer, h, noise float64, smooth bool) ([]Miss, Causes, error) {
	var at []int
	for i, s := range p.Symbolic {
		if p.Verdicts[i] == compare.OK && math.Abs(s-p.Numeric[i]) > p.Bound[i] {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return nil, Causes{}, nil
	}
	// The numeric gradient may be by another formula, which misses where the central
	// difference does not.
	central, err := differencesAt(ctx, f, at, h)
	if err != nil {
		return nil, Causes{}, err
	}
	half, err := differencesAt(ctx, f, at, h/2)
	if err != nil {
		return nil, Causes{}, err
	}
	quarter, err := differencesAt(ctx, f, at, h/4)
	if err != nil {
		return nil, Causes{}, err
	}
	var all []Miss
	var causes Causes
	for k, i := range at {
		s := p.Symbolic[i]
		m := Miss{p.Layout.Element(i), s, p.Numeric[i], p.Settled[i], Curvature}
		if math.Abs(central[k]-s) > p.Bound[i] {
			m.Cause = causeOf([3]float64{central[k] - s, half[k] - s, quarter[k] - s}, h, noise, smooth)
		}
		causes.add(m.Cause)
		all = append(all, m)
	}
	slices.SortStableFunc(all, func(a, b Miss) int {
		return cmp.Compare(math.Abs(b.Symbolic-b.Numeric), math.Abs(a.Symbolic-a.Numeric))
	})
	return all[:min(len(all), maxMisses)], causes, nil
}

// causeOf returns why differences at h, h/2 and h/4 have the given errors. smooth says
// that the loss has no kink.
func causeOf(errors [3]float64, h, noise float64, smooth bool) Cause {
	rounding := missNoise * noise / h
	quarters := func(e, half, rounding float64) bool {
		return math.Abs(half-e/4) <= quarterPart*math.Abs(e)/4+rounding
	}
	switch {
	case math.Abs(errors[0]) <= rounding:
		return Rounding
	case smooth, quarters(errors[0], errors[1], 2*rounding) && quarters(errors[1], errors[2], 4*rounding):
		return Curvature
	}
	return Kink
}

// differencesAt returns the central differences of some elements with step h: all
// at once where that is cheap.
func differencesAt(ctx context.Context, f compare.Differencer, at []int, h float64) ([]float64, error) {
	out := make([]float64, len(at))
	if c, ok := f.(compare.CheapDifferencer); ok && c.CheapDifferences() {
		whole := make([]float64, f.Layout().Len())
		err := f.Differences(ctx, whole, 0, h)
		for k, i := range at {
			out[k] = whole[i]
		}
		return out, err
	}
	for k, i := range at {
		if err := f.Differences(ctx, out[k:k+1], i, h); err != nil {
			return nil, err
		}
	}
	return out, nil
}
