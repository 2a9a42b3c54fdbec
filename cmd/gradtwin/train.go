package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"gradtwin"
	"gradtwin/compare/twin"
	"gradtwin/internal/checkpoint"
	"gradtwin/internal/report"
	"gradtwin/internal/stats"
	"gradtwin/internal/weights"
	"gradtwin/internal/words"
	"gradtwin/numeric"
)

func (a *app) trainCommand() *cobra.Command {
	var run runFlags
	var out outputFlags
	var keep checkpointFlags
	var f trainFlags
	cmd := &cobra.Command{
		Use:   "train",
		Short: "Train one backend on MNIST",
		Long: `Each step draws a batch, takes one gradient, moves the weights by the learning
rate against it, and reports the loss of the same batch after the update.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.train(cmd, &f, &run, &keep, &out)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&f.backend, "backend", backendGraph, "graph (symbolic gradients), stock (the same by Gorgonia alone), backprop (backpropagation written by hand) or numeric (differences of the loss)")
	run.addTo(cmd, twin.SGD.String())
	f.startFlags.addTo(cmd)
	cmd.Flags().StringVar(&f.save, "save", "", "file (.npz) for the weights at the end")
	keep.addTo(cmd)
	out.addTo(cmd, "")
	return cmd
}

// trainFlags are the flags that train has beside a run's.
type trainFlags struct {
	backend string
	startFlags
	save string // file for the weights, "" for none
}

// writable tells whether a file can be written, which is better known before a long
// run than after.
func writable(path string) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s: not a regular file", path)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".gradtwin-*")
	if err != nil {
		return fmt.Errorf("%s: cannot write there: %w", path, err)
	}
	f.Close()
	return os.Remove(f.Name())
}

// initialArray is the array of a checkpoint that holds the loss of the run's first
// batch before the first step.
const initialArray = "initial_loss"

func (a *app) train(cmd *cobra.Command, tf *trainFlags, f *runFlags, keep *checkpointFlags, out *outputFlags) error {
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
	if err := tf.startFlags.check(cmd); err != nil {
		return err
	}
	if tf.save != "" {
		if err := writable(tf.save); err != nil {
			return fmt.Errorf("save: %w", err)
		}
	}
	name := tf.backend
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
	var start *gradtwin.Params // a checkpoint has its own
	if earlier == nil {
		if start, err = tf.weights(c.Spec); err != nil {
			return err
		}
	}
	initial, err := twin.InitialLoss(b, c, data.Train, start)
	if err != nil {
		return err
	}
	feed, err := begin(c, data, earlier, start, map[string]twin.Backend{"": b})
	if err != nil {
		return err
	}
	if earlier != nil {
		if kept := earlier.Array(initialArray); len(kept) == 1 {
			initial = kept[0]
		}
	}
	t := trainOutput{app: a, json: out.json, config: c, backend: name, initial: initial, high: twin.NewHighLoss(name, c, initial)}
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
	err = errors.Join(err, save(), t.high.Err())
	if len(t.steps) == 0 && !errors.Is(err, context.Canceled) {
		return err
	}
	// The weights of a run that was interrupted or has diverged are worth keeping.
	if tf.save != "" {
		err = errors.Join(err, weights.Write(tf.save, c.Spec.Activation, b.Params()))
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
	initial float64 // loss of the first batch
	steps   []twin.Step
	high    *twin.HighLoss
}

func (t *trainOutput) begin(f *runFlags, replay string, data report.Data) error {
	if t.json {
		l := configLine{Type: "config", Command: "train", Backend: t.backend, Replay: replay,
			Config: t.config, Data: data, Kernels: newKernels(), Environment: newEnvironment()}
		if t.backend == backendNumeric {
			l.Engine, l.Formula, l.Step = f.engine, f.formula, f.h
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
	return []checkpoint.Array{
		checkpoint.Vector("loss", loss), checkpoint.Vector("seconds", seconds), checkpoint.Vector(initialArray, []float64{t.initial}),
	}
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
	_, err := fmt.Fprintf(t.stdout, "Test accuracy %s.\n", words.Percent(accuracy))
	return err
}

// showStep picks the steps of a table: the first three, which the published
// experiment gives, every tenth of the run, and the last.
func showStep(step, steps int) bool {
	return step <= 3 || step == steps || step%max(1, steps/10) == 0
}
