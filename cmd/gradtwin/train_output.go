package main

import (
	"fmt"

	"gonum.org/v1/gonum/floats"

	"gradtwin/compare/twin"
	"gradtwin/internal/checkpoint"
	"gradtwin/internal/report"
	"gradtwin/internal/stats"
	"gradtwin/internal/words"
)

// trainOutput prints what one backend's training gave, as text or as JSON
// Lines.
type trainOutput struct {
	*app
	json    bool
	config  twin.Config
	backend string
	replay  string  // the command line that runs the same
	initial float64 // loss of the first batch
	steps   []twin.Step
	high    *twin.HighLoss
}

func (t *trainOutput) begin(f *runFlags, data report.Data) error {
	if t.json {
		l := configLine{Type: "config", Command: "train", Backend: t.backend, Replay: t.replay,
			Config: t.config, Data: data, Kernels: newKernels(), Environment: newEnvironment()}
		if t.backend == backendNumeric {
			l.Engine, l.Formula, l.Step = f.engine.String(), f.formula.String(), f.h
		}
		return t.line(l)
	}
	t.say("%s backend, %v batches of %d, seed %d, learning rate %g",
		t.backend, t.config.Policy, t.config.Batch, t.config.Seed, t.config.LR)
	_, err := fmt.Fprintln(t.stdout)
	return err
}

// initialArray is the array of a checkpoint that holds the loss of the run's first
// batch before the first step.
const initialArray = "initial_loss"

// series returns the losses and times of the steps.
func (t *trainOutput) series() (loss, seconds []float64) {
	loss, seconds = make([]float64, len(t.steps)), make([]float64, len(t.steps))
	for i, s := range t.steps {
		loss[i], seconds[i] = s.Loss, s.Seconds
	}
	return loss, seconds
}

// arrays returns the steps for a checkpoint.
func (t *trainOutput) arrays() []checkpoint.Array {
	loss, seconds := t.series()
	return []checkpoint.Array{
		checkpoint.Vector("loss", loss), checkpoint.Vector("seconds", seconds), checkpoint.Vector(initialArray,
			[]float64{t.initial}),
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
	return t.line(stepLine{"step", t.config.Policy.String(), t.backend, s.Step, stats.Nullable(s.Loss), s.Seconds})
}

type trainResult struct {
	Type        string         `json:"type"` // result
	Backend     string         `json:"backend"`
	Steps       int            `json:"steps"` // done
	Loss        stats.Nullable `json:"loss"`  // after the last step
	Accuracy    float64        `json:"accuracy"`
	StepSeconds stats.Nullable `json:"step_seconds"` // median, null when no step was done
	Seconds     float64        `json:"seconds"`      // all steps together
	Interrupted bool           `json:"interrupted"`
	Error       string         `json:"error,omitempty"` // what ended the run early, or is wrong with it
}

// end prints what was done until a run ended with an error, or nil.
func (t *trainOutput) end(accuracy float64, ended error) error {
	r := trainResult{Type: "result", Backend: t.backend, Steps: len(t.steps), Accuracy: accuracy}
	r.Interrupted, r.Error = describeEnd(ended)
	series := twin.Series{Backend: t.backend}
	series.Loss, series.Seconds = t.series()
	r.Loss, r.Seconds = stats.Nullable(last(series.Loss)), floats.Sum(series.Seconds)
	r.StepSeconds = stats.Nullable(stats.Median(series.Seconds))
	if t.json {
		return t.line(r)
	}
	t.show(report.SingleLossTable(&series))
	t.printLoss("loss against step", series)
	speed := ""
	if len(t.steps) > 0 {
		fmt.Fprintln(t.stdout)
		speed = fmt.Sprintf("%s per step (median), %s in total. ", words.Seconds(float64(r.StepSeconds)),
			words.Seconds(r.Seconds))
	}
	t.say("%sTest accuracy %s.", speed, words.Percent(accuracy))
	_, err := fmt.Fprintf(t.stdout, "Replay: %s\n", t.replay)
	return err
}
