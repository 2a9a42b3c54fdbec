package graph

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/faults"
	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/peek"
	"gradtwin/graph/internal/tape"
)

// explain adds to an error what is known of some of the user's nodes, of the
// faults that have one of some effects.
func explain(err error, nodes gorgonia.Nodes, effects ...faults.Effect) error {
	var known []string
	for _, n := range nodes {
		for _, k := range faults.Of(n, nil) {
			text := fmt.Sprintf("%s: %s", inspect.Label(n), k.Problem)
			if k.Instead != "" {
				text += ": use " + k.Instead
			}
			if slices.Contains(effects, k.Effect) && !slices.Contains(known, text) {
				known = append(known, text)
			}
		}
	}
	if len(known) == 0 {
		return err
	}
	return fmt.Errorf("%w (known: %s)", err, strings.Join(known, "; "))
}

// explainRun adds to an error of a run what is known of the node that failed,
// and of its operands. User gives the user's node of each copy.
func explainRun(err error, cost *gorgonia.Node, user map[*gorgonia.Node]*gorgonia.Node) error {
	var failed *tape.NodeError
	if !errors.As(err, &failed) {
		return err
	}
	forward := inspect.Cone(cost)
	var operands gorgonia.Nodes
	for _, n := range peek.Children(failed.Node) {
		if u := user[n]; u != nil {
			operands = append(operands, u)
		}
	}
	if forward.Contains(user[failed.Node]) {
		err = explain(err, gorgonia.Nodes{user[failed.Node]}, faults.Value, faults.Failure)
		return explain(err, operands, faults.Value, faults.SomeUses)
	}
	err = explain(err, derivativesOf(failed.Node, forward), faults.Value, faults.Derivative, faults.Failure)
	if slices.Contains(operands, cost) { // as of the sum that makes a scalar of it
		err = explain(err, gorgonia.Nodes{cost}, faults.Value, faults.SomeUses)
	}
	return err
}

// derivativesOf returns the nodes among some whose derivative a node of the
// gradient may be: those of a type that its type is named after.
func derivativesOf(n *gorgonia.Node, among gorgonia.Nodes) (nodes gorgonia.Nodes) {
	base := func(n *gorgonia.Node) string {
		return strings.NewReplacer("Op", "", "Diff", "").Replace(peek.TypeName(n.Op()))
	}
	for _, user := range among {
		if user.Op() != nil && base(user) == base(n) {
			nodes = append(nodes, user)
		}
	}
	return nodes
}
