package compare

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Probed is what the random directions showed of one tensor.
//
// A direction moves every element of the tensor by h·w·max(1, |x|), with w of
// random sign and of random size between ½ and 1, and the symbolic derivative
// along it is set against the central difference by the rule for elements. One
// wrong element shows whatever the direction when it is off by twice the bound
// or more. Errors in several elements can cancel: because w is spread evenly
// over a length of 1, two directions both miss errors of which the largest is e
// with a probability of at most (2·bound/e)². (With w = ±1 alone, two equal
// errors, as of two swapped elements, would cancel in every second direction.)
// Errors below the bound are what a probe cannot see, and Resolution says so.
type Probed struct {
	Verdict    Verdict `json:"verdict"`
	Directions int     `json:"directions"` // that agreed
	// Resolution is the error of one element that cannot be missed: twice the
	// bound of the direction that showed more.
	Resolution float64 `json:"resolution"`
	// Unresolved says that nothing along the directions could be told from
	// zero, so that their agreement says little.
	Unresolved bool `json:"unresolved,omitempty"`
	// Beside is how far from the point the tensor was probed, in terms of
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
}

const (
	// directions is how many directions certify a tensor.
	directions = 2
	// probeRtol is the part of rtol that passes along a direction: the
	// derivative along it is larger than any one element's, and what is to be
	// seen is an error in a single one.
	probeRtol = 0.01
	// besideSteps is how many steps beside a point on kinks a tensor is probed:
	// far enough for the kinks to be out of the steps' reach.
	besideSteps = 64
)

// directionLine is the line along a direction through some elements.
type directionLine struct {
	e      *evaluator
	index  []int     // the elements that move
	w      []float64 // how far each does; index and w have one length
	change float64   // added to the first element's symbolic value, by the negative control
	right  []float64
	g      []float64
}

// move sets the elements to the given distance along the line.
func (l *directionLine) move(t float64) {
	for j, i := range l.index {
		l.e.f.Set(i, l.e.at.x[i]+t*l.w[j])
	}
}

func (l *directionLine) pair(h float64) (sample, error) {
	e := l.e
	defer l.move(0)
	s := sample{h: h, right: h, left: h, f0: e.at.f, vanished: true}
	var err error
	l.move(h)
	l.right = l.right[:0]
	for _, i := range l.index {
		l.right = append(l.right, e.f.At(i))
	}
	if s.fp, err = e.loss(); err != nil {
		return s, fmt.Errorf("loss at a probe of %s: %w", e.layout.Element(l.index[0]), err)
	}
	for j, i := range l.index {
		e.f.Set(i, e.at.x[i]-(l.right[j]-e.at.x[i]))
	}
	var sum compensated
	for j, i := range l.index {
		// The symbolic derivative goes by the steps as they were realised.
		moved := l.right[j] - e.f.At(i)
		s.vanished = s.vanished && moved == 0
		sum.add(e.at.g[i] * moved)
		if j == 0 {
			sum.add(l.change * moved)
		}
	}
	if s.fm, err = e.loss(); err != nil {
		return s, fmt.Errorf("loss at a probe of %s: %w", e.layout.Element(l.index[0]), err)
	}
	s.a = sum.value() / (2 * h)
	s.d = (s.fp - s.fm) / (2 * h)
	return s, nil
}

func (l *directionLine) slope(t float64) (float64, error) {
	if l.g == nil {
		l.g = make([]float64, len(l.e.at.g))
	}
	defer l.move(0)
	l.move(t)
	err := l.e.gradient(l.g)
	var sum compensated
	sum.add(l.change * l.w[0])
	for j, i := range l.index {
		sum.add(l.g[i] * l.w[j])
	}
	return sum.value(), err
}

// compensated is a sum whose rounding does not grow with the number of terms:
// Neumaier, ZAMM 54 (1974).
type compensated struct{ sum, rest float64 }

func (c *compensated) add(x float64) {
	t := c.sum + x
	if math.Abs(c.sum) >= math.Abs(x) {
		c.rest += (c.sum - t) + x
	} else {
		c.rest += (x - t) + c.sum
	}
	c.sum = t
}

func (c *compensated) value() float64 { return c.sum + c.rest }

// weights draws the sizes of a direction for the elements.
func (c *checker) weights(p *point, index []int, n int) []float64 {
	r := c.random(purposeProbe, n)
	w := make([]float64, len(index))
	for j, i := range index {
		w[j] = (0.5 + 0.5*r.Float64()) * math.Max(1, math.Abs(p.x[i]))
		if r.Uint64()&1 == 0 {
			w[j] = -w[j]
		}
	}
	return w
}

// lineLimits of the rule along a direction through n elements of tensor k. The
// step falls with n: the curvature along the direction grows with √n·√n, the
// kinks in reach with √n.
func (c *checker) lineLimits(p *point, k int, index []int) limits {
	root := math.Sqrt(float64(len(index)))
	l := limits{
		h:        c.step / math.Sqrt(root),
		rtol:     c.o.Rtol * probeRtol,
		rounding: c.rounding[k] * p.largest[k] * root,
	}
	if c.gradientNoises != nil {
		squares := 0.0
		for _, i := range index {
			squares += c.gradientNoises[i] * c.gradientNoises[i]
		}
		l.rounding = math.Max(l.rounding, c.o.C*math.Sqrt(squares))
	}
	return l
}

