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
	c, err := newChecker(f.Layout(), o)
	if err != nil {
		return nil, err
	}
	if err := c.check(ctx, f); err != nil {
		return nil, err
	}
	c.finish()
	c.report.Seconds = time.Since(begun).Seconds()
	return c.report, nil
}

// newChecker returns a check of which nothing is done.
func newChecker(layout gradtwin.Layout, o Options) (*checker, error) {
	if err := validateLayout(layout); err != nil {
		return nil, err
	}
	asked := o
	// The report does not depend on how many workers there are, or on who looks.
	asked.Workers, asked.Progress = 0, nil
	o, err := o.resolve(layout)
	if err != nil {
		return nil, err
	}
	n := len(layout)
	c := &checker{
		o: o, layout: layout, shard: Shard{1, 1}, begun: time.Now(),
		tally: newTally(n), unfollowed: make([]int, n), probes: make([]*probing, n), judged: map[int]bool{}, diagnoses: make([]string, n),
		report: &Report{Layout: layout, Total: layout.Len(), Options: asked, Seed: o.Seed},
	}
	c.selectTensors()
	if len(c.selected) == 0 {
		return nil, ErrNoParameters
	}
	return c, nil
}

// check does all that takes the function, and leaves its elements as they were.
func (c *checker) check(ctx context.Context, f Function) error {
	f, err := ofOrder(f, c.o)
	if err != nil {
		return err
	}
	f, notWide := widen(f)
	if notWide != nil {
		c.notWide = notWide.Error()
	}
	c.ctx, c.f = ctx, f
	first := &evaluator{ctx: ctx, f: f, layout: c.layout}
	c.workers = []*evaluator{first}
	if err := first.begin(); err != nil {
		return err
	}
	if err := c.run(); err != nil {
		first.restore(0, c.layout.Len())
		return err
	}
	for _, w := range c.workers {
		if err := w.unchanged("the check"); err != nil {
			return err
		}
	}
	c.measured()
	return nil
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
	shard    Shard        // the part of the elements that is judged
	record   *recorder    // of a shard; nil when the whole is checked
	ordered  int          // elements to judge one by one, those of all shards
	drawing  string       // tells which they are, where they were drawn
	workers  []*evaluator // the first has the function itself
	begun    time.Time
	whole    int // numerical gradients from the function's engine, or parts of one

	noise     float64   // ε of the loss
	unit      float64   // unit roundoff of the loss
	rounding  []float64 // of each tensor's gradient, in terms of its largest element
	precision Precision
	// gradientNoises is the noise of each element of a float32 gradient; nil for
	// a float64 one.
	gradientNoises []float64
	notWide        string // why the loss of a float32 function is not in float64
	step           float64

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
	purposeNearby
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
	if c.record == nil {
		if c.checked() == 0 && !slices.ContainsFunc(c.probes, func(p *probing) bool { return p != nil }) {
			return ErrBudget
		}
		if err := c.empty(); err != nil {
			return err
		}
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
	var whole *wholeStep
	d, ok := c.f.(Differencer)
	if ok && (c.o.Mode == Full || c.o.Mode == Auto) {
		var err error
		if whole, err = c.measureWhole(d); err == nil {
			c.o.Mode = Full
		} else if !errors.Is(err, errors.ErrUnsupported) {
			return err
		}
	}
	if c.o.Mode != Sample {
		if err := c.certify(); err != nil {
			return err
		}
	}
	if c.record != nil {
		c.record.begin(c)
		defer c.record.end(c)
	}
	switch {
	case c.o.Mode == Probe:
		return c.judgeUncertified()
	case whole != nil:
		failed, err := c.gradeSmaller(d, whole, c.gradeWhole(whole))
		if err != nil {
			return err
		}
		return c.follow(failed)
	}
	return c.judgeElements(c.order())
}

// empty returns an EmptyError when nothing that was judged can be told from
// zero, and nothing is wrong.
func (c *checker) empty() error {
	if c.tally.resolved > 0 || slices.ContainsFunc(c.selected, c.tensorFailed) {
		return nil
	}
	return &EmptyError{Judged: c.checked(), Largest: c.tally.largest, Resolution: c.tally.finest}
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

// work is what has been asked of the function.
type work struct {
	Calls     int `json:"calls"`     // of Loss
	Gradients int `json:"gradients"` // calls of Gradient
}

func (w *work) add(v work) { w.Calls += v.Calls; w.Gradients += v.Gradients }

func (w work) minus(v work) work { return work{w.Calls - v.Calls, w.Gradients - v.Gradients} }

// work is that of all workers.
func (c *checker) work() work {
	var sum work
	for _, w := range c.workers {
		sum.add(w.work)
	}
	return sum
}

// callsLeft is how many calls of the loss the budget still has.
func (c *checker) callsLeft() int {
	if c.o.MaxCalls == 0 {
		return math.MaxInt
	}
	return max(0, c.o.MaxCalls-c.work().Calls)
}

// timeIsUp tells whether a part of the time the budget allows is used up.
func (c *checker) timeIsUp(part float64) bool {
	return c.o.MaxTime > 0 && time.Since(c.begun).Seconds() >= part*c.o.MaxTime.Seconds()
}
