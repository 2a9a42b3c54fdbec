package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"gradtwin/compare"
	"gradtwin/compare/twin"
	"gradtwin/internal/page"
	"gradtwin/internal/report"
	"gradtwin/internal/shard"
)

func (a *app) checkCommand() *cobra.Command {
	var run runFlags
	var out outputFlags
	var check checkFlags
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check a backend's gradient against differences of the plain code's loss",
		Long: `The gradient is that of the first batch's loss at the initial weights, or after
some steps of training. Each element gets one of five verdicts: ok, kink (the
slope of the loss jumps there, as that of ReLU does at 0, and the value lies
between both slopes), wrong, inconclusive (the differences contradict each
other), unseen (too small for the loss to show).

A check ends in one of three ways: the gradients agree, they disagree, or they
could not be judged, because nothing of a tensor could be seen. --allow names
tensors of which that may be so.

A large check is divided with --shard: each of N processes or machines does its
part of the work and writes it to the folder --out, and merge joins the parts. A
part in which something wrong was found ends with exit code 3, every other one
with 0: only merge knows whether all was judged.

` + exitCodes,
		Example: `  gradtwin check                                    # every element of the default network
  gradtwin check --inject 'W1[154,37]*-1'           # what a wrong gradient looks like
  gradtwin check --mode sample --samples 500 --after 100
  gradtwin check --shard 1/4 --out parts            # a quarter of the work, for merge`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.check(cmd, &run, &check, &out)
		},
	}
	run.addNetwork(cmd, twin.SGD.String())
	s := cmd.Flags()
	s.StringVar(&check.backend, "backend", backendGraph, "whose gradient: graph (symbolic, by Gorgonia), stock (the same "+
		"by Gorgonia alone) or backprop (written by hand)")
	wantNames(s, "backend", []string{backendStock, backendGraph, backendBackprop}) // those that differences judge
	s.TextVar(&check.mode, "mode", compare.Full, "full: every element; sample: some of each tensor; probe: random "+
		"directions, and a search when one fails")
	wantNames(s, "mode", namesOf(compare.Full)) // auto is full here
	s.IntVar(&check.samples, "samples", 0, "`elements` to check with --mode sample; 0 means 128, over all tensors")
	s.StringVar(&check.budget, "budget", "", "loss calls (1000) or `time` (2s) after which the check ends and says what "+
		"it left out")
	s.StringSliceVar(&check.tensors, "tensors", nil, "`tensors` to check, as in W1,b3 (default all)")
	s.StringSliceVar(&check.allow, "allow", nil, "`tensors` that may be unseen or inconclusive as a whole, as in b1,b2, "+
		"without making the check not judged")
	s.BoolVar(&check.strict, "strict", false, "the check is not judged where a single element is unseen or inconclusive")
	s.IntVar(&check.after, "after", 0, "`steps` of training before the check")
	s.Float64Var(&check.h, "diff-step", 0, "step `h` of the first difference of an element x, times max(1, |x|); the "+
		"checker's own steps follow where it decides nothing; 0 means only those")
	s.StringVar(&check.inject, "inject", "", "`fault` in the gradient, to see a check fail, as in W1[154,37]*-1 or "+
		"b3[2]+1e-3")
	s.BoolVar(&check.sweep, "sweep", false, "also show the error of differences against their step, over 12 decades, for "+
		"an element of each tensor and for three formulas")
	s.StringVar(&check.shard, "shard", "", "check only `part` I of N, as in 3/8; auto means the part that Slurm, "+
		"Kubernetes (auto/N) or Bazel gives this process")
	out.addTo(cmd, "`DIR` for what --sweep draws (PNG, SVG, CSV), or for the part of the check that --shard makes")
	return cmd
}

