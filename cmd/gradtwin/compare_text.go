package main

import (
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"
	"gonum.org/v1/gonum/floats"

	"gradtwin/compare/twin"
	"gradtwin/internal/report"
	"gradtwin/internal/stats"
	"gradtwin/internal/words"
)

// compareText prints a comparison as tables.
type compareText struct {
	*app
	names [2]string // of the backends
}

func (t *compareText) begin(r *report.Results) error {
	t.say("MNIST from the %s: %s training rows, %s test rows", r.Data.Origin, words.Int(r.Data.Train),
		words.Int(r.Data.Test))
	return nil
}

func (t *compareText) compared(c twin.Config, g twin.Comparison) error {
	where := "at the start"
	if g.After > 0 {
		where = fmt.Sprintf("after %s steps", words.Int(g.After))
	} else {
		fmt.Fprintf(t.stdout, "\n== %v batches ==\n", c.Policy)
	}
	if g.Step > 0 {
		where += fmt.Sprintf(", h = %g", g.Step)
	}
	fmt.Fprintln(t.stdout)
	t.say("The gradients of %s and %s %s", t.names[0], t.names[1], where)
	t.show(report.DifferenceTable(t.names, &g), "mean relative", "elements", "mean |s − n|", t.names[1])
	if sentence := report.Misses(&g); sentence != "" {
		t.say("%s", sentence)
	}
	t.say("The verdict on each element of %s, by differences with a step of its own:", t.names[0])
	t.printReport(g.Check)
	if g.Other != nil {
		t.say("And on each of %s:", t.names[1])
		t.printReport(g.Other)
	}
	return nil
}

func (t *compareText) step(twin.Config, twin.Step, twin.Step) error { return nil }

func (t *compareText) ran(run *report.Run) error {
	fmt.Fprintln(t.stdout)
	t.say("Training: the loss of each step's own batch after the update")
	t.show(report.LossTable(run), "rel. diff.", "drift")
	t.printLoss(fmt.Sprintf("loss against step, %v batches", run.Config.Policy), run.Symbolic, run.Numeric)
	_, err := fmt.Fprintln(t.stdout)
	return err
}

func (t *compareText) end(r *report.Results, out string) error {
	fmt.Fprintln(t.stdout)
	w := t.table("total", "steps", "last loss")
	w.AppendHeader(table.Row{"batches", "backend", "steps", "last loss", "accuracy", "time per step", "total"})
	for i := range r.Runs {
		run := &r.Runs[i]
		for _, s := range []twin.Series{run.Symbolic, run.Numeric} {
			w.AppendRow(table.Row{run.Config.Policy, s.Backend, words.Int(len(s.Loss)), fmt.Sprintf("%.9g", last(s.Loss)),
				accuracy(s.Accuracy), words.Seconds(stats.Median(s.Seconds)), words.Seconds(floats.Sum(s.Seconds))})
		}
	}
	if len(r.Runs) > 0 {
		w.print()
		fmt.Fprintln(t.stdout)
	}
	for i := range r.Runs {
		for _, sentence := range r.Runs[i].Sentences() {
			t.say("%v: %s", r.Runs[i].Config.Policy, sentence)
		}
	}
	if out != "" {
		fmt.Fprintf(t.stdout, "Results and plots are in %s.\n", out)
	}
	if r.Inject != "" {
		t.say("%s", report.Planted(r.Inject))
	}
	t.say("%s", r.Verdict())
	if power := r.Power(); power != "" {
		t.say("%s", power)
	}
	if r.Interrupted {
		t.say("%s", interruptedText(r.Runs))
	}
	_, err := fmt.Fprintf(t.stdout, "Replay: %s\n", r.Replay)
	return err
}

// interruptedText says how far the runs came.
func interruptedText(runs []report.Run) string {
	if len(runs) == 0 {
		return "Interrupted before the first step."
	}
	run := &runs[len(runs)-1]
	return fmt.Sprintf("Interrupted after %s of %s with %v batches: the results are of what was done until then.",
		words.Int(len(run.Drift)), words.Count(run.Config.Steps, "step", "steps"), run.Config.Policy)
}
