package graph

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

// keeping is what a function knows between Keep and Release.
type keeping struct {
	kept    *kept // nil before the first loss
	again   map[*leaf]*again
	last    *again   // what was computed last, nil for everything
	whole   bool     // the tape's results are those of the elements as they were before changed
	changed []change // since the last loss
	many    bool     // more have changed
	err     error    // an input was written into
}

// change is an element that was set.
type change struct {
	leaf          *leaf
	i             int
	bytes, backup []byte // the element's
}

// mostChanges is how many changed elements are looked after one by one.
const mostChanges = 64

// Keep says that until Release nothing but Set changes what the loss is computed
// from. Loss then computes again only what depends on the input whose elements
// were set, to the same bits; that no operation has written into an input is seen
// to by Release, once. It is an error where Gorgonia's own machine computes
// (WithTapeMachine).
func (w *Wrapped) Keep() error {
	if _, ok := w.runs.loss.(*tape); !ok {
		return fmt.Errorf("keep: Gorgonia's machine keeps no results: %w", errors.ErrUnsupported)
	}
	w.keeping = nil
	if err := w.prepare(); err != nil {
		return err
	}
	w.keeping = &keeping{again: map[*leaf]*again{}}
	return nil
}

// Release ends what Keep began. After an error, an input has changed that was not
// set and no result since Keep is to be relied on; without Keep, every run looks
// for that and names the operation that does it. The inputs are then as they
// would be had they only been set.
func (w *Wrapped) Release() error {
	h := w.keeping
	if h == nil {
		return nil
	}
	w.keeping = nil
	err := h.err
	if err == nil {
		err = w.unchanged()
	}
	if err != nil {
		w.restore()
	}
	return err
}

// unchanged returns an error that names an input or a constant that is not what
// it was when it was copied, or set since.
func (w *Wrapped) unchanged() error {
	for k, l := range w.runs.watched {
		if l.drawn {
			continue
		}
		if l.node.Value() != l.held || !bytes.Equal(w.runs.backup[k], l.bytes) {
			return fmt.Errorf("%s has changed and was not set", l.text())
		}
		if err := l.checkShape(); err != nil {
			return err
		}
	}
	return nil
}

// set notes that element i of a leaf was set.
func (w *Wrapped) set(l *leaf, i int) {
	from, to := l.Span(i)
	c := change{l, i, l.bytes[from:to], w.runs.backup[slices.Index(w.runs.watched, l)][from:to]}
	copy(c.backup, c.bytes)
	if h := w.keeping; len(h.changed) < mostChanges {
		h.changed = append(h.changed, c)
	} else {
		h.many = true
	}
}

// runKept computes the loss between Keep and Release.
func (w *Wrapped) runKept() error {
	h, t := w.keeping, w.runs.loss.(*tape)
	if w.ops != nil {
		w.ops.Renew()
	}
	var err error
	if l, elements := h.onlyChanged(); h.whole && l != nil {
		a := w.againAfter(l)
		if h.last != a {
			a.forget()
		}
		h.last = a
		err = t.runAgain(h.kept, a, elements, w.leafValue)
	} else if !h.whole || len(h.changed) > 0 {
		h.last = nil
		err = t.run(w.leafValue)
	}
	if h.whole = err == nil; err != nil {
		return w.explainRun(err)
	}
	if h.kept == nil {
		h.kept = t.keep()
	}
	if h.many {
		h.err = w.unchanged()
	}
	for _, c := range h.changed {
		if !bytes.Equal(c.bytes, c.backup) {
			h.err = fmt.Errorf("%s has changed in the run", c.leaf.text())
		}
	}
	h.changed, h.many = h.changed[:0], false
	return h.err
}

// againAfter returns what to compute when a leaf has changed.
func (w *Wrapped) againAfter(l *leaf) *again {
	h, t := w.keeping, w.runs.loss.(*tape)
	if h.again[l] == nil {
		step := slices.IndexFunc(t.code, func(s step) bool { return s.leaf && w.byNode[s.node] == l })
		h.again[l] = t.newAgain(h.kept, step)
	}
	return h.again[l]
}

// onlyChanged returns the one leaf of which elements were set, with these, nil
// when there are several or none.
func (h *keeping) onlyChanged() (l *leaf, elements []int) {
	if len(h.changed) == 0 || h.many {
		return nil, nil
	}
	for _, c := range h.changed {
		if c.leaf != h.changed[0].leaf {
			return nil, nil
		}
		if !slices.Contains(elements, c.i) {
			elements = append(elements, c.i)
		}
	}
	return h.changed[0].leaf, elements
}
