package compare

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"gradtwin"
)

// Check sets the function's gradient against differences of its loss, at the
// elements the function holds, and puts them back as they were. See Verdict
// for the rule, Mode for what is judged.
//
// A mismatch is in the report. An error means that the check could not be
// made: ErrNoParameters, *LayoutError, *UnknownTensorError, *NonFiniteError,
// *UnsteadyError (two runs differ), *ChangedError (a run writes into the
// elements), *EmptyError (nothing there to be told from zero), ErrBudget, the
// function's own errors, and ctx's.
//
// The report depends on the function and the options alone, apart from Seconds
// and from where MaxTime stops.
func Check(ctx context.Context, f Function, o Options) (*Report, error) {
	begun := time.Now()
	layout := f.Layout()
	if err := validateLayout(layout); err != nil {
		return nil, err
	}
	asked := o
	o, err := o.resolve(layout)
	if err != nil {
		return nil, err
	}
	f, notWide := widen(f)
	c := &checker{ctx: ctx, f: f, notWide: notWide, o: o, layout: layout, begun: begun, tally: newTally(len(layout))}
	c.report = &Report{Layout: layout, Total: layout.Len(), Options: asked, Seed: o.Seed}
	first := &evaluator{ctx: ctx, f: f, layout: layout}
	c.workers = []*evaluator{first}
	if err := first.begin(); err != nil {
		return nil, err
	}
	if err := c.run(); err != nil {
		first.restore(0, layout.Len())
		return nil, err
	}
	for _, w := range c.workers {
		if err := w.unchanged("the check"); err != nil {
			return nil, err
		}
	}
	c.finish()
	c.report.Seconds = time.Since(begun).Seconds()
	return c.report, nil
}

// checker is one check.
type checker struct {
	ctx      context.Context
	f        Function
	o        Options // with defaults
	layout   gradtwin.Layout
	offsets  []int
	selected []int        // the tensors to check
	workers  []*evaluator // the first has the function itself
	begun    time.Time
	whole    int // numerical gradients from the function's engine

	noise     float64   // ε of the loss
	unit      float64   // unit roundoff of the loss
	rounding  []float64 // of each tensor's gradient, in terms of its largest element
	precision Precision
	notWide   error // why the loss of a float32 function is not in float64
	step      float64

	tally      *tally
	unfollowed []int        // of each tensor
	probes     []*probing   // of each tensor; nil where there was none
	judged     map[int]bool // elements that the search has judged
	diagnoses  []string     // of each tensor; empty where nothing was wrong
	left       []string     // what was not checked
	engineOff  int          // elements where the engine's difference is off and the loss's is not
	report     *Report
}

// purpose tells the streams of random numbers apart.
const (
	purposeNoise = iota
	purposeNoisePoints
	purposeSample
	purposeProbe
	purposeBeside
	purposeGradient
)

func (c *checker) random(purpose, n int) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(c.o.Seed), uint64(purpose)<<32|uint64(n)))
}

func validateLayout(layout gradtwin.Layout) error {
	seen := map[string]bool{}
	for _, t := range layout {
		if slices.ContainsFunc(t.Shape, func(d int) bool { return d < 0 }) {
			return &LayoutError{t, "a negative dimension"}
		}
		if seen[t.Name] {
			return &LayoutError{t, "another tensor has the same name"}
		}
		seen[t.Name] = true
	}
	if layout.Len() == 0 {
		return ErrNoParameters
	}
	return nil
}

// selectTensors finds the tensors to check, and where each begins.
func (c *checker) selectTensors() {
	from := 0
	for k, t := range c.layout {
		c.offsets = append(c.offsets, from)
		from += t.Len()
		if t.Len() > 0 && (c.o.Tensors == nil || slices.Contains(c.o.Tensors, t.Name)) {
			c.selected = append(c.selected, k)
		}
	}
	c.offsets = append(c.offsets, from)
}

