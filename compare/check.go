package compare

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Check compares the function's gradient with differences of its loss, at the
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
	var r *Report
	var err error
	if o.Points < 2 {
		r, err = checkHere(ctx, f, o)
	} else {
		r, err = checkPoints(ctx, f, o, checkHere)
	}
	if err != nil {
		return nil, err
	}
	r.Seconds = time.Since(begun).Seconds()
	return r, nil
}

// checkHere is Check at the point where the function stands.
func checkHere(ctx context.Context, f Function, o Options) (*Report, error) {
	c, err := newCheck(ctx, f, o, Shard{1, 1})
	if err != nil {
		return nil, err
	}
	r, err := c.known.report(c.found)
	if err != nil {
		return nil, err
	}
	if err := r.addCulprit(ctx, c.function, c.at, c.o); err != nil {
		return nil, err
	}
	if o.Each != nil {
		inOrder(c.each)
		for _, one := range c.each {
			o.Each(c.known.element(one))
		}
	}
	return r, nil
}

// check is a finished check, or a shard of one.
type check struct {
	function Function // in float64 where it can be
	known    known
	at       *point
	plan     *plan
	o        Options // resolved
	found    *findings
	each     []outcome
}

// newCheck measures the point and does the units of one shard.
func newCheck(ctx context.Context, f Function, o Options, s Shard) (*check, error) {
	layout := f.Layout()
	resolved, err := o.resolve(layout)
	if err != nil {
		return nil, err
	}
	if f, err = ofOrder(f, resolved); err != nil {
		return nil, err
	}
	if resolved.MaxTime > 0 {
		timed, cancel := context.WithTimeoutCause(ctx, resolved.MaxTime, errTime)
		defer cancel()
		ctx = timed
	}
	judged := f
	wide, notWide := widen(f)
	if wide != nil {
		judged = wide
	}
	e := &evaluator{f: judged, budget: unlimited}
	at, err := measure(ctx, e, layout, resolved, nil)
	var narrowWork work
	if err == nil && wide != nil {
		narrowWork, err = measureNarrow(ctx, f, at, e)
	}
	if errors.Is(err, errTime) {
		return nil, ErrBudget
	}
	if err != nil {
		return nil, withOrigin(f, err)
	}
	c := &check{function: judged, at: at, o: resolved, plan: newPlan(resolved, at, hasEngine(ctx, judged, at), e.Calls)}
	c.known = known{
		Options: o.asked(), Layout: layout, Mode: c.plan.mode, Judged: c.plan.judged, Point: at.facts(notWide),
		Notes: notesOf(f), Faults: faultsOf(f), Misuses: misusesOf(f), Work: e.work,
	}
	c.known.Work.join(narrowWork)
	if err := c.run(ctx, e, s); err != nil {
		e.restore(at.x)
		return nil, err
	}
	return c, e.unchanged("the check")
}

// hasEngine reports whether the function has an engine for differences that does
// not decline.
func hasEngine(ctx context.Context, f Function, at *point) bool {
	d, ok := f.(Differencer)
	return ok && !at.noise.chaotic && d.Differences(ctx, nil, 0, at.firstStep) == nil
}

// ofOrder returns the function whose gradient is to be checked.
func ofOrder(f Function, o Options) (Function, error) {
	if o.Order < 2 {
		return f, nil
	}
	s, ok := f.(SecondOrder)
	if !ok {
		return nil, fmt.Errorf("order 2: %T does not give the gradient of its gradient: want a compare.SecondOrder", f)
	}
	return s.SecondOrder(uint64(o.Seed))
}

// run does the shard's units and collects what they find.
func (c *check) run(ctx context.Context, e *evaluator, s Shard) error {
	j := newJudge(c.o, c.at)
	units := s.units(c.plan)
	c.found = newFindings(len(c.at.layout))
	var en *engine
	if c.plan.mode == Full {
		var err error
		if en, err = j.runEngine(ctx, e.f, units); err != nil && !errors.Is(context.Cause(ctx), errTime) {
			return err
		}
	}
	workers, err := j.workers(e, c.o.Workers, c.plan.judged)
	if err != nil {
		return err
	}
	results := make([]finding, len(units))
	one := func(e *evaluator, n int) (err error) {
		results[n], err = j.runUnit(ctx, e, c.plan, units[n], en)
		return err
	}
	if err := distribute(workers, len(units), one, c.plan.progress(units, c.o.Progress)); err != nil {
		return err
	}
	for n, u := range units {
		c.found.add(u, results[n])
		c.each = append(c.each, results[n].each...)
	}
	c.found.TimeIsUp = errors.Is(context.Cause(ctx), errTime)
	c.found.Rings = j.beside.counts()
	if en != nil {
		c.found.EngineSteps = union(en.steps, nil)
	}
	return nil
}

// runUnit does one unit, as far as its budget goes.
func (j *judge) runUnit(ctx context.Context, e *evaluator, pl *plan, u unit, en *engine) (finding, error) {
	f := newFinding()
	e.budget = u.calls
	before := e.work
	var err error
	switch u.kind {
	case tensorUnit:
		err = j.judgeTensor(ctx, e, pl, u, &f)
	case blockUnit:
		if err = j.keptBlock(ctx, e, u, en, &f); err == nil && pl.mode == Sample && f.Tally.Counts.Kink > 0 {
			err = j.together(ctx, e, u.k, &f)
		}
	case controlUnit:
		f.control, err = j.control(ctx, e, pl)
	case taylorUnit:
		f.taylor, err = j.taylor(ctx, e, pl.selected)
	}
	f.work = e.work.minus(before)
	if errors.Is(err, errSpent) || errors.Is(err, errTime) {
		f.Unfinished, err = true, nil
		e.restore(j.at.x)
	}
	return f, err
}

// TB is what Assert needs of a *testing.T, *testing.B or *testing.F.
type TB interface {
	Helper()
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Assert fails the test unless the function's gradient passes Check: also where a
// tensor could not be judged, unless Options.Allow names it. A failure shows the
// element, both values, the bound, a diagnosis, and the options that repeat it. At
// most one Options is taken; none is the zero Options.
func Assert(t TB, f Function, o ...Options) {
	t.Helper()
	if len(o) > 1 {
		panic("compare: Assert takes one Options at most")
	}
	ctx := context.Background()
	if c, ok := t.(interface{ Context() context.Context }); ok {
		ctx = c.Context()
	}
	var options Options
	if len(o) == 1 {
		options = o[0]
	}
	report, err := Check(ctx, f, options)
	if err != nil {
		t.Fatalf("gradient check: %v", err)
		return
	}
	if !report.OK() {
		t.Errorf("gradient check:\n%s", report)
		return
	}
	for _, w := range report.Warnings {
		t.Logf("gradient check: %s", w)
	}
	for _, f := range report.Faults {
		t.Logf("gradient check: %s", labelledFault(f, false))
	}
}
