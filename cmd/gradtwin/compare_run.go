package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"gradtwin"
	"gradtwin/compare/twin"
	"gradtwin/internal/progress"
	"gradtwin/internal/report"
	"gradtwin/numeric"
)

// twinJob is the comparison under one policy.
type twinJob struct {
	app      *app
	names    [2]string // of the backends
	flags    *runFlags
	options  numeric.Options
	data     *dataset
	start    *gradtwin.Params // the weights to begin with; nil for those that the run draws
	reporter *progress.Reporter
	printer  comparePrinter
	every    int
	replay   string // the command line that runs the same
	fault    string // planted into the gradients that are compared, "" for none
	detailed bool   // keep the gradients for the report
	earlier  *resumed
	kept     *keptRuns
}

// run returns what was done, also next to an error; nil when that is nothing.
func (j *twinJob) run(ctx context.Context, c twin.Config) (*report.Run, error) {
	backends, err := j.flags.newBackends(j.names, c, j.options)
	if err != nil {
		return nil, j.earlier.wrap(err)
	}
	// The differences that judge a gradient are the numeric backend's, in training
	// or not.
	judge, trained := backends.Numeric.(*numeric.Network)
	if !trained {
		if judge, err = numeric.New(c.Spec, j.options); err != nil {
			return nil, j.earlier.wrap(err)
		}
	}
	// Each of two checks takes two full finite-difference gradients, the table's and
	// the verdict's, or those of two verdicts.
	gradients := 4.0
	if trained {
		gradients += float64(c.Steps)
	}
	if err := j.flags.refuseLong(judge, c, j.data.Train, gradients); err != nil {
		return nil, j.earlier.wrap(err)
	}
	compared := backends.Symbolic
	if j.fault != "" {
		if compared, err = inject(backends.Symbolic, j.fault); err != nil {
			return nil, j.earlier.wrap(err)
		}
	}
	wide, err := j.flags.newWide(j.names[0], c)
	if err != nil {
		return nil, err
	}
	first, err := begin(c, j.data, nil, j.start, map[string]twin.Backend{"first": backends.Symbolic,
		"second": backends.Numeric})
	if err != nil {
		return nil, err
	}
	batch := first.Next()

	run := &report.Run{}
	compareAfter := func(after int) error {
		reached := slices.Clone(backends.Symbolic.Params().Flat)
		// The gradients are compared at one point: the second backend's weights.
		copy(backends.Symbolic.Params().Flat, backends.Numeric.Params().Flat)
		copy(judge.Params().Flat, backends.Numeric.Params().Flat)
		pair := twin.Pair{Symbolic: compared, Numeric: judge, Wide: wide, Batch: batch}
		g, err := twin.Compare(ctx, pair, backends.Numeric, j.options.Step, c.Spec.Smooth(), c.Seed)
		if err != nil {
			return err
		}
		g.After = after
		for _, check := range g.Checks() {
			check.Replay = j.replay
		}
		if !j.detailed {
			g.Point = nil // as large as the network, a few times over
		} else if err := j.detail(ctx, pair, &g, reached); err != nil {
			return err
		}
		run.Comparisons = append(run.Comparisons, g)
		if j.detailed {
			copy(backends.Symbolic.Params().Flat, reached)
			p, err := backends.Predict(after, j.data.Test)
			if err != nil {
				return err
			}
			if c.Spec.Activation == gradtwin.ReLU {
				p.Dead = twin.DeadUnits(backends.Symbolic.Params(), j.data.Test)
			}
			run.Predictions = append(run.Predictions, p)
		}
		return j.printer.compared(c, g)
	}
	if err := compareAfter(0); err != nil {
		return nil, err
	}
	if f, ok := compared.(*faulty); ok && !f.changed {
		return nil, usagef("inject %s: the element is 0 here, and stays so: choose another", j.fault)
	}
	// The gradients were compared on the first batch, which is the run's too.
	trace, diverged, err := j.train(ctx, backends, c)
	if trace != nil {
		run.Trace = *trace
	}
	if err != nil {
		if len(run.Drift) > 0 && ctx.Err() != nil { // interrupted
			err = errors.Join(err, j.printer.ran(run))
		}
		return run, err
	}
	if err := compareAfter(c.Steps); err != nil {
		// Where a run has diverged to, there may be no gradient to check.
		if diverged != nil && ctx.Err() == nil {
			err = errors.Join(err, j.printer.ran(run))
		}
		return run, errors.Join(diverged, err)
	}
	if j.detailed && j.options.Engine == numeric.Incremental {
		for _, b := range []twin.Backend{backends.Symbolic, backends.Numeric} {
			m, err := stepMemory(ctx, b, batch)
			if err != nil {
				return run, err
			}
			run.Memory = append(run.Memory, m)
		}
	}
	return run, errors.Join(diverged, j.printer.ran(run))
}

