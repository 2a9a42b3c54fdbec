package graph

import (
	"errors"
	"fmt"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/building"
	"gradtwin/graph/internal/inspect"
)

// WrapModel is Wrap for what solvers take: a list of values with gradients, as
// of gorgonia.NodesToValueGrads. All must be nodes.
func WrapModel(cost *gorgonia.Node, model []gorgonia.ValueGrad) (*Wrapped, error) {
	wrt := make(gorgonia.Nodes, len(model))
	for k, v := range model {
		n, ok := v.(*gorgonia.Node)
		if !ok {
			return nil, fmt.Errorf("input %d is a %T: want a node", k+1, v)
		}
		wrt[k] = n
	}
	return Wrap(cost, wrt...)
}

// WrapGraph is Wrap for a cost that is out of reach, as one that a library
// keeps to itself: it finds the cost and the inputs of the gorgonia.Grad that was
// taken in a graph. No Grad, or one of several costs, is an error that lists
// what could be meant.
func WrapGraph(g *gorgonia.ExprGraph) (w *Wrapped, err error) {
	defer building.Recover(&err, "read the graph")
	if g == nil {
		return nil, errors.New("the graph is nil")
	}
	costs, wrt := inspect.Differentiated(g)
	switch {
	case len(costs) == 1 && len(wrt) > 0:
		return Wrap(costs[0], wrt...)
	case len(costs) > 1:
		return nil, fmt.Errorf("a Grad of %d costs was taken in the graph: %s: give one to Wrap", len(costs), inspect.Labels(costs))
	}
	text := "no Grad of a cost was taken in the graph: give one to Wrap"
	if roots := inspect.ScalarRoots(g); len(roots) > 0 {
		text += "; scalars that nothing is computed from: " + inspect.Labels(roots)
	}
	return nil, errors.New(text)
}
