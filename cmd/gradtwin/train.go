package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"gradtwin"
	"gradtwin/compare/twin"
	"gradtwin/internal/weights"
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
		Example: `  gradtwin train                                    # symbolic gradients, 1,000 steps
  gradtwin train --backend numeric --steps 100 --json
  gradtwin train --steps 5000 --save w.npz          # keep the weights, for predict`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.train(cmd, &f, &run, &keep, &out)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&f.backend, "backend", backendGraph,
		"graph (symbolic gradients), stock (the same by Gorgonia alone), backprop (backpropagation written by hand) or "+
			"numeric (differences of the loss)")
	wantNames(cmd.Flags(), "backend", backendNames)
	run.addTo(cmd, twin.SGD.String())
	f.startFlags.addTo(cmd)
	cmd.Flags().StringVar(&f.save, "save", "", "`FILE` (.npz) for the weights at the end")
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

// writable returns an error where a file cannot be written, for a long run to find out
// before it begins.
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

func (a *app) train(cmd *cobra.Command, tf *trainFlags, f *runFlags, keep *checkpointFlags, out *outputFlags) error {
	ctx := cmd.Context()
	keeper, err := keep.keeper(cmd)
	if err != nil {
		return err
	}
	defer keeper.close()
	earlier, err := keep.read(cmd) // sets flags, --backend among them
	if err != nil {
		return err
	}
	if tf.save != "" {
		if err := writable(tf.save); err != nil {
			return fmt.Errorf("save: %w", err)
		}
	}
	name := tf.backend
	idle := append(f.idle(cmd, name), tf.startFlags.idle()...)
	if err := refuseIdle(cmd, idle); err != nil {
		return earlier.wrap(err)
	}
	run, err := f.prepare(ctx, a, out)
	if err != nil {
		return earlier.wrap(err)
	}
	c, data := run.configs[0], run.data
	b, err := f.newBackend(name, c, run.options)
	if err != nil {
		return earlier.wrap(err)
	}
	if n, ok := b.(*numeric.Network); ok {
		// Floating-point: the largest number of steps is an int's largest.
		if err := f.refuseLong(n, c, data.Train, float64(c.Steps)); err != nil {
			return earlier.wrap(err)
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
	t := trainOutput{app: a, json: out.json, config: c, backend: name, replay: replay(cmd, idle, data),
		initial: initial, high: twin.NewHighLoss(name, c, initial)}
	if err := t.begin(f, data.describe()); err != nil {
		return err
	}
	if err := t.resume(earlier, feed.Done()); err != nil {
		return err
	}
	header := newRunHeader(cmd, data)
	save := func() error { return keeper.save(header, feed, append(paramArrays("", b.Params()), t.arrays()...)) }
	// The first is written at once: an error is better now than after a long run.
	if err := save(); err != nil {
		return err
	}
	task := run.reporter.Start(name+" "+c.Policy.String(), c.Steps)
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
	// However the run ended, it can be continued from its last finished step, and
	// what was done until then is printed.
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
