// Package training checks a training step that a user has written. It runs the step a
// few times and compares what it does with the gradient of the graph.
//
// A recorder takes the place of the solver and records each call; the judge reports
// what the calls show; undo restores everything.
package training

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/ops"
	"gradtwin/graph/internal/peek"
)

// stepRuns is how often a step is run. The second run shows what goes wrong from then
// on, as without Reset, and the third what alternates.
const stepRuns = 3

// Judge runs a step and restores everything.
func Judge(s Subject, solver gorgonia.Solver, step func(gorgonia.Solver) error) (*Verdict, error) {
	r := &recorder{Subject: s, solver: solver}
	k := newUndo(&s, solver)
	defer k.restore()
	r.holdDropout(k)
	for n := range stepRuns {
		if n > 0 {
			r.shake(n)
		}
		if err := r.run(step); err != nil {
			return nil, fmt.Errorf("training step, run %d: %w%s", n+1, err, r.hint())
		}
	}
	j := &judge{recorder: r, verdict: &Verdict{}}
	if err := j.look(); err != nil {
		return nil, fmt.Errorf("training step: %w", err)
	}
	return j.verdict, nil
}

// look judges all runs.
func (j *judge) look() error {
	var previous []float64
	listed := make([]bool, len(j.Params))
	var others []string
	for n, t := range j.runs {
		entry := t.entry
		for m, c := range t.calls {
			g := &given{
				subject: &j.Subject, run: n, again: m > 0, x: c.x, bound: c.bound, entry: entry, right: c.gradient,
				previous: previous, of: c.given,
				ranLater: m == len(t.calls)-1 && !same(t.exit, c.left), followed: c.followed, idle: c.idle, changed: c.changed,
				deviation: n == 0 && m == 0,
			}
			if err := j.checkGradient(g); err != nil {
				return err
			}
			j.checkMove(n, c)
			j.checkUndone(n, m, c)
			previous, entry = c.gradient, c.left
			for k, of := range c.given {
				listed[k] = listed[k] || of
			}
			others = append(others, c.others...)
		}
		if len(t.calls) == 0 {
			if err := j.byHand(n, t, previous); err != nil {
				return err
			}
			previous = t.gradient
		}
	}
	j.summary(listed, others)
	return nil
}

// summary notes what the solver does not move, and what was judged of a step in which
// nothing is wrong.
func (j *judge) summary(listed []bool, others []string) {
	if len(j.runs[0].calls) == 0 {
		return
	}
	for k, of := range listed {
		if !of {
			j.note(j.Layout[k].Name + " is not in the list that the solver is given, and is not moved by it")
		}
	}
	if slices.Sort(others); len(others) > 0 {
		j.note("the solver also moves " + strings.Join(slices.Compact(others), ", "))
	}
	if t := reflect.TypeOf(j.solver); !peek.IsGorgoniasType(t) && ops.MayKeepState(t) {
		j.note(fmt.Sprintf("%v is not Gorgonia's own: what it keeps from step to step is not put back", t))
	}
	if j.verdict.Misuses != nil {
		return
	}
	const ran = "the training step was run %d times and put back: %s is given the gradient"
	text := fmt.Sprintf(ran, stepRuns, solverName(j.solver))
	if d, ok := descentOf(j.solver); ok {
		text += fmt.Sprintf(" and moves the elements by %v", d)
	} else {
		text += "; how it moves the elements is not judged"
	}
	j.note(text)
}
