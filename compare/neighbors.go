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
	// kinkChange is the part of the largest gradient by which gradients there differ at
	// least where a kink is.
	kinkChange = 1e-6
	// tensorScales is how many sizes of moves there are for the tensors, each half of
	// the one before.
	tensorScales = 8
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
	exponent  int
	gradients [][]float64
	moved     [][]bool // of each neighbor: the elements that rounding has not left where they were; nil: all
}

// ringAt returns the first n gradients at about the given distance.
func (b *neighbors) ringAt(ctx context.Context, e *evaluator, distance float64, n int) (ring, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	number := int(math.Round(math.Log2(distance) / 2))
	r := b.rings[number]
	if r == nil {
		r = &ring{distance: math.Ldexp(1, 2*number), exponent: number}
		b.rings[number] = r
	}
	before := e.work
	defer func() { e.work = before }() // counted by rings: the work of all
	defer e.restore(b.at.x)
	for k := len(r.gradients); k < n; k++ {
		b.goTo(e, *r, k)
		if b.at.roundoff() == singleRoundoff {
			r.moved = append(r.moved, moved(e.elements(), b.at.x))
		}
		g := make([]float64, len(b.at.x))
		if err := e.gradient(ctx, g); err != nil {
			return *r, err
		}
		r.gradients = append(r.gradients, g)
	}
	return ring{r.distance, r.exponent, r.gradients[:n], r.moved[:min(n, len(r.moved))]}, nil
}

// onKinks reports whether the point is on kinks: whether some gradients at a
// distance differ by more than curvature can make them there.
func (b *neighbors) onKinks(ctx context.Context, e *evaluator, distance float64) (bool, error) {
	r, err := b.ringAt(ctx, e, distance, neighborPoints)
	if err != nil {
		return false, err
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	differ, known := b.kinks[r.exponent]
	if !known {
		differ = r.differ()
		b.kinks[r.exponent] = differ
	}
	return differ, nil
}

// differ reports whether some of the gradients differ from the first one.
func (r *ring) differ() bool {
	most := kinkChange * largestOf(r.gradients[0])
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

// goTo moves the function to neighbor k of a ring. Of those that are taken where a
// value would be called wrong, every second one moves the elements of a tensor to
// one side, and those of some tensors far less than of others: so all units of a
// layer can be on, whatever the weights before it do, which no draw of single signs
// is likely to give.
func (b *neighbors) goTo(e *evaluator, r ring, k int) {
	rnd := random(b.at.seed, purposeNeighbor, r.exponent&0xffff, k)
	together := k >= neighborPoints && k%2 == 1
	sign, tensor := 1.0, -1
	e.move(func(i int, x float64) float64 {
		fraction := 2*rnd.Float64() - 1
		if together {
			for tensor < 0 || i >= b.at.offsets[tensor+1] {
				tensor++
				sign = math.Ldexp(float64(1-2*rnd.IntN(2)), -rnd.IntN(tensorScales))
			}
			fraction = sign * math.Abs(fraction)
		}
		return x + r.distance*moveSize(x)*fraction
	})
}

// counts returns how many gradients of each ring were taken.
func (b *neighbors) counts() map[int]int {
	out := map[int]int{}
	for n, r := range b.rings {
		out[n] = len(r.gradients)
	}
	return out
}

// nestedWidth is how many times wider than the loss's one-sided slopes the range of
// the gradients beside the point is where several kinks meet, and simpleParts one over
// the part of it by which a value may lie beyond at a simple kink.
const (
	nestedWidth = 1.25
	simpleParts = 64
)

// span is the range of the slopes that the gradients beside the point give along
// a line, and where its ends are.
type span struct {
	lo, hi         float64
	atLo, atHi     int // the neighbors
	ringLo, ringHi ring
}

func (s *span) width() float64 { return s.hi - s.lo }

func emptySpan() span { return span{lo: math.Inf(1), hi: math.Inf(-1)} }

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

// contains reports whether a value lies in the range, or beyond it by no more than
// its width where it is wider than the one-sided slopes of the loss. At a simple
// kink it is not, and those slopes are the valid values and what lies between
// them.
func (s *span) contains(a float64, l *series) bool {
	lo, hi, tolerance, ok := l.hull()
	slack := s.width()
	if ok && s.width() <= nestedWidth*(hi-lo) {
		slack = tolerance + s.width()/simpleParts
	}
	return s.lo-slack <= a && a <= s.hi+slack
}