// probing is the state of the probes of one tensor.
type probing struct {
	c     *checker
	e     *evaluator
	k     int
	drawn int // directions drawn so far, which number the next
	probe Probed
	far   float64        // how far beside the point to check it stands
	last  *directionLine // the direction that disagreed
	found []outcome
}

func (c *checker) newProbing(k int) *probing {
	return &probing{c: c, e: c.workers[0], k: k}
}

// direction draws a new direction through the elements.
func (p *probing) direction(index []int) *directionLine {
	p.drawn++
	return &directionLine{e: p.e, index: index, w: p.c.weights(p.e.at, index, p.k<<16|p.drawn)}
}

// all returns the tensor's elements.
func (p *probing) all() []int {
	index := make([]int, 0, p.c.layout[p.k].Len())
	for i := p.c.offsets[p.k]; i < p.c.offsets[p.k+1]; i++ {
		index = append(index, i)
	}
	return index
}

// maxProbeCalls is what one tensor's directions can cost.
const maxProbeCalls = directions * maxRuleCalls

// certify probes every tensor and, unless all elements will be judged anyway,
// looks for the wrong elements of those that disagree.
func (c *checker) certify() error {
	var skipped []string
	for n, k := range c.selected {
		if c.o.Mode == Full && c.layout[k].Len() == 1 {
			continue // the element's own verdict says all
		}
		if c.timeIsUp(1) || c.callsLeft() < maxProbeCalls+reserve {
			skipped = append(skipped, c.layout[k].Name)
			continue
		}
		p := c.newProbing(k)
		if err := p.run(); err != nil {
			return err
		}
		p.excuse()
		c.probes[k] = p
		if c.o.Progress != nil && c.o.Mode == Probe {
			c.o.Progress(n+1, len(c.selected))
		}
	}
	if skipped != nil {
		c.left = append(c.left, "the budget ended before a probe of "+strings.Join(skipped, ", "))
	}
	return nil
}

func (p *probing) run() error {
	o, err := p.agree()
	if err != nil {
		return err
	}
	if o.verdict == Kink || o.verdict == Inconclusive {
		return p.beside()
	}
	if o.verdict == Wrong && p.c.o.Mode != Full {
		return p.locate()
	}
	return nil
}

// agree tries the directions and returns the last outcome: the first that is
// not ok, if there is one.
func (p *probing) agree() (outcome, error) {
	p.probe = Probed{Unresolved: true, Beside: p.far}
	var o outcome
	index := p.all()
	for range directions {
		d := p.direction(index)
		var err error
		l := p.c.lineLimits(p.e.at, p.k, index)
		if o, err = p.c.rule(l, nil, d); err == nil {
			o, err = p.c.nearby(p.e, o, l, d)
		}
		if err != nil {
			return o, err
		}
		o.i = index[0]
		p.probe.Verdict = o.verdict
		if o.verdict != OK {
			p.last = d
			p.probe.Symbolic, p.probe.Numeric, p.probe.Error = o.symbolic, finite(o.numeric), finite(o.gap())
			p.probe.Bound, p.probe.Noise, p.probe.Step = finite(o.bound), finite(o.noise), o.step
			return o, nil
		}
		p.probe.Directions++
		p.probe.Unresolved = p.probe.Unresolved && !o.resolved()
		if r := 2 * o.bound; p.probe.Directions == 1 || r < p.probe.Resolution {
			p.probe.Resolution = r
		}
		p.c.tally.addLine(p.k, o, p.probe.Beside == 0)
	}
	return o, nil
}

// beside probes the tensor at a point next to the one to check, where it is not
// on its kinks.
func (p *probing) beside() error {
	c, e, here := p.c, p.e, p.e.at
	far := besideSteps * c.step
	there := &point{x: make([]float64, len(here.x)), g: make([]float64, len(here.g))}
	r := c.random(purposeBeside, p.k)
	for i, x := range here.x {
		e.f.Set(i, x+far*(2*r.Float64()-1)*math.Max(1, math.Abs(x)))
		there.x[i] = e.f.At(i)
	}
	defer func() {
		e.at = here
		e.restore(0, len(here.x))
	}()
	var err error
	if there.f, err = e.loss(); err != nil {
		return fmt.Errorf("loss beside the point: %w", err)
	}
	if err := e.gradient(there.g); err != nil {
		return err
	}
	if isNotFinite(there.f) || slices.ContainsFunc(there.g, isNotFinite) {
		return nil // not certified: the verdict at the point stands
	}
	there.measure(e.layout)
	e.at, p.far = there, far
	o, err := p.agree()
	if err != nil || o.verdict != Wrong || c.o.Mode == Full {
		return err
	}
	return p.locate()
}
