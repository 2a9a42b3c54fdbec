package compare

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
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
	if f, err = ofOrder(f, o); err != nil {
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

// ofOrder returns the function whose gradient is to be checked.
func ofOrder(f Function, o Options) (Function, error) {
	if o.Order < 2 {
		return f, nil
	}
	s, ok := f.(SecondOrder)
	if !ok {
		return nil, fmt.Errorf("order 2: %T does not tell the gradient of its gradient: want a compare.SecondOrder", f)
	}
	return s.SecondOrder(uint64(o.Seed))
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
	}
	switch {
	case c.o.Mode == Probe:
		return c.judgeUncertified()
	case whole:
		return c.follow(failed)
	}
	return c.judgeElements(c.order())
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

// timeIsUp tells whether a part of the time the budget allows is used up.
func (c *checker) timeIsUp(part float64) bool {
	return c.o.MaxTime > 0 && time.Since(c.begun).Seconds() >= part*c.o.MaxTime.Seconds()
}
