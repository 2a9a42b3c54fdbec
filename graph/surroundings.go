package graph

import (
	"cmp"
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/memory"
)

// Surroundings returns the numbers that the function is computed from besides its
// elements, row by row: the floating-point inputs of the graph that were not given
// to Wrap, and the values that random nodes have drawn, in the order of the user's
// nodes, which is the same for Float64.
func (w *Wrapped) Surroundings() ([]float64, error) {
	var out []float64
	err := w.surrounding(func(e memory.Elements) error {
		out = append(out, e.Float64s()...)
		return nil
	})
	return out, err
}

// SetSurroundings writes them in place, as Set writes an element.
func (w *Wrapped) SetSurroundings(x []float64) error {
	err := w.surrounding(func(e memory.Elements) error {
		if len(x) < e.Len() {
			return fmt.Errorf("too few numbers for the inputs that were not given to Wrap")
		}
		for i := range e.Len() {
			e.Set(i, x[i])
		}
		x = x[e.Len():]
		return nil
	})
	if err == nil && len(x) > 0 {
		err = fmt.Errorf("%d numbers too many for the inputs that were not given to Wrap", len(x))
	}
	return err
}

// surrounding goes through them.
func (w *Wrapped) surrounding(do func(memory.Elements) error) error {
	var nodes gorgonia.Nodes // copies
	for n, l := range w.f.ByNode {
		if memory.IsFloat(n.Dtype()) && !slices.Contains(w.f.Params, l) && w.user.nodes[n] != nil {
			nodes = append(nodes, n)
		}
	}
	slices.SortFunc(nodes, func(a, b *gorgonia.Node) int {
		return cmp.Compare(w.user.nodes[a].ID(), w.user.nodes[b].ID())
	})
	for _, n := range nodes {
		e, err := memory.Of(w.f.ByNode[n].Node.Value())
		if err != nil {
			return fmt.Errorf("input %s: %w", w.f.ByNode[n].Name, err)
		}
		if err := do(e); err != nil {
			return err
		}
	}
	return nil
}

// Draw returns the seed of what the random nodes hold, 0 where there are none.
// Wrap draws with seed 1.
func (w *Wrapped) Draw() uint64 {
	if w.user.draws == nil || len(w.user.draws.Random) == 0 {
		return 0
	}
	return w.user.draws.Seed
}

// Redraw gives the random nodes other draws, which the seed decides. Functions
// made of w before, by Clone, Float64 and SecondOrder, keep theirs.
func (w *Wrapped) Redraw(seed uint64) error {
	if w.user.draws == nil || len(w.user.draws.Random) == 0 {
		return nil
	}
	return w.user.draws.Redraw(w.user.cost, seed)
}
