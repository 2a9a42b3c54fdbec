package eval

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/tape"
)

// keeping computes losses between Keep and Release: only what depends on the
// elements that were set.
type keeping struct {
	runs    *runs
	tape    *tape.Tape         // of the loss
	depends *tape.Dependencies // nil before the first loss
	partial map[*Leaf]*tape.Partial
	last    *tape.Partial // what was computed last, nil for everything
	whole   bool          // the tape's results are those of the elements as they were before changed
	changed []change      // since the last loss
	many    bool          // more have changed
	err     error         // an input was written into
}

// mostChanges limits the changed elements that are kept one by one.
const mostChanges = 64

// keep begins to keep results. It is an error where Gorgonia's own machine computes.
func (r *runs) keep() (*keeping, error) {
	t, ok := r.loss.(*tape.Tape)
	if !ok {
		return nil, fmt.Errorf("keep: Gorgonia's machine keeps no results: %w", errors.ErrUnsupported)
	}
	if err := r.prepare(); err != nil {
		return nil, err
	}
	return &keeping{runs: r, tape: t, partial: map[*Leaf]*tape.Partial{}}, nil
}

// release ends it. It is an error if an input has changed other than by set; then the
// inputs get back the values that were set.
func (h *keeping) release() error {
	err := h.err
	if err == nil {
		err = h.runs.watch.unchanged()
	}
	if err != nil {
		h.runs.watch.restore()
	}
	return err
}

// interrupt forgets the results before a run of another kind, which may use the same
// tape.
func (h *keeping) interrupt() error {
	h.whole = false
	h.err = h.runs.watch.unchanged()
	return h.err
}

// set notes that element i of a leaf was set.
func (h *keeping) set(l *Leaf, i int) {
	c := h.runs.watch.changed(l, i)
	if len(h.changed) < mostChanges {
		h.changed = append(h.changed, c)
	} else {
		h.many = true
	}
}

// run computes the loss.
func (h *keeping) run() error {
	h.runs.renew()
	var err error
	if l, elements := h.onlyChanged(); h.whole && l != nil {
		p := h.partialOf(l)
		if h.last != p {
			p.Forget()
		}
		h.last = p
		err = p.Run(elements, h.runs.leafValue)
	} else if !h.whole || len(h.changed) > 0 {
		h.last = nil
		err = h.tape.Run(h.runs.leafValue)
	}
	if h.whole = err == nil; err != nil {
		return h.runs.explain(err)
	}
	if h.depends == nil {
		h.depends = h.tape.Dependencies()
	}
	if h.many {
		h.err = h.runs.watch.unchanged()
	}
	for _, c := range h.changed {
		if !bytes.Equal(c.bytes, c.backup) {
			h.err = fmt.Errorf("%s has changed in the run", c.leaf.text())
		}
	}
	h.changed, h.many = h.changed[:0], false
	return h.err
}

// partialOf returns what to compute when a leaf has changed.
func (h *keeping) partialOf(l *Leaf) *tape.Partial {
	if h.partial[l] == nil {
		h.partial[l] = h.depends.Partial(func(n *gorgonia.Node) bool { return h.runs.ByNode[n] == l })
	}
	return h.partial[l]
}

// onlyChanged returns the leaf of which elements were set, and these. It is nil when
// there are several such leaves or none.
func (h *keeping) onlyChanged() (l *Leaf, elements []int) {
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
