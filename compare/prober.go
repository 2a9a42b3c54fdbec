package compare

import (
	"cmp"
	"context"
	"math"
	"slices"

	"gradtwin/internal/stats"
)

// Probed is what the random directions showed of one tensor.
//
// A direction moves every element of the tensor by h·w·max(1, |x|), with w of
// random sign and of random size between ½ and 1, and the symbolic derivative along
// it is set against the central difference by the rule for elements. One wrong
// element shows whatever the direction when it is off by twice the bound or more.
// Errors in several elements can cancel: because w is spread evenly over a length
// of 1, two directions both miss errors of which the largest is e with a
// probability of at most (2·bound/e)², which is 1/64 at the resolution. (With w =
// ±1 alone, two equal errors, as of two swapped elements, would cancel in every
// second direction.) Errors below the bound are what a probe cannot see, and
// Resolution says so.
type Probed struct {
	// Verdict is OK where the directions agree and an error of a thousandth of the
	// tensor's largest gradient in one element would have shown, Unseen where they
	// agree and it would not.
	Verdict    Verdict `json:"verdict"`
	Directions int     `json:"directions"` // that agreed
	// Resolution is the error that would have shown: 48 times the bound of the
	// direction that showed more. In a single element an eighth of it would.
	Resolution float64 `json:"resolution"`
	// Beside is how far from the point the tensor was probed, relative to
	// max(1, |x|); 0 is at the point. A point on kinks says nothing along a
	// line.
	Beside float64 `json:"beside,omitempty"`
	// The derivative along the direction that disagreed; zero when none did.
	Symbolic float64 `json:"symbolic,omitempty"`
	Numeric  float64 `json:"numeric,omitempty"`
	Error    float64 `json:"error,omitempty"` // |symbolic − numeric|
	Bound    float64 `json:"bound,omitempty"`
	Noise    float64 `json:"noise,omitempty"`
	Step     float64 `json:"step,omitempty"`
	How      string  `json:"how,omitempty"` // as Element.How
	// Undefined is the side on which the loss is NaN or infinite along a direction
	// at the point, at all steps: left, right or both; else empty.
	Undefined string `json:"undefined,omitempty"`
}

const (
	// directions is how many directions certify a tensor.
	directions = 2
	// cancelling is how many times larger than the error of one element, which no
	// direction can miss, errors in several elements must be to show: two directions
	// miss those with a probability of at most 1/64.
	cancelling = 8
	// moreDirections is how many are tried of a tensor that stands on kinks: a
	// value that every element alone makes good can be off where they move
	// together, as of a maximum of two equal elements with a gradient of 1 for
	// both.
	moreDirections = 6
	// directionRtol is the part of rtol that passes along a direction: the
	// derivative along it is larger than any one element's, and what is to be
	// seen is an error in a single one.
	directionRtol = 0.1
	// besideSteps is how many steps beside a point on kinks a tensor is probed:
	// far enough for the kinks to be out of the steps' reach.
	besideSteps = 64
)

func (p *Probed) show(o outcome) {
	p.Verdict = o.verdict
	p.Symbolic, p.Numeric, p.Error = o.symbolic, stats.Finite(o.numeric), stats.Finite(o.gap())
	p.Bound, p.Noise, p.Step, p.How = stats.Finite(o.bound), stats.Finite(o.noise), o.step, o.how()
}

// prober probes one tensor as a whole.
type prober struct {
	*judge
	e     *evaluator
	k     int
	drawn int // directions drawn so far, which number the next
}

// newDirection draws a new direction through the elements, each of which moves by a part
// of what size gives for its value.
func (p *prober) newDirection(use purpose, index []int, size func(x float64) float64) *direction {
	p.drawn++
	r := random(p.at.seed, use, p.k, p.drawn)
	d := &direction{index: index, w: make([]float64, len(index))}
	for j, i := range index {
		d.w[j] = (0.5 + 0.5*r.Float64()) * size(p.at.x[i])
		if r.Uint64()&1 == 0 {
			d.w[j] = -d.w[j]
		}
	}
	return d
}

