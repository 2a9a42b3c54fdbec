package graph

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/memory"
)

// run computes and sees that no input and no constant was overwritten.
func (w *Wrapped) run(e evaluator) error {
	if err := w.prepare(); err != nil {
		return err
	}
	err := e.run(w.leafValue)
	if err != nil {
		err = w.explainRun(err)
	}
	for k, l := range w.runs.watched {
		if l.drawn {
			continue
		}
		if shape := l.checkShape(); shape != nil {
			return errors.Join(err, shape)
		}
		if !bytes.Equal(w.runs.backup[k], l.bytes) {
			return errors.Join(err, w.overwritten(e, k))
		}
	}
	return err
}

// checkShape returns an error where a run has given a leaf's value another shape.
func (l *leaf) checkShape() error {
	if l.node.IsScalar() || l.node.Shape().Eq(l.held.Shape()) {
		return nil
	}
	return fmt.Errorf("the run has changed the shape of %s from %v to %v", l.text(), l.node.Shape(), l.held.Shape())
}

// prepare takes up the inputs' values and the operations' state, and keeps a
// copy of the values.
func (w *Wrapped) prepare() error {
	if h := w.keeping; h != nil {
		h.whole = false // the run to come may be of the same tape
		if h.err = w.unchanged(); h.err != nil {
			return h.err
		}
	}
	if w.runs.backup == nil {
		w.runs.backup = make([][]byte, len(w.runs.watched))
	}
	for k, l := range w.runs.watched {
		if err := l.sync(slices.Contains(w.params, l)); err != nil {
			return err
		}
		w.runs.backup[k] = append(w.runs.backup[k][:0], l.bytes...)
	}
	if w.ops != nil {
		w.ops.Renew()
	}
	return nil
}

// leafValue returns the value of a copy of an input.
func (w *Wrapped) leafValue(n *gorgonia.Node) gorgonia.Value { return w.byNode[n].value() }

// restore gives the inputs the values that they had before the run.
func (w *Wrapped) restore() {
	for k, l := range w.runs.watched {
		copy(l.bytes, w.runs.backup[k])
	}
}

// replays is how often a run is repeated to see whether the same operation
// changes an input each time. An operation that writes its result there shows
// at once; only one that changes its operand without returning it needs them.
const replays = 3

// overwritten restores the inputs and says who changed leaf k: an operation, if
// the evaluator can be followed, or something else.
func (w *Wrapped) overwritten(e evaluator, k int) error {
	name := w.runs.watched[k].text()
	w.restore()
	t, ok := e.(*tape)
	if !ok {
		return fmt.Errorf("%s has changed during the run (its values are restored)", name)
	}
	writer := w.writer(t, k)
	for i := 1; i < replays && writer != nil && !memory.Overlap(memory.Bytes(t.value(writer)), w.runs.watched[k].bytes); i++ {
		if w.writer(t, k) != writer {
			writer = nil
		}
	}
	if writer == nil {
		return fmt.Errorf("%s has changed during the run, and no operation of the graph writes there (its values are restored): another goroutine may", name)
	}
	return fmt.Errorf("the run has overwritten %s (its values are restored): node %v writes its result there", name, writer)
}

// writer returns the operation after which leaf k has changed, nil if it did
// not, and restores all inputs.
func (w *Wrapped) writer(t *tape, k int) (writer *gorgonia.Node) {
	defer w.restore()
	_ = t.follow(w.leafValue, func(n *gorgonia.Node) bool {
		if n.Op() != nil && !bytes.Equal(w.runs.backup[k], w.runs.watched[k].bytes) {
			writer = n
		}
		return writer == nil
	})
	return writer
}
