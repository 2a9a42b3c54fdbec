package graph

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"

	"gradtwin"
)

// TrainingStep is one step of training as its user wrote it, with a machine and
// a solver of the user's, as a function whose gradient is the one that the solver
// was given. A check of it shows whether that is the gradient of the loss, and
// fails also where the step does something else than it should: see Misuses.
type TrainingStep struct {
	*Wrapped
	deviation []float64 // of what the solver was given from the graph's gradient, nil without one
	misuses   []gradtwin.Fault
	notes     []string
}

// trainingRuns is how often a step is run: what goes wrong from the second run
// on, as without Reset, shows in the second, and what alternates in the third.
const trainingRuns = 3

// WrapStep runs a step of training three times, from where the nodes stand, and
// puts everything back. The step is given the solver, wrapped so that what it is
// given and what it does can be seen; all else of it may be as in a training loop:
//
//	s, err := graph.WrapStep(f, solver, func(solver gorgonia.Solver) error {
//		if err := vm.RunAll(); err != nil {
//			return err
//		}
//		defer vm.Reset()
//		return solver.Step(model)
//	})
//
// f is what Wrap made of the step's cost. Between the runs the elements are moved
// by 1 or 2 percent, so that a gradient of another place shows at any learning
// rate. A step that calls no solver, with a nil solver or an update by hand, is
// judged by how it moves the elements.
//
// Put back are, to the bit, the values and the bound gradients of all nodes of the
// graph, what Read nodes have read, the state of operations, and that of
// Gorgonia's own solvers. Not put back are a machine that is not Reset, the
// user's own solver, other graphs, and what else the step changes.
//
// Dropout draws what f holds while the step runs. Of other random nodes the values
// are read from the step's run; where that fails, as the loss shows, the step
// cannot be judged and the error says so. Other errors are the step's own.
func WrapStep(f *Wrapped, solver gorgonia.Solver, step func(solver gorgonia.Solver) error) (*TrainingStep, error) {
	if f.user.held == nil {
		return nil, errors.New("training step: of a function that Wrap has not made itself")
	}
	r := &recorder{Wrapped: f, solver: solver}
	k := takeDown(f, solver)
	defer k.restore()
	r.holdDropout(k)
	for n := range trainingRuns {
		if n > 0 {
			r.shake(n)
		}
		if err := r.run(step); err != nil {
			return nil, fmt.Errorf("training step, run %d: %w%s", n+1, err, r.hint())
		}
	}
	s := &TrainingStep{Wrapped: f}
	j := &stepJudge{recorder: r, step: s}
	if err := j.judge(); err != nil {
		return nil, fmt.Errorf("training step: %w", err)
	}
	return s, nil
}

// hint says what an error of a solver may come from.
func (r *recorder) hint() string {
	calls := r.runs[len(r.runs)-1].calls
	if len(calls) == 0 || calls[len(calls)-1].err == nil {
		return ""
	}
	var unbound []string
	for k, l := range r.params {
		if v, err := l.node.Grad(); err != nil || v == nil {
			unbound = append(unbound, r.layout[k].Name)
		}
	}
	if unbound == nil {
		return ""
	}
	return fmt.Sprintf(" (no gradient is bound to %s: call gorgonia.Grad before the machine is made, "+
		"make it with BindDualValues, and run it before the solver's Step)", strings.Join(unbound, ", "))
}

// Gradient computes the gradient that the solver was given in the first run. At
// other elements it is the graph's, with the difference of the two where the step
// was run.
func (s *TrainingStep) Gradient(dst []float64) error {
	if err := s.Wrapped.Gradient(dst); err != nil {
		return err
	}
	for i, d := range s.deviation {
		dst[i] += d
	}
	return nil
}

// Clone returns the step at the same elements, for another goroutine.
func (s *TrainingStep) Clone() (gradtwin.Function, error) {
	w, err := s.clone()
	if err != nil {
		return nil, err
	}
	return &TrainingStep{Wrapped: w, deviation: s.deviation, misuses: s.misuses, notes: s.notes}, nil
}

// Misuses returns what the step does that it should not, with the run in which it
// showed, and what to write instead: a machine that is not Reset, gradients that
// accumulate, the gradient of another cost, a division by the batch size twice, a
// solver that moves nothing.
func (s *TrainingStep) Misuses() []gradtwin.Fault { return slices.Clone(s.misuses) }

// Notes says what Wrapped.Notes does, and what the step was seen to do.
func (s *TrainingStep) Notes() []string { return slices.Concat(s.Wrapped.Notes(), s.notes) }
