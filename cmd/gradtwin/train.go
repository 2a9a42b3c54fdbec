package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"gradtwin/compare/twin"
	"gradtwin/internal/checkpoint"
	"gradtwin/internal/report"
	"gradtwin/internal/stats"
	"gradtwin/numeric"
)

func (a *app) trainCommand() *cobra.Command {
	var run runFlags
	var out outputFlags
	var keep checkpointFlags
	var backend string
	cmd := &cobra.Command{
		Use:   "train",
		Short: "Train one backend on MNIST",
		Long: `Each step draws a batch, takes one gradient, moves the weights by the learning
rate against it, and reports the loss of the same batch after the update.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.train(cmd, &backend, &run, &keep, &out)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&backend, "backend", backendGraph, "graph (symbolic gradients), stock (the same by Gorgonia alone), backprop (backpropagation written by hand) or numeric (differences of the loss)")
	run.addTo(cmd, twin.SGD.String())
	keep.addTo(cmd)
	out.addTo(cmd, "")
	return cmd
}

func (a *app) train(cmd *cobra.Command, backend *string, f *runFlags, keep *checkpointFlags, out *outputFlags) error {
	ctx := cmd.Context()
	keeper, err := keep.keeper("train")
	if err != nil {
		return err
	}
	defer keeper.close()
	earlier, err := keep.read(cmd) // sets flags, --backend among them
	if err != nil {
		return err
	}
	name := *backend
	if err := checkBackends(cmd, name); err != nil {
		return earlier.blame(err)
	}
	run, err := f.prepare(ctx, a, out)
	if err != nil {
		return earlier.blame(err)
	}
	c, data := run.configs[0], run.data
	b, err := f.newBackend(name, c, run.options)
	if err != nil {
		return earlier.blame(err)
	}
	if n, ok := b.(*numeric.Network); ok {
		// Floating-point: the largest number of steps is an int's largest.
		if err := f.refuseLong(n, c, data.Train, float64(c.Steps)); err != nil {
			return earlier.blame(err)
		}
	}
	high, err := twin.NewHighLoss(b, c, data.Train)
	if err != nil {
		return err
	}
	feed, err := begin(c, data, earlier, map[string]twin.Backend{"": b})
	if err != nil {
		return err
	}
	t := trainOutput{app: a, json: out.json, config: c, backend: name, high: high}
	if err := t.begin(f, replay(cmd, idle(cmd, name)...), data.describe()); err != nil {
		return err
	}
	if err := t.resume(earlier, feed.Done()); err != nil {
		return err
	}
	header := newRunHeader(cmd, data)
	save := func() error { return keeper.save(header, feed, append(paramArrays("", b.Params()), t.arrays()...)) }
	// The first at once: better to learn now that the file cannot be written.
	if err := save(); err != nil {
		return err
	}
	task := run.reporter.Start(name+" "+c.Policy.String(), c.Steps)
	task.From(feed.Done())
	err = twin.Train(ctx, b, feed, func(s twin.Step) error {
		stepProgress(task, s.Step, s.Loss)
		if err := t.step(s); err != nil {
			return err
		}
		if keeper.due(s.Step) {
			return save()
		}
		return nil
	})
	task.Done()
	// However the run ended, it can go on from its last finished step, and what
	// was done until then is printed.
	err = errors.Join(err, save(), high.Err())
	if len(t.steps) == 0 && !errors.Is(err, context.Canceled) {
		return err
	}
	accuracy, accuracyErr := twin.Accuracy(b, data.Test)
	if accuracyErr != nil {
		return errors.Join(err, accuracyErr)
	}
	return errors.Join(err, t.end(accuracy, err))
}

// trainOutput prints what one backend's training gave, as text or as JSON
// Lines.
type trainOutput struct {
	*app
	json    bool
	config  twin.Config
	backend string
	steps   []twin.Step
	high    *twin.HighLoss
}

func (t *trainOutput) begin(f *runFlags, replay string, data report.Data) error {
	if t.json {
		l := configLine{Type: "config", Command: "train", Backend: t.backend, Replay: replay,
			Config: t.config, Data: data, Kernels: newKernels(), Environment: newEnvironment()}
		if t.backend == backendNumeric {
			l.Engine, l.Step = f.engine, f.h
		}
		return t.line(l)
	}
	_, err := fmt.Fprintf(t.stdout, "%s backend, %v batches of %d, seed %d, learning rate %g\n\n",
		t.backend, t.config.Policy, t.config.Batch, t.config.Seed, t.config.LR)
	return err
}

// arrays returns the steps for a checkpoint.
func (t *trainOutput) arrays() []checkpoint.Array {
	loss, seconds := make([]float64, len(t.steps)), make([]float64, len(t.steps))
	for i, s := range t.steps {
		loss[i], seconds[i] = s.Loss, s.Seconds
	}
	return []checkpoint.Array{checkpoint.Vector("loss", loss), checkpoint.Vector("seconds", seconds)}
}

// resume prints the steps of an earlier run, so that the output is that of one
// run.
func (t *trainOutput) resume(r *resumed, done int) error {
	if r == nil {
		return nil
	}
	loss, seconds := r.Array("loss"), r.Array("seconds")
	if len(loss) != done || len(seconds) != done {
		return fmt.Errorf("checkpoint %s: %d losses and %d times after %d steps", r.path, len(loss), len(seconds), done)
	}
	for i := range loss {
		if err := t.step(twin.Step{Step: i + 1, Loss: loss[i], Seconds: seconds[i]}); err != nil {
			return err
		}
	}
	return nil
}

func (t *trainOutput) step(s twin.Step) error {
	t.steps = append(t.steps, s)
	if t.high.Add(s) {
		t.warn(t.high.Err())
	}
	if !t.json {
		return nil
	}
	return t.line(stepLine{"step", t.config.Policy.String(), t.backend, s.Step, number(s.Loss), s.Seconds})
}

type trainResult struct {
	Type        string  `json:"type"` // result
	Backend     string  `json:"backend"`
	Steps       int     `json:"steps"` // done
	Loss        number  `json:"loss"`  // after the last step
	Accuracy    float64 `json:"accuracy"`
	StepSeconds number  `json:"step_seconds"` // median, null when no step was done
	Seconds     float64 `json:"seconds"`      // all steps together
	Interrupted bool    `json:"interrupted"`
	Error       string  `json:"error,omitempty"` // what ended the run early, or is wrong with it
}

// end prints what was done until a run ended with an error, or nil.
func (t *trainOutput) end(accuracy float64, ended error) error {
	r := trainResult{Type: "result", Backend: t.backend, Steps: len(t.steps), Accuracy: accuracy}
	r.Interrupted, r.Error = describeEnd(ended)
	var seconds []float64
	for _, s := range t.steps {
		seconds = append(seconds, s.Seconds)
		r.Seconds += s.Seconds
		r.Loss = number(s.Loss)
	}
	r.StepSeconds = number(stats.Median(seconds))
	if t.json {
		return t.line(r)
	}
	w := t.table()
	w.AppendHeader(table.Row{"step", "loss", "time"})
	for i, s := range t.steps {
		if showStep(s.Step, len(t.steps)) {
			w.AppendRow(table.Row{s.Step, fmt.Sprintf("%.17g", s.Loss), duration(t.steps[i].Seconds)})
		}
	}
	w.Render()
	loss := make([]float64, len(t.steps))
	for i, s := range t.steps {
		loss[i] = s.Loss
	}
	t.printLoss("loss against step", twin.Series{Backend: t.backend, Loss: loss})
	if len(t.steps) > 0 {
		fmt.Fprintf(t.stdout, "\n%s a step (median), %s in all. ", duration(float64(r.StepSeconds)), duration(r.Seconds))
	}
	_, err := fmt.Fprintf(t.stdout, "Test accuracy %s.\n", percent(accuracy))
	return err
}

// showStep picks the steps of a table: the first three, which the published
// experiment gives, every tenth of the run, and the last.
func showStep(step, steps int) bool {
	return step <= 3 || step == steps || step%max(1, steps/10) == 0
}