// lineLimits returns what the ladder along a direction goes by. The step falls
// with the number n of elements: the curvature along the direction grows with
// √n·√n, the kinks in reach with √n.
func (p *prober) lineLimits(d *direction) limits {
	l := p.limits(p.k, d.index[0], 1/math.Sqrt(math.Sqrt(float64(len(d.index)))))
	l.rtol *= directionRtol
	// What the elements are beside their moves, on average and at least.
	l.own, l.least, l.rounding = 0, math.Inf(1), 0
	for j, i := range d.index {
		l.rounding = math.Hypot(l.rounding, p.at.rounding[i]*d.w[j])
		size := math.Abs(p.at.x[i] / d.w[j])
		l.own += (size - l.own) / float64(j+1)
		if size > 0 {
			l.least = min(l.least, size)
		}
	}
	l.setWithin(l.own)
	return l
}

// relativeSize returns what elements move by where their sizes differ so much
// that moves of max(1, |x|) say nothing: their own size, and the smallest of the
// tensor for those that are 0.
func (p *prober) relativeSize() func(x float64) float64 {
	from, to := p.at.interval(p.k)
	least := math.Inf(1)
	for _, x := range p.at.x[from:to] {
		if x != 0 {
			least = min(least, math.Abs(x))
		}
	}
	if math.IsInf(least, 1) {
		return moveSize
	}
	return func(x float64) float64 { return max(least, math.Abs(x)) }
}

// with returns the tensor's elements, i first.
func (p *prober) with(i int) []int {
	index := p.at.indices(p.k)
	at := i - index[0]
	index[0], index[at] = index[at], index[0]
	return index
}

// largestFirst returns the n elements with the largest gradients.
func (p *prober) largestFirst(n int) []int {
	index := p.at.indices(p.k)
	g := p.at.g
	slices.SortStableFunc(index, func(a, b int) int { return cmp.Compare(math.Abs(g[b]), math.Abs(g[a])) })
	return index[:min(n, len(index))]
}

// disagrees reports whether the symbolic derivative along a direction disagrees
// with differences that agree with each other.
func (p *prober) disagrees(ctx context.Context, at *place, d *direction) (bool, error) {
	c := p.climb(p.e, at, d, p.lineLimits(d))
	if err := c.descend(ctx); err != nil {
		return false, err
	}
	return c.l.end != agreed && c.l.isSettled(), nil
}

// probe tries directions at a place and returns what they showed. Where one is
// wrong, it returns that one too.
func (p *prober) probe(ctx context.Context, at *place, size func(float64) float64,
	note func(outcome)) (Probed, *direction, error) {
	var out Probed
	index := p.at.indices(p.k)
	tries, still := directions, true
	off := 0 // directions that disagree where kinks meet
	for n := 0; n < tries; n++ {
		d := p.newDirection(purposeDirection, index, size)
		limits := p.lineLimits(d)
		if at != &p.at.place {
			// Larger steps would reach back to the kinks.
			limits.firstStep = min(limits.firstStep, p.at.firstStep)
		}
		c := p.climb(p.e, at, d, limits)
		o, err := c.run(ctx)
		if err != nil {
			return out, nil, err
		}
		o.i = index[0]
		out.Undefined = cmp.Or(out.Undefined, o.undefined.String())
		switch o.verdict {
		case OK:
			if r := cancelling * o.resolution() / d.least(); out.Directions == 0 || r < out.Resolution {
				out.Resolution = r
			}
			out.Directions++
			if still = still && p.at.largest[p.k] == 0; still {
				if still, err = c.standsStill(ctx, 1); err != nil {
					return out, nil, err
				}
			}
			note(o)
		case Kink:
			note(o)
			if tries = moreDirections; out.Verdict == OK {
				out.show(o)
			}
		default:
			if o.verdict == Wrong && o.has(nearKinks) && off == 0 {
				// One may be a value of many kinks that the gradients beside the point
				// did not reach.
				off++
				tries = moreDirections
				if out.Verdict == OK {
					o.verdict = Kink
					out.show(o)
				}
				continue
			}
			out.show(o)
			return out, d, nil
		}
	}
	if out.Verdict == OK && out.Resolution > visibleShare*p.at.largest[p.k] && !still {
		out.Verdict = Unseen
	}
	return out, nil, nil
}
