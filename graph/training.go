package graph

import (
	"errors"
	"slices"

	"gorgonia.org/gorgonia"

	"gradtwin"
	"gradtwin/graph/internal/training"
)

// TrainingStep is one step of training as its user wrote it, with a machine and
// a solver of the user's, as a function whose gradient is the one that the solver
// was given. A check of it shows whether that is the gradient of the loss, and
// fails also where the step does something else than it should: see Misuses.
type TrainingStep struct {
	*Wrapped
	verdict *training.Verdict
}

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
	if f.user.draws == nil {
		return nil, errors.New("training step: of a function that Wrap has not made itself")
	}
	v, err := training.Judge(training.Subject{
		Function: f.f, UserCost: f.user.cost, Nodes: f.user.nodes, Draws: f.user.draws,
		Values: f.forwardValues, Other: gradientOf,
	}, solver, step)
	if err != nil {
		return nil, err
	}
	return &TrainingStep{Wrapped: f, verdict: v}, nil
}

// gradientOf computes the gradient of a cost.
func gradientOf(cost *gorgonia.Node, wrt gorgonia.Nodes) ([]float64, error) {
	w, err := Wrap(cost, wrt...)
	if err != nil {
		return nil, err
	}
	g := make([]float64, w.Layout().Len())
	return g, w.Gradient(g)
}

// Gradient computes the gradient that the solver was given in the first run. At
// other elements it is the graph's, with the difference of the two where the step
// was run.
func (s *TrainingStep) Gradient(dst []float64) error {
	if err := s.Wrapped.Gradient(dst); err != nil {
		return err
	}
	for i, d := range s.verdict.Deviation {
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
	return &TrainingStep{Wrapped: w, verdict: s.verdict}, nil
}

// Misuses returns what the step does that it should not, with the run in which it
// showed, and what to write instead: a machine that is not Reset, gradients that
// accumulate, the gradient of another cost, a division by the batch size twice, a
// solver that moves nothing.
func (s *TrainingStep) Misuses() []gradtwin.Fault { return slices.Clone(s.verdict.Misuses) }

// Notes says what Wrapped.Notes does, and what the step was seen to do.
func (s *TrainingStep) Notes() []string { return slices.Concat(s.Wrapped.Notes(), s.verdict.Notes) }
