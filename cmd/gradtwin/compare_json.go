package main

import (
	"gonum.org/v1/gonum/floats"

	"gradtwin/compare"
	"gradtwin/compare/twin"
	"gradtwin/internal/report"
	"gradtwin/internal/stats"
)

// compareJSON prints a comparison as JSON Lines.
type compareJSON struct {
	*app
	names [2]string // of the backends
}

func (j *compareJSON) begin(r *report.Results) error {
	return j.line(configLine{Type: "config", Command: "compare", Backends: j.names[:], Replay: r.Replay,
		Engine: r.Engine, Formula: r.Formula, Step: r.Step, Kernels: newKernels(),
		Data: r.Data, Environment: r.Environment})
}

type runLine struct {
	Type   string      `json:"type"` // run
	Config twin.Config `json:"config"`
}

type gradientLine struct {
	Type    string            `json:"type"` // gradient
	Batches string            `json:"batches"`
	After   int               `json:"after"` // steps done
	Agree   bool              `json:"agree"`
	Verdict report.Outcome    `json:"verdict"`
	Tensors []twin.Difference `json:"tensors"`
	Check   *compare.Report   `json:"check"`
	Other   *compare.Report   `json:"other,omitempty"` // of the second backend, where that is not numeric itself
}

func (j *compareJSON) compared(c twin.Config, g twin.Comparison) error {
	if g.After == 0 {
		if err := j.line(runLine{"run", c}); err != nil {
			return err
		}
	}
	outcome := report.OutcomeOf(g.Checks()...)
	return j.line(gradientLine{"gradient", c.Policy.String(), g.After, outcome == report.Agree, outcome, g.Tensors,
		g.Check, g.Other})
}

func (j *compareJSON) step(c twin.Config, symbolic, numeric twin.Step) error {
	for _, s := range []struct {
		backend string
		twin.Step
	}{{j.names[0], symbolic}, {j.names[1], numeric}} {
		if err := j.line(stepLine{"step", c.Policy.String(), s.backend, s.Step.Step, stats.Nullable(s.Loss), s.Seconds}); err != nil {
			return err
		}
	}
	return nil
}

func (j *compareJSON) ran(*report.Run) error { return nil }

// backendResult is what one backend reached in a run.
type backendResult struct {
	Backend     string         `json:"backend"`
	Loss        stats.Nullable `json:"loss"`     // after the last step
	Accuracy    []float64      `json:"accuracy"` // at evaluated
	StepSeconds stats.Nullable `json:"step_seconds"`
	Seconds     float64        `json:"seconds"`
}

type runResult struct {
	Batches    string          `json:"batches"`
	Steps      int             `json:"steps"`
	Agree      bool            `json:"agree"`
	Verdict    report.Outcome  `json:"verdict"`
	Backends   []backendResult `json:"backends"`
	Evaluated  []int           `json:"evaluated"`
	LossGap    stats.Nullable  `json:"loss_gap"` // largest relative difference of the losses
	Drift      stats.Nullable  `json:"drift"`    // relative distance of the parameters at the end
	SpeedRatio stats.Nullable  `json:"speed_ratio"`
}

type resultLine struct {
	Type        string         `json:"type"` // result
	Agree       bool           `json:"agree"`
	Verdict     report.Outcome `json:"verdict"`
	Interrupted bool           `json:"interrupted"`
	Error       string         `json:"error,omitempty"`
	Runs        []runResult    `json:"runs"`
}

func (j *compareJSON) end(r *report.Results, _ string) error {
	outcome := r.Outcome()
	l := resultLine{Type: "result", Agree: outcome == report.Agree, Verdict: outcome, Interrupted: r.Interrupted,
		Error: r.Error}
	for i := range r.Runs {
		l.Runs = append(l.Runs, newRunResult(&r.Runs[i]))
	}
	return j.line(l)
}

func newRunResult(run *report.Run) runResult {
	gap, _ := run.LossGap()
	result := runResult{
		Batches: run.Config.Policy.String(), Steps: len(run.Drift), Evaluated: run.Evaluated,
		Agree: run.Outcome() == report.Agree, Verdict: run.Outcome(),
		LossGap: stats.Nullable(gap), Drift: stats.Nullable(last(run.Drift)), SpeedRatio: stats.Nullable(run.SpeedRatio()),
	}
	for _, s := range []twin.Series{run.Symbolic, run.Numeric} {
		result.Backends = append(result.Backends, backendResult{
			Backend: s.Backend, Loss: stats.Nullable(last(s.Loss)), Accuracy: s.Accuracy,
			StepSeconds: stats.Nullable(stats.Median(s.Seconds)), Seconds: floats.Sum(s.Seconds),
		})
	}
	return result
}
