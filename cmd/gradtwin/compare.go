package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/internal/progress"
	"gradtwin/internal/report"
	"gradtwin/numeric"
)

func (a *app) compareCommand() *cobra.Command {
	var run runFlags
	var out outputFlags
	var every int
	var fault string
	cmd := &cobra.Command{
		Use:   "compare",
		Short: "Check the gradients, then train both backends and compare",
		Long: `For each batch policy: the gradients of both backends are compared in every
parameter at the start; both backends are trained from that start on the same
batches; the gradients are compared again at the end.

` + exitCodes,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if every < 0 {
				return usagef("every %d: want 0 or more steps", every)
			}
			return a.compare(cmd, &run, &out, every, fault)
		},
	}
	cmd.Flags().SortFlags = false
	run.addTo(cmd, both)
	cmd.Flags().IntVar(&every, "every", 0, "steps between two measurements of the test accuracy; 0: at the start and the end")
	cmd.Flags().StringVar(&fault, "inject", "", "corrupt an element of the symbolic gradients that are compared, not of those that train: W1[203,17]*-1")
	out.addTo(cmd, "folder for the report: report.html, results.json, the gradients (.npz) and the loss curves (PNG, SVG)")
	return cmd
}

func (a *app) compare(cmd *cobra.Command, f *runFlags, out *outputFlags, every int, fault string) error {
	ctx := cmd.Context()
	reporter, err := out.reporter(a)
	if err != nil {
		return err
	}
	options, err := f.numericOptions()
	if err != nil {
		return err
	}
	data, err := a.load(ctx, f.data)
	if err != nil {
		return err
	}
	configs, err := f.configs(data)
	if err != nil {
		return err
	}
	var dir report.Dir
	if out.out != "" {
		if dir, err = report.Open(out.out); err != nil {
			return err
		}
	}
	results := &report.Results{
		Version: report.Version, Replay: replay(cmd), Engine: f.engine, Step: f.h,
		Environment: newEnvironment(), Data: data.describe(),
	}
	var printer comparePrinter = &compareText{app: a}
	if out.json {
		printer = &compareJSON{app: a}
	}
	if err := printer.begin(results); err != nil {
		return err
	}
	for _, c := range configs {
		job := &twinJob{flags: f, options: options, data: data, reporter: reporter, printer: printer, every: every, fault: fault, detailed: dir != ""}
		run, runErr := job.run(ctx, c)
		if run != nil {
			results.Runs = append(results.Runs, *run)
		}
		if err = runErr; err != nil {
			break
		}
	}
	results.Interrupted = errors.Is(err, context.Canceled)
	if err != nil && !results.Interrupted && len(results.Runs) == 0 {
		return err
	}
	// What was done until an error or a signal is worth keeping.
	if dir != "" {
		err = errors.Join(err, dir.WriteResults(results), dir.WriteLossPlots(results), dir.WritePoints(results), dir.WriteHTML(results))
	}
	err = errors.Join(err, printer.end(results, out.out))
	if err != nil {
		return err
	}
	for i := range results.Runs {
		if !results.Runs[i].Agree() {
			return errDisagree
		}
	}
	return nil
}

// comparePrinter prints a comparison while it goes on.
type comparePrinter interface {
	begin(r *report.Results) error
	// compared follows each comparison of the gradients.
	compared(c compare.Config, g report.Comparison) error
	step(c compare.Config, symbolic, numeric compare.Step) error
	ran(run *report.Run) error
	// end follows all runs; out is the folder written to, "" for none.
	end(r *report.Results, out string) error
}

// twinJob is the comparison under one policy.
type twinJob struct {
	flags    *runFlags
	options  numeric.Options
	data     *dataset
	reporter *progress.Reporter
	printer  comparePrinter
	every    int
	fault    string // planted into the gradients that are compared, "" for none
	detailed bool   // keep the gradients for the report
}

