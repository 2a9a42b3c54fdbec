package main

import (
	"errors"

	"github.com/spf13/cobra"

	"gradtwin/compare/twin"
	"gradtwin/internal/page"
	"gradtwin/internal/report"
)

// compareFlags are the flags that compare has beside a run's.
type compareFlags struct {
	backends []string
	every    int
	fault    string
	keep     checkpointFlags
	startFlags
}

// addTo adds the flags that every comparison has.
func (f *compareFlags) addTo(cmd *cobra.Command) {
	s := cmd.Flags()
	s.StringSliceVar(&f.backends, "backends", []string{backendGraph, backendNumeric}, "two `names` of stock, graph, backprop and numeric")
	wantNames(s, "backends", backendNames)
	s.IntVar(&f.every, "every", 0, "`steps` between two measurements of the test accuracy; 0 means a twentieth of the run, at least 10")
	f.startFlags.addTo(cmd)
}

func (a *app) compareCommand() *cobra.Command {
	var run runFlags
	var out outputFlags
	var f compareFlags
	cmd := &cobra.Command{
		Use:   "compare",
		Short: "Check the gradients, then train two backends and compare",
		Long: `For each batch policy: the gradients of two backends are compared in every
parameter at the start; both backends are trained from that start on the same
batches; the gradients are compared again at the end.

The backends are graph (symbolic gradients, by Gorgonia), backprop
(backpropagation written by hand) and numeric (differences of the loss). The
verdict on a gradient that is not numeric comes from differences of the loss,
whichever two are compared.

` + exitCodes,
		Example: `  gradtwin compare --out out                        # the main job, with its report
  gradtwin compare --policy sgd --activation tanh --layers 784,30,10
  gradtwin compare --backends stock,backprop        # two other backends
  gradtwin compare --steps 5000 --checkpoint run.npz
  gradtwin compare --resume run.npz                 # continue it`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.compare(cmd, &run, &out, &f)
		},
	}
	cmd.Flags().SortFlags = false
	f.addTo(cmd)
	run.addTo(cmd, both)
	cmd.Flags().StringVar(&f.fault, "inject", "", "`fault` in the gradients that are checked, not in those that train, as in W1[154,37]*-1")
	f.keep.addTo(cmd)
	out.addTo(cmd, "`DIR` for the report: report.html, report.md, results.json, steps (.csv), gradients (.npz) and loss curves (PNG, SVG)")
	return cmd
}

func (a *app) compare(cmd *cobra.Command, f *runFlags, out *outputFlags, cf *compareFlags) error {
	ctx := cmd.Context()
	keeper, err := cf.keep.keeper(cmd)
	if err != nil {
		return err
	}
	defer keeper.close()
	earlier, err := cf.keep.read(cmd)
	if err != nil {
		return err
	}
	if cf.every < 0 {
		return usagef("every %d: want 0 or more steps", cf.every)
	}
	names, err := twoBackends(cf.backends)
	idle := append(f.idle(cmd, names[:]...), cf.startFlags.idle()...)
	if err == nil {
		err = refuseIdle(cmd, idle)
	}
	if err != nil {
		return earlier.blame(err)
	}
	start, err := f.prepare(ctx, a, out)
	if err != nil {
		return earlier.blame(err)
	}
	given, err := cf.weights(start.configs[0].Spec)
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
		Version: report.Version, Replay: replay(cmd, idle, start.data), Engine: f.engine.String(), Formula: f.formula.String(), Step: f.h, InitFrom: cf.name(),
		Environment: newEnvironment(), Data: start.data.describe(),
	}
	var printer comparePrinter = &compareText{app: a, names: names}
	if out.json {
		printer = &compareJSON{app: a, names: names}
	}
	if err := printer.begin(results); err != nil {
		return err
	}
	kept := newKeptRuns(keeper, newRunHeader(cmd, start.data), earlier)
	for _, c := range start.configs {
		job := &twinJob{app: a, replay: results.Replay, names: names, earlier: earlier, kept: kept, flags: f, options: start.options, data: start.data, start: given, reporter: start.reporter, printer: printer, every: cf.every, fault: cf.fault, detailed: dir != ""}
		run, runErr := job.run(ctx, c)
		if run != nil {
			run.Diverged = hasDiverged(runErr)
			if interrupted, text := describeEnd(runErr); !interrupted {
				run.Error = text
			}
			results.Runs = append(results.Runs, *run)
		}
		err = errors.Join(err, runErr)
		// A run that diverged says nothing about the next one.
		if runErr != nil && !hasDiverged(runErr) {
			break
		}
	}
	results.Interrupted, results.Error = describeEnd(err)
	if err != nil && !results.Interrupted && len(results.Runs) == 0 {
		return err
	}
	// What was done until an error or a signal is worth keeping.
	written := ""
	if dir != "" {
		writeErr := page.Write(dir, results)
		if writeErr == nil {
			written = out.out
		}
		err = errors.Join(err, writeErr)
	}
	err = errors.Join(err, printer.end(results, written))
	if err != nil {
		return err
	}
	return endOf(results.Outcome())
}

func hasDiverged(err error) bool {
	var step *twin.NonFiniteStepError
	var high *twin.HighLossError
	return errors.As(err, &step) || errors.As(err, &high)
}
