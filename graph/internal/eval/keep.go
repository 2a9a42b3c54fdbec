package eval

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/tape"
)

// keeping is what a function knows between Keep and Release.
type keeping struct {
	depends *tape.Dependencies // nil before the first loss
	partial map[*Leaf]*tape.Partial
	last    *tape.Partial // what was computed last, nil for everything
	whole   bool          // the tape's results are those of the elements as they were before changed
	changed []change      // since the last loss
	many    bool          // more have changed
	err     error         // an input was written into
}

// change is an element that was set.
type change struct {
	leaf          *Leaf
	i             int
	bytes, backup []byte // the element's
}

// mostChanges is how many changed elements are looked after one by one.
const mostChanges = 64

// Keep begins a stretch in which nothing but Set changes what the loss is computed
// from, until Release: Loss then computes again only what depends on the input
// whose elements were set. It is an error where Gorgonia's own machine computes.
func (f *Function) Keep() error {
	if _, ok := f.loss.(*tape.Tape); !ok {
		return fmt.Errorf("keep: Gorgonia's machine keeps no results: %w", errors.ErrUnsupported)
	}
	f.keeping = nil
	if err := f.prepare(); err != nil {
		return err
	}
	f.keeping = &keeping{partial: map[*Leaf]*tape.Partial{}}
	return nil
}

// Release ends what Keep began. It is an error if an input has changed that was not
// set. The inputs are then as they would be had they only been set.
func (f *Function) Release() error {
	h := f.keeping
	if h == nil {
		return nil
	}
	f.keeping = nil
	err := h.err
	if err == nil {
		err = f.unchanged()
	}
	if err != nil {
		f.restore()
	}
	return err
}

// unchanged returns an error that names an input or a constant that is not what
// it was when it was copied, or set since.
func (f *Function) unchanged() error {
	for k, l := range f.watched {
		if l.Drawn {
			continue
		}
		if l.Node.Value() != l.held || !bytes.Equal(f.backup[k], l.bytes) {
			return fmt.Errorf("%s has changed and was not set", l.text())
		}
		if err := l.checkShape(); err != nil {
			return err
		}
	}
	return nil
}

// noteChange notes that element i of a leaf was set.
func (f *Function) noteChange(l *Leaf, i int) {
	from, to := l.Span(i)
	c := change{l, i, l.bytes[from:to], f.backup[slices.Index(f.watched, l)][from:to]}
	copy(c.backup, c.bytes)
	if h := f.keeping; len(h.changed) < mostChanges {
		h.changed = append(h.changed, c)
	} else {
		h.many = true
	}
}

// runKept computes the loss between Keep and Release.
func (f *Function) runKept() error {
	h, t := f.keeping, f.loss.(*tape.Tape)
	if f.Ops != nil {
		f.Ops.Renew()
	}
	var err error
	if l, elements := h.onlyChanged(); h.whole && l != nil {
		p := f.partialOf(l)
		if h.last != p {
			p.Forget()
		}
		h.last = p
		err = p.Run(elements, f.leafValue)
	} else if !h.whole || len(h.changed) > 0 {
		h.last = nil
		err = t.Run(f.leafValue)
	}
	if h.whole = err == nil; err != nil {
		return f.explain(err)
	}
	if h.depends == nil {
		h.depends = t.Dependencies()
	}
	if h.many {
		h.err = f.unchanged()
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
func (f *Function) partialOf(l *Leaf) *tape.Partial {
	h := f.keeping
	if h.partial[l] == nil {
		h.partial[l] = h.depends.Partial(func(n *gorgonia.Node) bool { return f.ByNode[n] == l })
	}
	return h.partial[l]
}

// onlyChanged returns the one leaf of which elements were set, with these, nil
// when there are several or none.
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
