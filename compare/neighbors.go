package compare

import (
	"context"
	"math"
	"sync"
)

const (
	// neighborPoints is how many points beside the one to check have their
	// gradients taken at each of two distances.
	neighborPoints = 16
	// smallest is the part of the largest gradient by which gradients there differ at
	// least where a kink is.
	smallest = 1e-6
)

// loud is the noise of the loss relative to itself above which the gradients
// beside the point are no argument: of a chaotic loss they are all different.
const loud = 1e-4

// nested is how many times wider than the loss's one-sided slopes the range of
// the gradients beside the point is where several kinks meet, and simple one over
// the part of it by which a value may lie beyond at a simple kink.
const (
	nested = 1.25
	simple = 64
)

const (
	// moreNeighbors is how many more gradients beside the point are taken where a
	// value would be called wrong.
	moreNeighbors = 256
	// maxNeighborNumbers limits the memory for the gradients beside the point.
	maxNeighborNumbers = 1 << 26
	// nearRing and farRing are the two distances in steps of the ladder's last
	// difference: kinks that the ladder could not tell from the point lie within.
	farRing  = 16
	nearRing = 1
	// atRing is how many times nearer than the near ring only kinks at the point itself
	// can be.
	atRing = 1 << 16
	// kinkedRing is the far one where only kinks at the point itself can be.
	kinkedRing = 1.0 / 16
	// curved is the part of the far ring's spread that curvature leaves at the near
	// one, at most: it falls with the distance. That of a kink at the point stays.
	curved = 0.1
)

// neighbors are gradients at points beside the one to check, every element moved
// by a random part of the distance. They are taken when first asked for and are
// the same for all that ask.
type neighbors struct {
	at    *point
	mutex sync.Mutex
	rings map[int]*ring // by the base-4 logarithm of the distance
	kinks map[int]bool  // of rings, whether their gradients differ; of those asked for
}

// ring is the gradients at one distance.
type ring struct {
	distance  float64
	number    int
	gradients [][]float64
	moved     [][]bool // of each neighbor: the elements that rounding has not left where they were; nil: all
}

// take returns the first n gradients at about the given distance.
func (b *neighbors) take(ctx context.Context, e *evaluator, distance float64, n int) (ring, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	number := int(math.Round(math.Log2(distance) / 2))
	r := b.rings[number]
	if r == nil {
		r = &ring{distance: math.Ldexp(1, 2*number), number: number}
		b.rings[number] = r
	}
	before := e.work
	defer func() { e.work = before }() // counted by rings: the work of all
	defer e.restore(b.at.x)
	for k := len(r.gradients); k < n; k++ {
		b.place(e, *r, k)
		if b.at.unit() == singleUnit {
			r.moved = append(r.moved, moved(e.elements(), b.at.x))
		}
		g := make([]float64, len(b.at.x))
		if err := e.gradient(ctx, g); err != nil {
			return *r, err
		}
		r.gradients = append(r.gradients, g)
	}
	return ring{r.distance, r.number, r.gradients[:n], r.moved[:min(n, len(r.moved))]}, nil
}

