package training

import (
	"fmt"
	"slices"

	"gradtwin"
)

// Verdict is what the runs of a training step have shown.
type Verdict struct {
	Deviation []float64 // the solver's gradient less the graph's, nil where they agree
	Misuses   []gradtwin.Fault
	Notes     []string
}

// judge finds what is wrong in the runs of a step.
type judge struct {
	*recorder
	verdict *Verdict
	rate    float64 // of a step without a solver, 0 where it is not known
}

// note adds a sentence, once.
func (j *judge) note(text string) {
	if !slices.Contains(j.verdict.Notes, text) {
		j.verdict.Notes = append(j.verdict.Notes, text)
	}
}

// misuse adds what is wrong, once.
func (j *judge) misuse(run int, problem, instead string) {
	if !slices.ContainsFunc(j.verdict.Misuses, func(f gradtwin.Fault) bool { return f.Problem == problem }) {
		where := fmt.Sprintf("run %d of the step", run+1)
		j.verdict.Misuses = append(j.verdict.Misuses, gradtwin.Fault{Node: where, Problem: problem, Instead: instead})
	}
}
