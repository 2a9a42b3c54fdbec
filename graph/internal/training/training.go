// Package training judges a step of training that its user has written: it runs the
// step a few times, with the solver watched, and holds what it does against the
// gradient of the graph.
//
// A recorder, which is the solver that the step gets, writes down each call; the
// judge says what the calls show; undo puts everything back.
package training

import (
	"fmt"
	"strings"

	"gorgonia.org/gorgonia"

	"gradtwin"
	"gradtwin/graph/internal/eval"
	"gradtwin/graph/internal/replica"
)

// Subject is the function that a step trains.
type Subject struct {
	*eval.Function
	UserCost *gorgonia.Node
	Nodes    map[*gorgonia.Node]*gorgonia.Node // the user's node of each copy
	Draws    *replica.Draws

	// Values runs the loss and returns what it computed, by the user's nodes.
	Values func() func(*gorgonia.Node) []float64

	// Other computes the gradient of another cost of the user's graph.
	Other func(cost *gorgonia.Node, wrt gorgonia.Nodes) ([]float64, error)
}

// Verdict is what the runs of a step have shown.
type Verdict struct {
	Deviation []float64 // of what the solver was given from the graph's gradient, nil without one
	Misuses   []gradtwin.Fault
	Notes     []string
}

// stepRuns is how often a step is run: what goes wrong from the second run on, as
// without Reset, shows in the second, and what alternates in the third.
const stepRuns = 3

// Judge runs a step and puts everything back.
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

// hint says what an error of a solver may come from.
func (r *recorder) hint() string {
	calls := r.runs[len(r.runs)-1].calls
	if len(calls) == 0 || calls[len(calls)-1].err == nil {
		return ""
	}
	var unbound []string
	for k, l := range r.Params {
		if v, err := l.Node.Grad(); err != nil || v == nil {
			unbound = append(unbound, r.Layout[k].Name)
		}
	}
	if unbound == nil {
		return ""
	}
	return fmt.Sprintf(" (no gradient is bound to %s: call gorgonia.Grad before the machine is made, "+
		"make it with BindDualValues, and run it before the solver's Step)", strings.Join(unbound, ", "))
}