func (c *checker) run() error {
	c.selectTensors()
	if len(c.selected) == 0 {
		return ErrNoParameters
	}
	c.unfollowed = make([]int, len(c.layout))
	c.probes = make([]*probing, len(c.layout))
	c.judged = map[int]bool{}
	c.diagnoses = make([]string, len(c.layout))
	if err := c.measureNoise(); err != nil {
		return err
	}
	if err := c.measurePrecision(); err != nil {
		return err
	}
	p := c.workers[0].at
	c.step = c.o.Step
	if c.step == 0 {
		c.step = math.Min(maxStep, math.Max(defaultStep, math.Cbrt(c.noise/math.Max(1, math.Abs(p.f)))))
	}
	if err := c.judgeAll(); err != nil {
		return err
	}
	if c.checked() == 0 && !slices.ContainsFunc(c.probes, func(p *probing) bool { return p != nil }) {
		return ErrBudget
	}
	if c.tally.resolved == 0 && !c.failed() {
		return &EmptyError{Judged: c.checked(), Largest: c.tally.largest, Resolution: c.tally.finest}
	}
	if err := c.control(); err != nil {
		return err
	}
	if c.o.Taylor {
		if err := c.measureTaylor(); err != nil {
			return err
		}
	}
	return c.diagnose()
}

// judgeAll does what the mode says.
func (c *checker) judgeAll() error {
	if c.o.Mode == Auto && c.size() <= autoFull {
		c.o.Mode = Full
	}
	var failed []failure
	err := errors.ErrUnsupported
	if d, ok := c.f.(Differencer); ok && (c.o.Mode == Full || c.o.Mode == Auto) {
		if failed, err = c.wholeStep(d); err == nil {
			c.o.Mode = Full
		} else if !errors.Is(err, errors.ErrUnsupported) {
			return err
		}
	}
	whole := err == nil
	if c.o.Mode != Sample {
		if err := c.certify(); err != nil {
			return err
		}
		if c.o.Mode == Probe {
			return c.judgeUncertified()
		}
	}
	if !whole {
		if failed, err = c.firstStep(c.order()); err != nil {
			return err
		}
	}
	return c.follow(failed)
}

// failed tells whether anything was found wrong.
func (c *checker) failed() bool {
	return slices.ContainsFunc(c.tally.counts, func(n Counts) bool { return n.Wrong > 0 }) ||
		slices.ContainsFunc(c.probes, func(p *probing) bool { return p != nil && p.probe.Verdict == Wrong })
}

// size returns the number of elements to check.
func (c *checker) size() int {
	n := 0
	for _, k := range c.selected {
		n += c.layout[k].Len()
	}
	return n
}

func (c *checker) checked() int {
	n := 0
	for _, k := range c.selected {
		n += c.tally.counts[k].Sum()
	}
	return n
}

func (c *checker) calls() int {
	n := 0
	for _, w := range c.workers {
		n += w.calls
	}
	return n
}

// callsLeft is how many calls of the loss the budget still has.
func (c *checker) callsLeft() int {
	if c.o.MaxCalls == 0 {
		return math.MaxInt
	}
	return max(0, c.o.MaxCalls-c.calls())
}

func (c *checker) timeIsUp() bool {
	return c.o.MaxTime > 0 && time.Since(c.begun) >= c.o.MaxTime
}

// limits of the rule at element i.
func (c *checker) limits(p *point, i int) limits {
	k, _ := c.layout.Locate(i)
	return limits{
		h:        c.step * math.Max(1, math.Abs(p.x[i])),
		rtol:     c.o.Rtol,
		rounding: c.rounding[k] * p.largest[k],
	}
}

