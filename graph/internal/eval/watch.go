package eval

import (
	"bytes"
	"fmt"
	"slices"
)

// watch keeps copies of the inputs and tensor constants, which runs must not change.
type watch struct {
	leaves []*Leaf
	params []*Leaf // those among them whose elements are set
	backup [][]byte
}

// save copies the inputs' values.
func (w *watch) save() error {
	if w.backup == nil {
		w.backup = make([][]byte, len(w.leaves))
	}
	for k, l := range w.leaves {
		if err := l.sync(slices.Contains(w.params, l)); err != nil {
			return err
		}
		w.backup[k] = append(w.backup[k][:0], l.bytes...)
	}
	return nil
}

// restore gives the inputs the values that were saved.
func (w *watch) restore() {
	for k, l := range w.leaves {
		copy(l.bytes, w.backup[k])
	}
}

// differs reports whether leaf k is not what was saved.
func (w *watch) differs(k int) bool { return !bytes.Equal(w.backup[k], w.leaves[k].bytes) }

// unchanged returns an error that names an input or a constant that is not what
// was saved, or set since.
func (w *watch) unchanged() error {
	for k, l := range w.leaves {
		if l.Drawn {
			continue
		}
		if l.Node.Value() != l.now || w.differs(k) {
			return fmt.Errorf("%s has changed and was not set", l.text())
		}
		if err := l.checkShape(); err != nil {
			return err
		}
	}
	return nil
}

// change is an element that was set.
type change struct {
	leaf          *Leaf
	i             int
	bytes, backup []byte // the element's
}

// changed saves element i of a leaf, which was set.
func (w *watch) changed(l *Leaf, i int) change {
	from, to := l.Span(i)
	c := change{l, i, l.bytes[from:to], w.backup[slices.Index(w.leaves, l)][from:to]}
	copy(c.backup, c.bytes)
	return c
}