// run returns what was done, also next to an error; nil when that is nothing.
func (j *twinJob) run(ctx context.Context, c compare.Config) (*report.Run, error) {
	twin, err := j.flags.newTwin(c, j.options)
	if err != nil {
		return nil, err
	}
	// Each check takes two whole numerical gradients, the table's and the
	// verdict's.
	if err := j.flags.refuseLong(twin.Numeric, c, j.data.Train, c.Steps+4); err != nil {
		return nil, err
	}
	compared := twin.Symbolic
	if j.fault != "" {
		if compared, err = inject(twin.Symbolic, j.fault); err != nil {
			return nil, err
		}
	}
	start, feed, err := compare.Begin(c, j.data.Train)
	if err != nil {
		return nil, err
	}
	batch := feed.Next()
	copy(twin.Symbolic.Params().Flat, start.Flat)
	copy(twin.Numeric.Params().Flat, start.Flat)

	run := &report.Run{}
	gradients := func(after int) error {
		reached := slices.Clone(twin.Symbolic.Params().Flat)
		// The gradients are compared at one point: the numeric backend's weights.
		copy(twin.Symbolic.Params().Flat, twin.Numeric.Params().Flat)
		pair := compare.Pair{Symbolic: compared, Numeric: twin.Numeric, Batch: batch}
		g, err := compareGradients(ctx, pair, j.options.Step, c.Seed)
		if err != nil {
			return err
		}
		g.After = after
		if j.detailed {
			if err := j.detail(ctx, pair, &g, reached); err != nil {
				return err
			}
		}
		run.Comparisons = append(run.Comparisons, g)
		return j.printer.compared(c, g)
	}
	if err := gradients(0); err != nil {
		return nil, err
	}
	task := j.reporter.Start(c.Policy.String(), c.Steps)
	// The gradients were compared on the first batch, which is the run's too.
	if _, feed, err = compare.Begin(c, j.data.Train); err != nil {
		return nil, err
	}
	trace, err := twin.Run(ctx, feed, compare.TwinOptions{
		Test: j.data.Test, Every: j.every,
		Each: func(s, n compare.Step) error {
			stepProgress(task, s.Step, s.Loss)
			return j.printer.step(c, s, n)
		},
	})
	task.Done()
	run.Trace = *trace
	if err != nil {
		return run, err
	}
	if err := gradients(c.Steps); err != nil {
		return run, err
	}
	return run, j.printer.ran(run)
}

// compareGradients sets the two gradients side by side, with the numeric
// backend's own step h, and has the checker judge every element.
func compareGradients(ctx context.Context, pair compare.Pair, h float64, seed uint32) (report.Comparison, error) {
	g := report.Comparison{Step: h}
	n := pair.Layout().Len()
	symbolic, numerical := make([]float64, n), make([]float64, n)
	if err := pair.Gradient(symbolic); err != nil {
		return g, fmt.Errorf("symbolic gradient: %w", err)
	}
	if err := pair.Differences(ctx, numerical, h); err != nil {
		return g, fmt.Errorf("numerical gradient: %w", err)
	}
	g.Tensors = compare.Differences(pair.Layout(), symbolic, numerical)
	check, err := compare.Check(ctx, pair, compare.Options{Mode: compare.Full, Seed: seed})
	if err != nil {
		return g, fmt.Errorf("gradient check: %w", err)
	}
	g.Check = check
	g.Point = &report.Point{Layout: pair.Layout(), Symbolic: symbolic, Numeric: numerical}
	return g, nil
}

// detail completes what the report shows of a point; reached is where the
// symbolic backend's own training has led.
func (j *twinJob) detail(ctx context.Context, pair compare.Pair, g *report.Comparison, reached []float64) error {
	p := g.Point
	p.SymbolicParams, p.NumericParams = reached, slices.Clone(pair.Numeric.Params().Flat)
	p.Batch = gradtwin.Batch{X: slices.Clone(pair.Batch.X), Labels: slices.Clone(pair.Batch.Labels), Rows: slices.Clone(pair.Batch.Rows)}
	p.Height, p.Width = j.data.Train.Height, j.data.Train.Width
	return g.Analyse(ctx, pair)
}