// train trains both backends, from the start or from where the checkpoint has
// them. Diverged is the error of a run that came to its end with a high loss.
func (j *twinJob) train(ctx context.Context, backends twin.Backends, c twin.Config) (trace *twin.Trace, diverged, err error) {
	prefix := c.Policy.String() + "/"
	var high [2]*twin.HighLoss
	for i, b := range []twin.Backend{backends.Symbolic, backends.Numeric} {
		initial, err := twin.InitialLoss(b, c, j.data.Train, j.start)
		if err != nil {
			return nil, nil, err
		}
		high[i] = twin.NewHighLoss(b.Name(), c, initial)
	}
	// done follows each step, those of an earlier process too.
	done := func(s, n twin.Step) error {
		for i, step := range []twin.Step{s, n} {
			if high[i].Add(step) {
				j.app.warn(fmt.Errorf("%v: %w", c.Policy, high[i].Err()))
			}
		}
		return j.printer.step(c, s, n)
	}
	feed, err := begin(c, j.data, j.earlier, j.start, map[string]twin.Backend{
		prefix + backends.Symbolic.Name() + "/": backends.Symbolic, prefix + backends.Numeric.Name() + "/": backends.Numeric,
	})
	if err != nil {
		return nil, nil, err
	}
	trace = backends.NewTrace(c)
	if _, ok := j.earlier.state(c); ok {
		if err := j.earlier.fillTrace(prefix, trace, feed.Done()); err != nil {
			return nil, nil, err
		}
	}
	for i := range trace.Drift {
		step := func(s *twin.Series) twin.Step {
			return twin.Step{Step: i + 1, Loss: s.Loss[i], Seconds: s.Seconds[i]}
		}
		if err := done(step(&trace.Symbolic), step(&trace.Numeric)); err != nil {
			return trace, nil, err
		}
	}
	// The first is written at once: an error is better now than after a long run.
	if _, err := j.kept.save(feed, backends, trace); err != nil {
		return trace, nil, err
	}
	task := j.reporter.Start(c.Policy.String(), c.Steps)
	_, err = backends.Run(ctx, feed, twin.Options{
		Test: j.data.Test, Every: cmp.Or(j.every, max(accuracyApart, c.Steps/accuracyPoints)), Trace: trace,
		Each: func(s, n twin.Step) error {
			stepProgress(task, s.Step, s.Loss)
			if err := done(s, n); err != nil || !j.kept.due(s.Step) {
				return err
			}
			_, err := j.kept.save(feed, backends, trace)
			return err
		},
	})
	task.Done()
	// However the run ended, it can be continued from its last finished step.
	arrays, saveErr := j.kept.save(feed, backends, trace)
	for i := range arrays {
		arrays[i].Data = slices.Clone(arrays[i].Data) // the weights go on changing
	}
	j.kept.arrays = arrays
	return trace, errors.Join(high[0].Err(), high[1].Err()), errors.Join(err, saveErr)
}

// detail completes what the report shows of a point; reached is where the
// symbolic backend's own training has led.
func (j *twinJob) detail(ctx context.Context, pair twin.Pair, g *twin.Comparison, reached []float64) error {
	p := g.Point
	p.SymbolicParams, p.NumericParams = reached, slices.Clone(pair.Numeric.Params().Flat)
	p.Batch = gradtwin.Batch{X: slices.Clone(pair.Batch.X), Labels: slices.Clone(pair.Batch.Labels),
		Rows: slices.Clone(pair.Batch.Rows)}
	p.Height, p.Width = j.data.Train.Height, j.data.Train.Width
	return g.Analyse(ctx, pair)
}

// The test accuracy is measured at so many points of a run by default, but not
// more often than every few steps: a measurement takes as long as they do.
const (
	accuracyPoints = 20
	accuracyApart  = 10
)