func (a *app) check(cmd *cobra.Command, f *runFlags, check *checkFlags, out *outputFlags) error {
	ctx := cmd.Context()
	idle := check.idle(cmd, f)
	if err := refuseIdle(cmd, idle); err != nil {
		return err
	}
	options, err := check.options(f)
	if err != nil {
		return err
	}
	part, err := check.part(out)
	if err != nil {
		return err
	}
	var dir report.Dir
	if out.out != "" {
		if !check.sweep && check.shard == "" {
			return usagef("out %q: only --sweep and --shard have something to write", out.out)
		}
		if dir, err = report.Open(out.out); err != nil {
			return err
		}
	}
	if check.after < 0 {
		return usagef("after %d: want 0 or more steps", check.after)
	}
	run, err := f.prepare(ctx, a, out)
	if err != nil {
		return err
	}
	c, data := run.configs[0], run.data
	backends, err := f.newBackends([2]string{check.backend, backendNumeric}, c, run.options)
	if err != nil {
		return err
	}
	if check.inject != "" {
		if backends.Symbolic, err = inject(backends.Symbolic, check.inject); err != nil {
			return err
		}
	}
	wide, err := f.newWide(check.backend, c)
	if err != nil {
		return err
	}
	feed, err := begin(c, data, nil, nil, map[string]twin.Backend{"": backends.Symbolic})
	if err != nil {
		return err
	}
	batch := feed.Next()
	for n := 1; n <= check.after; n++ {
		if _, err := backends.Symbolic.Step(ctx, batch, c.LR); err != nil {
			return fmt.Errorf("training step %d before the check: %w", n, err)
		}
		batch = feed.Next()
	}
	copy(backends.Numeric.Params().Flat, backends.Symbolic.Params().Flat)

	line := replay(cmd, idle, data)
	config, err := json.Marshal(configLine{
		Type: "config", Command: cmd.Name(), Replay: line, Config: c, Engine: f.engine.String(),
		Data: data.describe(), Kernels: newKernels(), Environment: newEnvironment(),
	})
	if err != nil {
		return err
	}
	task := run.reporter.Start("check", c.Spec.NumParams())
	options.Progress = func(done, total int) {
		task.Of(total) // a sample and a shard have fewer
		task.Set(done, "")
	}
	pair := twin.Pair{Symbolic: backends.Symbolic, Numeric: backends.Numeric, Wide: wide, Batch: batch}
	var found *compare.Report
	var made *compare.Part
	if part != (compare.Shard{}) {
		made, err = compare.CheckShard(ctx, pair, options, part)
	} else {
		found, err = compare.Check(ctx, pair, options)
	}
	task.Done()
	if err != nil {
		return err
	}
	if f, ok := backends.Symbolic.(*faulty); ok && !f.changed {
		return usagef("inject %s: the element is 0 here, and stays so: choose another", check.inject)
	}
	if made != nil {
		return a.wrote(dir, shard.File{Config: config, Part: made}, out)
	}
	// The progress has told the time. Without it the same check prints the same
	// bytes, also when it was divided.
	found.Seconds, found.Replay = 0, line
	var sweep sweeps
	if check.sweep {
		if sweep, err = newSweeps(ctx, pair, found); err != nil {
			return err
		}
		if dir != "" {
			smooth := c.Spec.Smooth()
			err := errors.Join(page.WriteSweep(dir, sweep.central, found.Step, smooth),
				page.WriteFormulas(dir, sweep.formulas, smooth))
			if err != nil {
				return err
			}
		}
	}
	return a.checked(config, out.json, found, sweep)
}

// checked prints a whole check, and returns errDisagree or errNotJudged when it
// found something wrong or did not judge all.
func (a *app) checked(config json.RawMessage, asJSON bool, r *compare.Report, sweep sweeps) error {
	if !asJSON {
		a.printReport(r)
		if sweep.central != nil {
			a.printSweeps(sweep)
		}
		if _, err := fmt.Fprintf(a.stdout, "Replay: %s\n", r.Replay); err != nil {
			return err
		}
		return endOf(report.OutcomeOf(r))
	}
	outcome := report.OutcomeOf(r)
	for _, l := range []any{config, struct {
		Type     string             `json:"type"` // result
		Agree    bool               `json:"agree"`
		Verdict  report.Outcome     `json:"verdict"`
		Check    *compare.Report    `json:"check"`
		Sweep    *twin.Sweep        `json:"sweep,omitempty"`
		Formulas *twin.FormulaSweep `json:"formulas,omitempty"`
	}{"result", r.OK(), outcome, r, sweep.central, sweep.formulas}} {
		if err := a.line(l); err != nil {
			return err
		}
	}
	return endOf(outcome)
}
