package eval

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/memory"
	"gradtwin/graph/internal/tape"
)

// run runs and sees that no input and no constant was overwritten.
func (f *Function) run(e evaluator) error {
	if err := f.prepare(); err != nil {
		return err
	}
	err := f.explain(e.Run(f.leafValue))
	for k, l := range f.watched {
		if l.Drawn {
			continue
		}
		if shape := l.checkShape(); shape != nil {
			return errors.Join(err, shape)
		}
		if !bytes.Equal(f.backup[k], l.bytes) {
			return errors.Join(err, f.overwritten(e, k))
		}
	}
	return err
}

// explain is Explain, of an error if there is one.
func (f *Function) explain(err error) error {
	if err == nil || f.Explain == nil {
		return err
	}
	return f.Explain(err)
}

// prepare takes up the inputs' values and the operations' state, and keeps a
// copy of the values.
func (f *Function) prepare() error {
	if h := f.keeping; h != nil {
		h.whole = false // the run to come may be of the same tape
		if h.err = f.unchanged(); h.err != nil {
			return h.err
		}
	}
	if f.backup == nil {
		f.backup = make([][]byte, len(f.watched))
	}
	for k, l := range f.watched {
		if err := l.sync(slices.Contains(f.Params, l)); err != nil {
			return err
		}
		f.backup[k] = append(f.backup[k][:0], l.bytes...)
	}
	if f.Ops != nil {
		f.Ops.Renew()
	}
	return nil
}

// leafValue returns the value of a copy of an input.
func (f *Function) leafValue(n *gorgonia.Node) gorgonia.Value { return f.ByNode[n].value() }

// restore gives the inputs the values that they had before the run.
func (f *Function) restore() {
	for k, l := range f.watched {
		copy(l.bytes, f.backup[k])
	}
}

// replays is how often a run is repeated to see whether the same operation
// changes an input each time. An operation that writes its result there shows
// at once; only one that changes its operand without returning it needs them.
const replays = 3

// overwritten restores the inputs and says who changed leaf k: an operation, if
// the evaluator can be followed, or something else.
func (f *Function) overwritten(e evaluator, k int) error {
	name := f.watched[k].text()
	f.restore()
	t, ok := e.(*tape.Tape)
	if !ok {
		return fmt.Errorf("%s has changed during the run (its values are restored)", name)
	}
	writer := f.writer(t, k)
	for i := 1; i < replays && writer != nil; i++ {
		if memory.Overlap(memory.Bytes(t.Value(writer)), f.watched[k].bytes) {
			break
		}
		if f.writer(t, k) != writer {
			writer = nil
		}
	}
	if writer == nil {
		return fmt.Errorf("%s has changed during the run, and no operation of the graph writes there "+
			"(its values are restored): another goroutine may", name)
	}
	return fmt.Errorf("the run has overwritten %s (its values are restored): node %v writes its result there",
		name, writer)
}

// writer returns the operation after which leaf k has changed, nil if it did
// not, and restores all inputs.
func (f *Function) writer(t *tape.Tape, k int) (writer *gorgonia.Node) {
	defer f.restore()
	_ = t.Follow(f.leafValue, func(n *gorgonia.Node) bool {
		if n.Op() != nil && !bytes.Equal(f.backup[k], f.watched[k].bytes) {
			writer = n
		}
		return writer == nil
	})
	return writer
}

// follow calls do with the tape of the loss, or of the gradient, and restores what
// its runs overwrite.
func (f *Function) follow(gradient bool, do func(*tape.Tape) error) error {
	e, outputs := f.loss, gorgonia.Nodes{f.Cost}
	if gradient {
		e, outputs = f.gradient, f.outputs()
	}
	t, ok := e.(*tape.Tape)
	if !ok { // Gorgonia's own machine, which cannot be followed
		var err error
		if t, err = tape.New(outputs); err != nil {
			return err
		}
	}
	if err := f.prepare(); err != nil {
		return err
	}
	defer f.restore()
	return do(t)
}

// Follow runs the loss, or the gradient, as long as each node that has been
// computed, with its value, is answered by true. Inputs are answered for too.
func (f *Function) Follow(gradient bool, computed func(n *gorgonia.Node, v gorgonia.Value) bool) error {
	return f.follow(gradient, func(t *tape.Tape) error {
		return t.Follow(f.leafValue, func(n *gorgonia.Node) bool { return computed(n, t.Value(n)) })
	})
}

// Overwritten runs the loss, or the gradient, and returns the values that are
// overwritten before they are used. A run that fails has none: it says so when it
// is asked for.
func (f *Function) Overwritten(gradient bool) (found []tape.Overwriting) {
	_ = f.follow(gradient, func(t *tape.Tape) error {
		found = t.Overwritten(f.leafValue)
		return nil
	})
	return found
}
