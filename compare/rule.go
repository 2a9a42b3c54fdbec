package compare

import "math"

const (
	// shrink is the ratio of one step to the next: it takes curvature down by
	// 16 and leaves room for a dozen steps above the noise.
	shrink = 4
	// maxLadder bounds the steps for one element: 1e-5/4^13 is 1.5e-13, below
	// which the realised step of an element near 1 is mostly rounding.
	maxLadder = 14
	// maxRuleCalls is what one element can cost: the ladder, and one step more.
	maxRuleCalls = 2 * (maxLadder + 1)
	// settle is how many times nearer to each other than to the symbolic value
	// the last two differences must be for it to be wrong. A difference that
	// still moves by a power law has 4^p − 1 here, above 1/settle for all
	// p > 0.17.
	settle = 4
)

// outcome is the verdict on one element, or on one line.
type outcome struct {
	i                 int // the element's place in the flat vector
	verdict           Verdict
	symbolic, numeric float64
	bound, noise      float64 // what passes, and the noise's part in it
	step              float64
	steps             int     // differences taken
	forward, backward float64 // one-sided derivatives, of a kink
}

func (o outcome) gap() float64 { return distance(o.symbolic, o.numeric) }

// ratio is the difference in terms of the bound.
func (o outcome) ratio() float64 {
	if o.gap() == 0 {
		return 0
	}
	return o.gap() / o.bound
}

// strength is how far the element is from zero in terms of its bound.
func (o outcome) strength() float64 {
	return math.Max(math.Abs(o.symbolic), math.Abs(o.numeric)) / o.bound
}

// resolved tells whether the element is large enough to be told from zero.
func (o outcome) resolved() bool {
	return math.Max(math.Abs(o.symbolic), math.Abs(o.numeric)) > o.bound
}

// distance returns |a − b|, +Inf for a NaN.
func distance(a, b float64) float64 {
	d := math.Abs(a - b)
	if math.IsNaN(d) {
		return math.Inf(1)
	}
	return d
}

// limits is what one application of the rule tolerates.
type limits struct {
	h        float64 // the first step
	rtol     float64
	rounding float64 // of the symbolic value
}

// complete sets a sample's noise and bound.
func (c *checker) complete(s *sample, l limits) {
	noise := c.noise
	for _, f := range []float64{s.fp, s.fm} {
		if !isNotFinite(f) {
			noise = math.Max(noise, c.unit*math.Abs(f))
		}
	}
	s.noise = c.o.C * noise / ((s.right + s.left) / 2)
	s.bound = s.relative(l) + s.noise
}

// relative is the part of the bound that does not come from the loss's noise. It
// is a NaN, which nothing is within, where the loss is no number on one side.
func (s sample) relative(l limits) float64 {
	if isNotFinite(s.d) {
		return math.NaN()
	}
	return l.rtol*math.Max(math.Abs(s.a), math.Abs(s.d)) + l.rounding
}

func (s sample) gap() float64 { return distance(s.a, s.d) }

// resolves tells whether a smaller step can show more: where the difference is
// small, the next step's noise would hide it.
func (s sample) resolves(l limits) bool { return s.gap() > shrink*s.noise+l.rounding }

// line is what the rule asks of an element, or of a direction through all
// elements of a tensor.
type line interface {
	// pair measures the loss on both sides at a step.
	pair(h float64) (sample, error)
	// slope returns the symbolic derivative along the line at distance t.
	slope(t float64) (float64, error)
}

// rule applies the rule described at Verdict. first, where it is not nil, is
// what the line's pair gave at l.h.
func (c *checker) rule(l limits, first *sample, on line) (outcome, error) {
	measure := func(h float64) (sample, error) {
		s, err := on.pair(h)
		c.complete(&s, l)
		return s, err
	}
	var ladder []sample
	done := func(v Verdict, k int) outcome {
		s := ladder[k]
		return outcome{
			verdict: v, symbolic: s.a, numeric: s.d, bound: s.bound, noise: s.noise,
			step: s.h, steps: len(ladder),
		}
	}
	for h := l.h; len(ladder) < maxLadder; h /= shrink {
		var s sample
		if first != nil {
			s, first = *first, nil
		} else {
			var err error
			if s, err = measure(h); err != nil {
				return outcome{}, err
			}
		}
		if s.vanished {
			break
		}
		ladder = append(ladder, s)
		if n := len(ladder); agrees(ladder, l) {
			return done(OK, n-1), nil
		}
		if !s.resolves(l) {
			break
		}
	}
	switch len(ladder) {
	case 0:
		return outcome{verdict: Inconclusive, step: l.h}, nil
	case 1:
		// The noise allows no smaller step, so the second opinion comes from a
		// larger one, where there is less of it.
		s, err := measure(shrink * ladder[0].h)
		if err != nil {
			return outcome{}, err
		}
		ladder = []sample{s, ladder[0]}
		if s.gap() <= s.bound {
			return done(OK, 0), nil
		}
	}
	p, q := ladder[len(ladder)-2], ladder[len(ladder)-1]
	if !settled(p, q) {
		// It still moves: one step more, though the noise begins to hide what
		// is looked for, can show that it moves to the symbolic value.
		s, err := measure(q.h / shrink)
		if err != nil {
			return outcome{}, err
		}
		if !s.vanished {
			ladder = append(ladder, s)
			if agrees(ladder, l) {
				return done(OK, len(ladder)-1), nil
			}
		}
	}
	if forward, backward := oneSided(p, q); isKink(p, q, l, forward, backward) {
		o := done(Kink, len(ladder)-1)
		o.symbolic, o.numeric, o.bound, o.noise, o.step = q.a, q.d, q.bound, q.noise, q.h
		o.forward, o.backward = forward, backward
		return o, nil
	}
	best := mostSettled(ladder, l)
	byKinks, err := explained(on, q, ladder[best])
	switch {
	case err != nil:
		return outcome{}, err
	case byKinks:
		return done(Kink, best), nil
	case settled(p, q):
		return done(Wrong, best), nil
	}
	return done(Inconclusive, best), nil
}

