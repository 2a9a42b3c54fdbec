package graph

import (
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/peek"
)

func checkCost(cost *gorgonia.Node) error {
	switch {
	case cost == nil:
		return errors.New("the cost is nil")
	case cost.Graph() == nil:
		return fmt.Errorf("cost %v is in no graph", cost)
	case cost.Type() == nil:
		return fmt.Errorf("cost %v is a statement: want a value", cost)
	case cost.Op() == nil:
		return fmt.Errorf("cost %v is an input: want a node computed from inputs", cost)
	case cost.Dtype() != tensor.Float64 && cost.Dtype() != tensor.Float32:
		return fmt.Errorf("cost %v is of type %v: want float64 or float32", cost, cost.Dtype())
	}
	return nil
}

// checkNodes looks for what Gorgonia has broken: when it rewrites Log(1−p) it
// takes the node 1−p out of the graph and uses its memory for the next node, so
// that whoever used 1−p before or after now uses another node.
func checkNodes(cost *gorgonia.Node) error {
	const taken = "Gorgonia takes 1−p out of the graph where it rewrites Log(1−p), and uses its memory anew: " +
		"build 1−p a second time for other uses"
	entered, left := map[*gorgonia.Node]bool{}, map[*gorgonia.Node]bool{}
	var visit func(n *gorgonia.Node) error
	visit = func(n *gorgonia.Node) error {
		entered[n] = true
		for i, child := range peek.Children(n) {
			switch {
			case child == nil || child.Graph() == nil || child.Type() == nil:
				return fmt.Errorf("operand %d of %v is no node any more: %s", i+1, n, taken)
			case child.Graph() != cost.Graph():
				return fmt.Errorf("operand %d of %v is in another graph", i+1, n)
			case left[child]:
			case entered[child]:
				return fmt.Errorf("%v is computed from itself: %s", child, taken)
			default:
				if err := visit(child); err != nil {
					return err
				}
			}
		}
		left[n] = true
		return nil
	}
	return visit(cost)
}

// checkInputs looks at the inputs that Wrap is given.
func checkInputs(cost *gorgonia.Node, wrt, nodes gorgonia.Nodes) error {
	for k, n := range wrt {
		if err := checkInput(cost, n, nodes); err != nil {
			return fmt.Errorf("input %d: %w", k+1, err)
		}
		if first := slices.Index(wrt, n); first < k {
			return fmt.Errorf("inputs %d and %d are one node, %s: Gorgonia merges inputs that have one name, or none, and "+
				"one shape; WithName tells them apart", first+1, k+1, inspect.Label(n))
		}
	}
	return nil
}

func checkInput(cost, n *gorgonia.Node, nodes gorgonia.Nodes) error {
	switch {
	case n == nil:
		return errors.New("a nil node")
	case n.Graph() == nil:
		return fmt.Errorf("%v is in no graph", n)
	case n.Graph() != cost.Graph():
		return fmt.Errorf("%s is not in the graph of the cost", inspect.Label(n))
	case n.Op() != nil:
		return fmt.Errorf("%s is computed by an operation: want an input", inspect.Label(n))
	case n.Dtype() != tensor.Float64 && n.Dtype() != tensor.Float32:
		return fmt.Errorf("%s is of type %v: want float64 or float32", inspect.Label(n), n.Dtype())
	case n.Value() == nil:
		return inspect.NoValue(inspect.Label(n))
	case !nodes.Contains(n):
		return fmt.Errorf("the cost does not depend on %s", inspect.Label(n))
	}
	return nil
}

// defaultInputs returns the inputs that Wrap takes when none are given.
func defaultInputs(cost *gorgonia.Node, nodes gorgonia.Nodes) gorgonia.Nodes {
	reached := inspect.Reached(cost, nodes)
	var all, derived gorgonia.Nodes
	for _, n := range nodes {
		if n.Op() != nil || !reached[n] || checkInput(cost, n, nodes) != nil {
			continue
		}
		all = append(all, n)
		if n.Deriv() != nil {
			derived = append(derived, n)
		}
	}
	if len(derived) > 0 {
		return derived
	}
	return all
}