// judge applies the rule to one element. first is what was measured there at
// the first step, or nil.
func (c *checker) judge(e *evaluator, i int, first *sample) (outcome, error) {
	o, err := c.rule(c.limits(e.at, i), first, &elementLine{e: e, i: i})
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

func (c *checker) finish() {
	r := c.report
	r.Mode = c.o.Mode
	r.Loss, r.Noise, r.Step = c.workers[0].at.f, c.noise, c.step
	r.Precision = c.precision
	r.Calls, r.Whole = c.calls(), c.whole
	for _, w := range c.workers {
		r.Gradients += w.gradients
	}
	for _, k := range c.selected {
		counts := c.tally.counts[k]
		r.Counts.OK += counts.OK
		r.Counts.Kink += counts.Kink
		r.Counts.Wrong += counts.Wrong
		r.Counts.Inconclusive += counts.Inconclusive
		t := TensorReport{
			Tensor: c.layout[k], Checked: counts.Sum(), Counts: counts,
			Unfollowed: c.unfollowed[k], Unresolved: c.tally.little[k], MaxError: c.tally.errors[k],
			Diagnosis: c.diagnoses[k],
		}
		if p := c.probes[k]; p != nil {
			t.Probe = &p.probe
		}
		if t.certified() {
			r.Certified += t.Tensor.Len()
		}
		r.Tensors = append(r.Tensors, t)
	}
	r.Checked = r.Counts.Sum()
	r.Diagnosis = c.diagnosis()
	for _, v := range []Verdict{Wrong, Inconclusive, Kink, OK} {
		for _, o := range c.tally.worst[v] {
			if len(r.Worst) < keepWorst {
				r.Worst = append(r.Worst, c.element(o))
			}
		}
	}
	r.Unchecked = c.unchecked()
	r.Replay = replay(r)
	switch c.precision {
	case Single:
		text := fmt.Sprintf("loss and gradient in float32: errors below about %.1g cannot be seen", c.o.C*c.noise/c.step)
		if c.notWide != nil {
			text += fmt.Sprintf("; no float64 loss, because %v", c.notWide)
		}
		r.Warnings = append(r.Warnings, text)
	case Mixed:
		r.Warnings = append(r.Warnings, "the float32 gradient is set against a float64 loss")
	}
	if c.engineOff > 0 {
		r.Warnings = append(r.Warnings, fmt.Sprintf("at %s the function's own Differences disagree with the gradient and with its Loss", plural(c.engineOff, "element")))
	}
	if r.Taylor != nil && !r.Taylor.Falls() {
		r.Warnings = append(r.Warnings, fmt.Sprintf("the Taylor remainder falls as t^%.2f: a wrong gradient, or a point on kinks", r.Taylor.Rate))
	}
	if !r.Control.Done && r.OK() {
		r.Warnings = append(r.Warnings, "the negative control was not made")
	}
}

// unchecked states what the report does not cover.
func (c *checker) unchecked() string {
	var parts []string
	if n := len(c.layout) - len(c.selected); n > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d tensors were left out by name", n, len(c.layout)))
	}
	if n := c.size() - c.checked() - c.report.unfollowed(); n > 0 {
		text := fmt.Sprintf("%d of %d elements were not judged one by one", n, c.size())
		if coarsest := c.report.coarsest(); coarsest > 0 {
			text += fmt.Sprintf(", only each tensor as a whole: an error below %.1g in one of them may hide", coarsest)
		}
		parts = append(parts, text)
	}
	if n := c.report.unfollowed(); n > 0 {
		parts = append(parts, fmt.Sprintf("%d elements disagree at the first step and were not followed further", n))
	}
	if n := c.report.unresolved(); n > 0 {
		parts = append(parts, fmt.Sprintf("%d elements are too small to be told from zero", n))
	}
	var small []string
	for _, t := range c.report.Tensors {
		if t.Probe != nil && t.Probe.Unresolved && t.Probe.Verdict == OK {
			small = append(small, clip(t.Tensor.Name))
		}
	}
	if small != nil {
		parts = append(parts, "too small along their directions to be told from zero: "+strings.Join(small, ", "))
	}
	parts = append(parts, c.left...)
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, "; ")
}

// replay is the Go code that repeats the check.
func replay(r *Report) string {
	o := r.Options
	parts := []string{fmt.Sprintf("Mode: compare.%s", strings.ToUpper(o.Mode.String()[:1])+o.Mode.String()[1:]), fmt.Sprintf("Seed: %d", o.Seed)}
	add := func(given bool, format string, value any) {
		if given {
			parts = append(parts, fmt.Sprintf(format, value))
		}
	}
	add(o.Samples > 0, "Samples: %d", o.Samples)
	add(o.Tensors != nil, "Tensors: %#v", o.Tensors)
	add(o.Strict, "Strict: %v", o.Strict)
	add(o.MaxCalls > 0, "MaxCalls: %d", o.MaxCalls)
	add(o.Rtol > 0, "Rtol: %v", o.Rtol)
	add(o.C > 0, "C: %v", o.C)
	add(o.Step > 0, "Step: %v", o.Step)
	add(o.Taylor, "Taylor: %v", o.Taylor)
	return "compare.Options{" + strings.Join(parts, ", ") + "}"
}
