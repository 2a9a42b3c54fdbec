package eval

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/memory"
)

// Leaf is an input of the user's graph, or a constant of the copy.
type Leaf struct {
	Node  *gorgonia.Node
	Name  string
	Drawn bool           // the value of a random node, which runs may overwrite
	now   gorgonia.Value // the value to which Elements and bytes belong
	memory.Elements
	bytes []byte
}

// sync reads which value the node holds now.
func (l *Leaf) sync(float bool) error {
	v := l.Node.Value()
	if v == l.now && v != nil {
		return nil
	}
	if v == nil {
		return inspect.NoValue("input " + l.Name)
	}
	if v.Dtype() != l.Node.Dtype() {
		return fmt.Errorf("input %s holds a value of type %v: want %v", l.Name, v.Dtype(), l.Node.Dtype())
	}
	want, got := l.Node.Shape(), v.Shape()
	if !want.Eq(got) && !(want.IsScalar() && got.TotalSize() <= 1) {
		return fmt.Errorf("input %s of shape %v holds a value of shape %v", l.Name, want, got)
	}
	l.bytes = memory.Bytes(v)
	if float {
		e, err := memory.Of(v)
		if err != nil {
			return fmt.Errorf("input %s: %w", l.Name, err)
		}
		l.Elements = e
	}
	l.now = v
	return nil
}

// text names a leaf in an error.
func (l *Leaf) text() string {
	if l.Node.Op() != nil {
		return "constant " + l.Name
	}
	return "input " + l.Name
}

// value returns the value for a run: the one that the node holds, or a copy of a drawn
// one, because a run may write into it, as it may into what Gorgonia draws anew.
func (l *Leaf) value() gorgonia.Value {
	if !l.Drawn {
		return l.Node.Value()
	}
	v, err := gorgonia.CloneValue(l.Node.Value())
	if err != nil {
		return nil // which the run reports
	}
	return v
}

// checkShape returns an error where a run has given a leaf's value another shape.
func (l *Leaf) checkShape() error {
	if l.Node.IsScalar() || l.Node.Shape().Eq(l.now.Shape()) {
		return nil
	}
	return fmt.Errorf("the run has changed the shape of %s from %v to %v", l.text(), l.Node.Shape(), l.now.Shape())
}
