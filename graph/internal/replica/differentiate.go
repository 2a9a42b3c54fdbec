package replica

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/building"
	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/peek"
)

// Differentiate is gorgonia.Grad with panics made errors, and with the
// operation named in errors.
func Differentiate(cost *gorgonia.Node, wrt gorgonia.Nodes) (grads gorgonia.Nodes, err error) {
	defer func() {
		if err != nil {
			if _, stop := inspect.Dependents(inspect.Cone(cost), wrt); stop != nil {
				err = fmt.Errorf("%w: %w", stop, err)
			}
		}
	}()
	defer building.Recover(&err, "differentiate")
	grads, err = gorgonia.Grad(cost, wrt...)
	if err != nil {
		return nil, fmt.Errorf("differentiate: %s%w", failedAt(err), err)
	}
	if len(grads) != len(wrt) {
		return nil, fmt.Errorf("differentiate: %d gradients for %d inputs", len(grads), len(wrt))
	}
	return grads, nil
}

// failedAt names the operation that an error of Grad came from. When the terms
// of a node's derivative cannot be added, it is one of the operations that use
// the node: the one whose derivative has not the node's shape.
func failedAt(err error) string {
	var at gorgonia.SymDiffError
	if !errors.As(err, &at) || at.Node() == nil {
		return ""
	}
	n := at.Node()
	if len(at.Nodes()) < 2 {
		return fmt.Sprintf("operation %v of node %v: ", n.Op(), n)
	}
	var users, shapes []string
	for _, user := range n.Graph().AllNodes() {
		if user.Op() != nil && peek.Children(user).Contains(n) {
			users = append(users, user.Op().String())
		}
	}
	slices.Sort(users)
	for _, term := range at.Nodes() {
		shapes = append(shapes, fmt.Sprint(term.Shape()))
	}
	return fmt.Sprintf("node %v of shape %v, used by %s: derivatives of shapes %s: ",
		n, n.Shape(), strings.Join(users, ", "), strings.Join(shapes, ", "))
}