// onKinks reports whether the point is on kinks: whether some gradients at a
// distance differ by more than curvature can make them there.
func (b *neighbors) onKinks(ctx context.Context, e *evaluator, distance float64) (bool, error) {
	r, err := b.take(ctx, e, distance, neighborPoints)
	if err != nil {
		return false, err
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	differ, known := b.kinks[r.number]
	if !known {
		differ = r.differ()
		b.kinks[r.number] = differ
	}
	return differ, nil
}

// differ reports whether some of the gradients differ from the first one.
func (r *ring) differ() bool {
	most := smallest * largestOf(r.gradients[0])
	for _, g := range r.gradients[1:] {
		for i := range g {
			if math.Abs(g[i]-r.gradients[0][i]) > most {
				return true
			}
		}
	}
	return false
}

func moved(a, b []float64) []bool {
	out := make([]bool, len(a))
	for i := range a {
		out[i] = a[i] != b[i]
	}
	return out
}

// place moves the function to neighbor k of a ring. Of those that are taken where a
// value would be called wrong, every second one moves the elements of a tensor to
// one side: so all units of a layer can be on, which no single draw of many signs
// is likely to give.
func (b *neighbors) place(e *evaluator, r ring, k int) {
	rnd := random(b.at.seed, purposeNeighbor, r.number&0xffff, k)
	together := k >= neighborPoints && k%2 == 1
	sign, tensor := 1.0, -1
	e.move(func(i int, x float64) float64 {
		part := 2*rnd.Float64() - 1
		if together {
			for tensor < 0 || i >= b.at.offsets[tensor+1] {
				tensor++
				sign = float64(1 - 2*rnd.IntN(2))
			}
			part = sign * math.Abs(part)
		}
		return x + r.distance*size(x)*part
	})
}

// levels returns how many gradients of each ring were taken.
func (b *neighbors) levels() map[int]int {
	out := map[int]int{}
	for n, r := range b.rings {
		out[n] = len(r.gradients)
	}
	return out
}

// span is the range of the slopes that the gradients beside the point give along
// a line, and where its ends are.
type span struct {
	lo, hi         float64
	atLo, atHi     int // the neighbors
	ringLo, ringHi ring
}

func (s *span) width() float64 { return s.hi - s.lo }

// extend takes a ring's gradients into the range.
func (s *span) extend(r ring, on line) {
	for k, g := range r.gradients {
		if i, ok := on.(elementLine); ok && len(r.moved) > 0 && !r.moved[k][i.i] {
			continue
		}
		v := on.slope(g)
		if v < s.lo {
			s.lo, s.atLo, s.ringLo = v, k, r
		}
		if v > s.hi {
			s.hi, s.atHi, s.ringHi = v, k, r
		}
	}
}

func emptySpan() span { return span{lo: math.Inf(1), hi: math.Inf(-1)} }

// atKinks judges a line whose differences do not decide: the point may be on
// several kinks at once, or next to ones that the noise hides. Then the gradients
// beside the point differ from each other, and a value among them, or a little
// beyond, is one that the rules of automatic differentiation can give there
// (Bolte & Pauwels, Math. Program. 188, 2021). They are themselves the gradient
// that is being judged, so they count only after differences of the loss have
// confirmed the two ends of their range.
func (j *judge) atKinks(ctx context.Context, e *evaluator, at *place, l *ladder, on line) (outcome, error) {
	n := len(l.samples)
	q := l.samples[n-1]
	best := l.outcome(Inconclusive, l.best())
	if l.held > 0 || l.contradicts() || l.isLoud() || l.end != kinked && !l.isFine(q) || isNotFinite(q.d) ||
		at != &j.at.place && l.end != settled {
		// Beside the point nothing stands on a kink but by chance.
		return best, nil
	}
	// Two differences that noise hides both may agree by chance.
	if l.end != hidden || l.isSettled() && l.samples[n-2].gap() > l.samples[n-2].bound {
		best.verdict = Wrong
	}
	if at != &j.at.place {
		return best, nil
	}
	// Where the ladder ended above the noise, kinks must be at the point itself to
	// have escaped it.
	atPoint := l.end != hidden
	distance := farRing * q.h
	if atPoint {
		distance = kinkedRing * q.h
	}
	far, err := j.beside.take(ctx, e, distance, neighborPoints)
	if err != nil {
		return best, err
	}
	near, err := j.beside.take(ctx, e, far.distance/farRing*nearRing, neighborPoints)
	if err != nil {
		return best, err
	}
	inner, all := emptySpan(), emptySpan()
	inner.extend(near, on)
	all.extend(far, on)
	outer := all.width()
	all.extend(near, on)
	many := max(neighborPoints, min(neighborPoints+moreNeighbors, maxNeighborNumbers/len(j.at.x)))
	spread := 8 * (l.rounding + doubleUnit*max(math.Abs(all.lo), math.Abs(all.hi)))
	differ := all.width() > spread // not where it is NaN
	if curvature := inner.width() <= curved*outer && (atPoint || inner.width() >= curved/farRing*outer); !differ ||
		curvature {
		if d, ok := on.(*direction); ok && len(d.index) > 1 && differ && q.gap() <= inner.width() {
			best.verdict = Inconclusive // a small kink would not show beside so much of it
		}
		if best.verdict != Wrong || !atPoint {
			return best, nil // kinks that the near ring leaves out would leave nothing
		}
		// Where all units of a layer must be on for the gradient to differ, few points
		// show that the point is on kinks.
		if kinked, err := j.beside.onKinks(ctx, e, near.distance/atRing); err != nil || !kinked {
			return best, err
		}
		nearest, err := j.beside.take(ctx, e, near.distance/atRing, many)
		if err != nil {
			return best, err
		}
		exact := emptySpan()
		exact.extend(nearest, on)
		if !(exact.width() > spread && exact.width() > curved*inner.width()) {
			if q.gap() <= spread {
				best.verdict = Inconclusive // kinks are in what was taken for rounding, too
			}
			return best, nil
		}
		all.extend(nearest, on)
	}
	if l.end != kinked {
		best.remarks |= nearKinks
	}
	verdict, err := j.confirmed(ctx, e, on, all, l)
	if d, ok := on.(*direction); ok && err == nil && verdict == Wrong && l.end == hidden && len(d.index) > 1 {
		verdict = Inconclusive // many kinks meet in a direction, and noise hides the nearest
	}
	if err != nil || verdict != Wrong {
		best.verdict = verdict
		return best, err
	}
	more, err := j.beside.take(ctx, e, near.distance, many)
	if err != nil {
		return best, err
	}
	wider := all
	wider.extend(more, on)
	if wider.lo < all.lo || wider.hi > all.hi {
		if verdict, err = j.confirmed(ctx, e, on, wider, l); verdict != Wrong {
			best.verdict = verdict
		}
	}
	return best, err
}

// confirmed returns Kink where the symbolic value lies in a range whose ends
// differences of the loss confirm, Inconclusive where noise hides whether they do,
// and else Wrong.
func (j *judge) confirmed(ctx context.Context, e *evaluator, on line, s span, l *ladder) (Verdict, error) {
	q := l.samples[len(l.samples)-1]
	if !s.within(q.a, &l.series) {
		return Wrong, nil
	}
	v, err := j.confirm(ctx, e, on, s.ringLo, s.atLo, s.lo, s.width())
	if err == nil && v == Kink {
		v, err = j.confirm(ctx, e, on, s.ringHi, s.atHi, s.hi, s.width())
	}
	return v, err
}

// isLoud reports whether the noise of the loss is so large beside the loss itself
// that it must come from amplified rounding.
func (l *series) isLoud() bool {
	size := 0.0
	for _, s := range l.samples {
		for _, f := range []float64{s.fp, s.f0, s.fm} {
			if !isNotFinite(f) {
				size = max(size, math.Abs(f))
			}
		}
	}
	return l.unit == doubleUnit && l.noise.near > loud*size
}

// within reports whether a value lies in the range, or beyond it by no more than
// its width where it is wider than the one-sided slopes of the loss. At a simple
// kink it is not, and those slopes are the valid values and what lies between
// them.
func (s *span) within(a float64, l *series) bool {
	lo, hi, tolerance, ok := l.hull()
	slack := s.width()
	if ok && s.width() <= nested*(hi-lo) {
		slack = tolerance + s.width()/simple
	}
	return s.lo-slack <= a && a <= s.hi+slack
}

// confirmSteps is one over the part of a neighbor's distance down to which
// differences are taken there: kinks lie near it, too.
const confirmSteps = 1 << 12

// confirm compares the slope that the gradient at a neighbor gives with
// differences of the loss there: Kink where one agrees, Wrong where two agree with
// each other and none does, and else Inconclusive.
func (j *judge) confirm(ctx context.Context, e *evaluator, on line, r ring, k int, slope,
	width float64) (Verdict, error) {
	defer e.restore(j.at.x)
	j.beside.place(e, r, k)
	there := place{x: e.elements(), g: r.gradients[k]}
	var err error
	if there.f, err = e.loss(ctx); err != nil {
		return Wrong, err
	}
	before, verdict := math.NaN(), Inconclusive
	for h := r.distance / shrink; h >= r.distance/confirmSteps; h /= shrink {
		s, err := on.difference(ctx, e, &there, h)
		if err != nil {
			return Wrong, err
		}
		noise := j.options.C * j.at.noise.near / h
		if s.lost || noise > width {
			break
		}
		if math.Abs(s.d-slope) <= width/8+noise {
			return Kink, nil
		}
		if math.Abs(s.d-slope) > 2*width+noise {
			return Wrong, nil // further off than any kink within the step can make it
		}
		if noise <= width/4 && math.Abs(s.d-before) <= width/8+noise {
			verdict = Wrong
		}
		before = s.d
	}
	return verdict, nil
}
