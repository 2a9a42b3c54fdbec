package audit

import (
	"slices"

	"gorgonia.org/gorgonia"

	"gradtwin/graph"
	"gradtwin/graph/faults"
)

// known returns the faults that package faults finds in the case's graph. Where the
// graph cannot be built, these are all faults of the operation.
func (c *testCase) known() (found []faults.Known) {
	if faults.Replaced() != "" {
		return nil
	}
	built := false
	for draw := range draws { // some faults show only at some values
		more, ok := c.inGraph(draw)
		built = built || ok
		for _, k := range more {
			if !slices.ContainsFunc(found, func(f faults.Known) bool { return f.Problem == k.Problem }) {
				found = append(found, k)
			}
		}
	}
	if built {
		return found
	}
	return slices.DeleteFunc(faults.Table(), func(k faults.Known) bool { return k.Op != c.Op })
}

// inGraph returns the faults in the graph of one draw, and reports whether the
// operation can be built.
func (c *testCase) inGraph(draw int) (found []faults.Known, ok bool) {
	w, b, err := c.wrap(draw)
	if b.result == nil {
		return nil, false
	}
	value := func(n *gorgonia.Node) []float64 {
		a, err := arrayOf(n.Value())
		if err != nil {
			return nil
		}
		return a.Data
	}
	for _, n := range b.forward {
		found = append(found, faults.Of(n, value)...)
	}
	if err != nil {
		return found, true // the forward pass has shown what it has
	}
	for _, f := range w.Faults() {
		for _, k := range faults.Table() {
			if f.Problem == k.Problem || f.Instead == k.Instead && k.Problem == faults.Overwriting.Problem {
				found = append(found, k)
			}
		}
	}
	return found, true
}

// wrap wraps the cost, with leaves as inputs. b.result is nil where the operation
// cannot be built.
func (c *testCase) wrap(draw int) (w *graph.Wrapped, b built, err error) {
	err = try(func() error {
		g := gorgonia.NewGraph()
		if b, err = c.build(g, c.arrays(draw), tapeLeaf); err != nil {
			return err
		}
		if c.Eval {
			gorgonia.NewTapeMachine(g, gorgonia.EvalMode()) // which switches all operations
		}
		cost, err := b.cost(tapeLeaf, way{})
		if err != nil {
			return err
		}
		w, err = graph.Wrap(cost, b.leaves...)
		return err
	})
	return w, b, err
}
