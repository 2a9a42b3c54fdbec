package graph

import (
	"fmt"
	"reflect"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/faults"
	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/ops"
	"gradtwin/graph/internal/peek"
	"gradtwin/graph/internal/replica"
)

// notesOf returns the notes on a graph.
func notesOf(cost *gorgonia.Node, nodes gorgonia.Nodes, draws *replica.Draws) (notes []string) {
	if len(draws.Random) > 0 {
		notes = append(notes, "held at one draw for the whole check: "+inspect.Labels(draws.Random))
	}
	for _, n := range draws.Random {
		if draws.Values[n] != nil && inspect.Uses(n, nodes) > 1 {
			const merged = "%s is used %d times: Gorgonia makes one node of all random nodes of one type and shape, " +
				"whatever their distribution, unless WithName has named the earlier one"
			notes = append(notes, fmt.Sprintf(merged, inspect.Label(n), inspect.Uses(n, nodes)))
		}
	}
	if n := cost.Shape().TotalSize(); !cost.IsScalar() && n > 1 {
		notes = append(notes, inspect.Label(cost)+" is made a scalar by fixed pseudo-random weights")
	}
	var foreign gorgonia.Nodes
	for _, n := range nodes {
		if n.Op() != nil && !peek.IsGorgonias(n.Op()) && ops.MayKeepState(reflect.TypeOf(n.Op())) {
			foreign = append(foreign, n)
		}
	}
	if len(foreign) > 0 {
		notes = append(notes,
			"operations that are not Gorgonia's own, so that what they keep from run to run is not restored: "+
				inspect.Labels(foreign))
	}
	if other := faults.Replaced(); other != "" {
		notes = append(notes, fmt.Sprintf("the program is built with %s: known faults of gorgonia %s are not looked for",
			other, faults.Version))
	}
	return notes
}
