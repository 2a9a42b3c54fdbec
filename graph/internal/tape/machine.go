package tape

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/building"
)

// Machine is Gorgonia's tape machine.
type Machine struct {
	vm     gorgonia.VM
	inputs gorgonia.Nodes
}

// NewMachines returns a machine of the cost alone and one of its whole graph. The
// inputs are those that each run gives a value.
func NewMachines(
	cost *gorgonia.Node, inputs gorgonia.Nodes, options []gorgonia.VMOpt,
) (loss, gradient *Machine, err error) {
	defer building.Recover(&err, "build the machine")
	g := cost.Graph()
	program, registers, err := gorgonia.CompileFunction(g, g.ExactSubgraphRoots(cost).Inputs(), gorgonia.Nodes{cost})
	if err != nil {
		return nil, nil, fmt.Errorf("compile the cost: %w", err)
	}
	forward := append([]gorgonia.VMOpt{gorgonia.WithPrecompiled(program, registers)}, options...)
	loss = &Machine{vm: gorgonia.NewTapeMachine(g, forward...), inputs: inputs}
	return loss, &Machine{vm: gorgonia.NewTapeMachine(g, options...), inputs: inputs}, nil
}

// Run computes all values.
func (m *Machine) Run(leaves Leaves) error {
	for _, n := range m.inputs {
		if err := gorgonia.Let(n, leaves(n)); err != nil {
			return err
		}
	}
	// Without Reset a second run does nothing, and the values are those of the first.
	defer m.vm.Reset()
	return m.vm.RunAll()
}

// Value returns what the last run computed for a node.
func (m *Machine) Value(n *gorgonia.Node) gorgonia.Value { return n.Value() }
