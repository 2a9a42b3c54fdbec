package training

import (
	"slices"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/memory"
	"gradtwin/graph/internal/ops"
	"gradtwin/graph/internal/peek"
	"gradtwin/graph/internal/replica"
)

// holdDropout makes the user's dropout use the mask of the graph's gradient.
func (s *Subject) holdDropout(k *undo) {
	for n, mask := range s.Draws.Masks {
		e, err := memory.Of(mask)
		if err != nil {
			continue
		}
		next := 0
		k.value(peek.Writable(peek.Field(n.Op(), "rndGen")))
		// The operation keeps an element when the number that it draws is below 1−p.
		peek.SetFunc(n.Op(), "rndGen", func() float64 {
			i := next % e.Len()
			next++
			if e.At(i) != 0 {
				return 0
			}
			return 1
		})
	}
}

// followDraws copies the values of the random nodes in the step's run, for the graph's
// gradient.
func (s *Subject) followDraws() {
	for n, holder := range s.Draws.Values {
		v, to := n.Value(), memory.Bytes(holder.Value())
		if v != nil && v.Dtype() == holder.Dtype() && len(memory.Bytes(v)) == len(to) {
			copy(to, memory.Bytes(v))
		}
	}
}

// sameLoss reports whether the step's run and the graph have the same loss, which
// shows that they have the same draws.
func (s *Subject) sameLoss() bool {
	if len(s.Draws.Random) == 0 {
		return true
	}
	if !s.UserCost.IsScalar() {
		return false
	}
	f, err := s.Loss()
	e, also := memory.Of(s.UserCost.Value())
	return err == nil && also == nil && replica.Near([]float64{f}, []float64{e.At(0)}, s.tolerance())
}

// idle returns the user's operations that are in evaluation mode while those of
// the graph's gradient are not.
func (s *Subject) idle() (names []string) {
	for c, n := range s.Nodes {
		if _, ok := n.Op().(gorgonia.TrainModeOp); !ok {
			continue
		}
		users, _ := peek.Bool(n.Op(), "isTraining")
		if held, ok := c.Op().(*ops.HeldDropout); ok {
			if copied, _ := peek.Bool(held.SDOp, "isTraining"); copied && !users {
				names = append(names, inspect.Label(n))
			}
		} else if copied, _ := peek.Bool(c.Op(), "isTraining"); copied && !users {
			names = append(names, inspect.Label(n))
		}
	}
	slices.Sort(names)
	return names
}
