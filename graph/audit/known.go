package audit

import (
	"slices"

	"gorgonia.org/gorgonia"

	"gradtwin/graph"
	"gradtwin/graph/faults"
)

// known returns the faults of package faults that are in a case's graph, and
// where it cannot be built those of its operation.
func (c *Case) known() []faults.Known {
	if faults.Replaced() != "" {
		return nil
	}
	found, built := c.inGraph()
	if built {
		return found
	}
	return slices.DeleteFunc(faults.Table(), func(k faults.Known) bool { return k.Op != c.Op })
}

// inGraph returns the faults in a case's graph, each once, and reports whether
// the operation can be built at all.
func (c *Case) inGraph() (found []faults.Known, built bool) {
	for draw := range draws { // some faults show at some values alone
		more, ok := c.inGraphOf(draw)
		built = built || ok
		for _, k := range more {
			if !slices.ContainsFunc(found, func(f faults.Known) bool { return f.Problem == k.Problem }) {
				found = append(found, k)
			}
		}
	}
	return found, built
}

// inGraphOf looks at one draw of the data.
func (c *Case) inGraphOf(draw int) (found []faults.Known, ok bool) {
	add := func(more ...faults.Known) {
		for _, k := range more {
			if !slices.ContainsFunc(found, func(f faults.Known) bool { return f.Problem == k.Problem }) {
				found = append(found, k)
			}
		}
	}
	g := gorgonia.NewGraph()
	var b built
	err := try(func() (err error) {
		b, err = c.build(g, c.arrays(draw), TapeLeaf)
		return err
	})
	if err != nil || b.result == nil {
		return nil, false
	}
	if c.Eval {
		gorgonia.NewTapeMachine(g, gorgonia.EvalMode()) // which switches all operations
	}
	value := func(n *gorgonia.Node) []float64 {
		a, err := arrayOf(n.Value())
		if err != nil {
			return nil
		}
		return a.Data
	}
	forward := g.AllNodes()
	for _, n := range forward {
		add(faults.Of(n, value)...)
	}
	var w *graph.Wrapped
	err = try(func() error {
		cost, err := c.cost(b.leaves, b.result, TapeLeaf, way{})
		if err == nil {
			w, err = graph.Wrap(cost, b.leaves...)
		}
		return err
	})
	if err != nil {
		return found, true // what cannot be differentiated has shown what it has
	}
	for _, f := range w.Faults() {
		for _, k := range faults.Table() {
			if f.Problem == k.Problem || f.Instead == k.Instead && k.Problem == faults.Overwriting.Problem {
				add(k)
			}
		}
	}
	return found, true
}

// try returns the error of a function, or its panic as one.
func try(f func() error) (err error) {
	defer recovered(&err)
	return f()
}
