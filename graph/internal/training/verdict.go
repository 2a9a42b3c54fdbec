package training

import (
	"fmt"
	"slices"

	"gradtwin"
)

// Verdict is what the runs of a step have shown.
type Verdict struct {
	Deviation []float64 // of what the solver was given from the graph's gradient, nil without one
	Misuses   []gradtwin.Fault
	Notes     []string
}

// judge says what the runs of a step show.
type judge struct {
	*recorder
	verdict *Verdict
	rate    float64 // of a step that updates by hand, 0 where it is not known
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
