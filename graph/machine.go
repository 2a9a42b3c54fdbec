package graph

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/building"
)

// machine is Gorgonia's tape machine on a copy of the user's graph.
type machine struct {
	vm     gorgonia.VM
	leaves gorgonia.Nodes
}

func (m *machine) run(value func(leaf *gorgonia.Node) gorgonia.Value) error {
	for _, n := range m.leaves {
		if err := gorgonia.Let(n, value(n)); err != nil {
			return err
		}
	}
	// Without Reset a second run does nothing and leaves the first's values.
	defer m.vm.Reset()
	return m.vm.RunAll()
}

func (m *machine) value(n *gorgonia.Node) gorgonia.Value { return n.Value() }

// WithTapeMachine returns the same function computed by gorgonia.TapeMachine
// itself: one machine of the cost alone and one of the cost and the gradient.
// The two functions share the inputs' values; either may be used at a time. It
// is what to compare w with when a result is in doubt.
//
// The machine runs in a goroutine of its own, so that an operation that panics
// ends the process: nothing here or in the caller can recover it. What may
// panic is to be run by w first, which computes the same with the same
// operations, or in a subprocess.
//
// Making a machine puts all operations that know it into training mode; the
// option gorgonia.EvalMode puts them into the other, for w too.
func (w *Wrapped) WithTapeMachine(options ...gorgonia.VMOpt) (m *Wrapped, err error) {
	defer building.Recover(&err, "build the machine")
	building.Lock()
	defer building.Unlock()
	c := *w
	c.runs.backup, c.keeping = nil, nil
	program, registers, err := gorgonia.CompileFunction(w.graph, w.graph.ExactSubgraphRoots(w.cost).Inputs(), gorgonia.Nodes{w.cost})
	if err != nil {
		return nil, fmt.Errorf("compile the cost: %w", err)
	}
	var leaves gorgonia.Nodes
	for n := range w.byNode {
		leaves = append(leaves, n)
	}
	forward := append([]gorgonia.VMOpt{gorgonia.WithPrecompiled(program, registers)}, options...)
	c.runs.loss = &machine{vm: gorgonia.NewTapeMachine(w.graph, forward...), leaves: leaves}
	c.runs.gradient = &machine{vm: gorgonia.NewTapeMachine(w.graph, options...), leaves: leaves}
	return &c, nil
}
