package eval

import (
	"errors"
	"fmt"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/memory"
	"gradtwin/graph/internal/ops"
	"gradtwin/graph/internal/tape"
)

// runs computes a cost and its gradients on a copy of the user's graph, from the
// values of the user's nodes, and checks that these do not change.
type runs struct {
	ByNode map[*gorgonia.Node]*Leaf // by the node's copy
	Ops    *ops.Copier              // of operations whose state each run copies, nil when there are none

	// Explain adds what is known of the node that failed to the error of a run.
	Explain func(error) error

	outputs        gorgonia.Nodes // the cost and the gradients that are not 0
	loss, gradient evaluator
	watch          watch
}

// evaluator computes a graph's cost, and maybe its gradients.
type evaluator interface {
	Run(leaves tape.Leaves) error
	Value(n *gorgonia.Node) gorgonia.Value
}

// compile makes the evaluators.
func (r *runs) compile(outputs gorgonia.Nodes, leaves, params []*Leaf) (err error) {
	r.outputs = outputs
	if r.loss, err = tape.New(outputs[:1:1]); err != nil {
		return err
	}
	if r.gradient, err = tape.New(outputs); err != nil {
		return err
	}
	r.watch = watch{params: params}
	r.watch.leaves = append(r.watch.leaves, leaves...)
	for _, n := range inspect.Cone(outputs...) {
		if n.Op() != nil && inspect.IsConstant(n.Op()) && !n.IsScalar() {
			r.watch.leaves = append(r.watch.leaves, &Leaf{Node: n, Name: n.Name()})
		}
	}
	return nil
}

// prepare reads the inputs' values and the operations' state.
func (r *runs) prepare() error {
	if err := r.watch.save(); err != nil {
		return err
	}
	r.renew()
	return nil
}

// renew reads the operations' state.
func (r *runs) renew() {
	if r.Ops != nil {
		r.Ops.Renew()
	}
}

// leafValue returns the value of a copy of an input.
func (r *runs) leafValue(n *gorgonia.Node) gorgonia.Value { return r.ByNode[n].value() }

// run computes, and returns an error if an input or a constant was overwritten.
func (r *runs) run(e evaluator) error {
	if err := r.prepare(); err != nil {
		return err
	}
	err := r.explain(e.Run(r.leafValue))
	for k, l := range r.watch.leaves {
		if l.Drawn {
			continue
		}
		if shape := l.checkShape(); shape != nil {
			return errors.Join(err, shape)
		}
		if r.watch.differs(k) {
			return errors.Join(err, r.overwritten(e, k))
		}
	}
	return err
}

// explain calls Explain if there is an error.
func (r *runs) explain(err error) error {
	if err == nil || r.Explain == nil {
		return err
	}
	return r.Explain(err)
}

// follow calls do with the tape of the loss, or of the gradient, and restores what
// its runs overwrite.
func (r *runs) follow(gradient bool, do func(*tape.Tape) error) error {
	e, outputs := r.loss, r.outputs[:1:1]
	if gradient {
		e, outputs = r.gradient, r.outputs
	}
	t, ok := e.(*tape.Tape)
	if !ok { // Gorgonia's own machine, which cannot be followed
		var err error
		if t, err = tape.New(outputs); err != nil {
			return err
		}
	}
	if err := r.prepare(); err != nil {
		return err
	}
	defer r.watch.restore()
	return do(t)
}

// replays is how often a run is repeated to find the operation that changes an input.
// One that writes its result there is found in the first run; only one that changes
// its operand without returning it needs more.
const replays = 3

// overwritten restores the inputs and returns an error that names what changed leaf
// k: an operation, if the evaluator can be followed, or something else.
func (r *runs) overwritten(e evaluator, k int) error {
	l := r.watch.leaves[k]
	r.watch.restore()
	t, ok := e.(*tape.Tape)
	if !ok {
		return fmt.Errorf("%s has changed during the run (its values are restored)", l.text())
	}
	writer := r.writer(t, k)
	for i := 1; i < replays && writer != nil; i++ {
		if memory.Overlap(memory.Bytes(t.Value(writer)), l.bytes) {
			break
		}
		if r.writer(t, k) != writer {
			writer = nil
		}
	}
	if writer == nil {
		return fmt.Errorf("%s has changed during the run, and no operation of the graph writes there "+
			"(its values are restored): another goroutine may", l.text())
	}
	return fmt.Errorf("the run has overwritten %s (its values are restored): node %v writes its result there",
		l.text(), writer)
}

// writer returns the operation after which leaf k has changed, nil if it did
// not, and restores all inputs.
func (r *runs) writer(t *tape.Tape, k int) (writer *gorgonia.Node) {
	defer r.watch.restore()
	_ = t.Follow(r.leafValue, func(n *gorgonia.Node) bool {
		if n.Op() != nil && r.watch.differs(k) {
			writer = n
		}
		return writer == nil
	})
	return writer
}
