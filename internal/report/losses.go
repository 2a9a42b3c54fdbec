package report

import (
	"fmt"

	"gradtwin/compare/twin"
	"gradtwin/internal/words"
)

// LossTable shows the losses of a run at some steps.
func LossTable(r *Run) *Table {
	t := &Table{
		Caption: "The loss of each step's own batch after the update, at some of the steps.",
		Label:   "losses",
		Head:    []string{"step", r.Symbolic.Backend, r.Numeric.Backend, "rel. diff.", "drift"},
	}
	for _, step := range shownSteps(len(r.Drift)) {
		s, n := r.Symbolic.Loss[step-1], r.Numeric.Loss[step-1]
		t.Add(words.Int(step), fmt.Sprintf("%.12g", s), fmt.Sprintf("%.12g", n),
			words.Digits(twin.RelativeDifference(s, n), 2), words.Digits(r.Drift[step-1], 2))
	}
	return t
}

// SingleLossTable shows the losses of one backend's steps, with the digits that tell
// any two from each other, and their times.
func SingleLossTable(s *twin.Series) *Table {
	t := &Table{
		Caption: "The loss of each step's own batch after the update, at some of the steps.",
		Label:   "losses",
		Head:    []string{"step", "loss", "time"},
	}
	for _, step := range shownSteps(len(s.Loss)) {
		t.Add(words.Int(step), fmt.Sprintf("%.17g", s.Loss[step-1]), words.Seconds(s.Seconds[step-1]))
	}
	return t
}

// shownSteps picks steps of a run: the first three, which the published experiment
// gives, every tenth of the run, and the last.
func shownSteps(steps int) (shown []int) {
	for step := 1; step <= steps; step++ {
		if step <= 3 || step == steps || step%max(1, steps/10) == 0 {
			shown = append(shown, step)
		}
	}
	return shown
}