// slopesAt is where, in terms of the step, the symbolic derivative is looked at
// to tell kinks from faults.
var slopesAt = [...]float64{0.7, 0.3, 0.05}

// explained tells whether the symbolic derivative beside the point makes up for
// the difference at it. The central difference is the mean of
// m(t) = (a(t) + a(−t))/2 over 0 < t < h whatever kinks lie there, so of a
// right gradient it lies among the values of m, which for a smooth function are
// all nearly a(0). That saves the elements that sit on several kinks at once
// and those whose kinks lie closer than the noise lets the rule look. A value
// that is off at the point alone, between two neighbours that agree with the
// difference, is a fault all the same.
//
// smallest was taken at the smallest step, best is the one to trust most.
func explained(on line, smallest, best sample) (bool, error) {
	among, err := amongSlopes(on, smallest)
	if err == nil && !among && best.h != smallest.h {
		among, err = amongSlopes(on, best)
	}
	if err != nil || !among {
		return false, err
	}
	right, err := on.slope(closest * smallest.h)
	if err != nil {
		return false, err
	}
	left, err := on.slope(-closest * smallest.h)
	alone := distance(right, left) <= best.gap()*sameSlope &&
		distance(right, best.d) <= best.bound && distance(left, best.d) <= best.bound
	return !alone, err
}

// amongSlopes tells whether the difference lies among the values of m.
func amongSlopes(on line, s sample) (bool, error) {
	lo, hi := s.a, s.a
	for _, part := range slopesAt {
		right, err := on.slope(part * s.h)
		if err != nil {
			return false, err
		}
		left, err := on.slope(-part * s.h)
		if err != nil {
			return false, err
		}
		lo, hi = min(lo, (right+left)/2), max(hi, (right+left)/2)
	}
	// The symbolic value itself is among them, so the tolerance must be less
	// than its distance.
	tolerance := min(s.bound, s.gap()/2)
	return s.d >= lo-tolerance && s.d <= hi+tolerance, nil
}

const (
	// closest is the distance, in terms of the step, of the neighbours that
	// tell a kink from a single false value: nearer than any kink that the
	// slopes can have missed by much.
	closest = 1.0 / 4096
	// sameSlope is the part of the difference by which the two neighbours may
	// differ and still be called the same: two kinks can cancel, but not so
	// well.
	sameSlope = 1.0 / 1024
)

// agrees tells whether the last of the samples agrees with the symbolic value.
// The bound grows as the step shrinks, so after the first step the difference
// must also have become smaller by more than the bound's growth could feign.
func agrees(ladder []sample, l limits) bool {
	n := len(ladder)
	s := ladder[n-1]
	gap := s.gap()
	return gap <= s.relative(l) || gap <= s.bound && (n == 1 || gap <= ladder[n-2].gap()/2)
}

// settled tells whether two differences agree with each other and not with the
// symbolic value.
func settled(p, q sample) bool {
	return distance(p.d, q.d) <= q.gap()/settle && !math.IsInf(q.gap(), 1)
}

// mostSettled returns the place of the difference that is worth printing: the
// first, which has the least noise, that the next confirms, and where there is
// none the one that differs least from the next.
func mostSettled(ladder []sample, l limits) int {
	best := 0
	for k := range len(ladder) - 1 {
		apart := distance(ladder[k].d, ladder[k+1].d)
		if apart <= ladder[k+1].noise+ladder[k+1].relative(l) {
			return k
		}
		if apart < distance(ladder[best].d, ladder[best+1].d) {
			best = k
		}
	}
	return best
}

// jump is the difference of the one-sided differences.
func (s sample) jump() float64 { return math.Abs((s.fp-s.f0)/s.right - (s.f0-s.fm)/s.left) }

// oneSided extrapolates the one-sided differences of two steps to step zero,
// which leaves a kink's jump and takes out the curvature that would look like
// one.
func oneSided(p, q sample) (forward, backward float64) {
	to0 := func(tp, dp, tq, dq float64) float64 { return (tp*dq - tq*dp) / (tp - tq) }
	forward = to0(p.right, (p.fp-p.f0)/p.right, q.right, (q.fp-q.f0)/q.right)
	backward = to0(p.left, (p.f0-p.fm)/p.left, q.left, (q.f0-q.fm)/q.left)
	return forward, backward
}

// jumpNoise is how much noisier the difference of two extrapolated one-sided
// derivatives is than a central difference: they have the loss at the point in
// common, with opposite signs, and weigh it by 5/4 each.
const jumpNoise = 4

// isKink tells whether there is a jump between the one-sided derivatives and
// the symbolic value lies in it. Where the function itself jumps they grow
// without end as h shrinks, and no derivative is right.
func isKink(p, q sample, l limits, forward, backward float64) bool {
	if q.jump() > 2*p.jump() {
		return false
	}
	lo, hi := math.Min(forward, backward), math.Max(forward, backward)
	tolerance := q.noise + l.rounding + l.rtol*math.Max(math.Abs(lo), math.Abs(hi))
	return hi-lo > jumpNoise*tolerance && q.a >= lo-tolerance && q.a <= hi+tolerance
}
