package graph

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/building"
	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/ops"
	"gradtwin/graph/internal/peek"
)

// replica is a copy of a part of a graph in a graph of its own: the same
// operations on the same types and shapes, without values and without the
// marks of gorgonia.Grad, so that Grad can be called on it again.
type replica struct {
	graph *gorgonia.ExprGraph
	of    map[*gorgonia.Node]*gorgonia.Node // the copy of each node
	ops   *ops.Copier
	draws *draws
}

// newReplica copies what the outputs are computed from. Operations that keep
// memory of their own are copied with it, others are shared with the original.
// Random nodes are held at their draws, if there are any.
func newReplica(held *draws, outputs ...*gorgonia.Node) (*replica, error) {
	r := &replica{graph: gorgonia.NewGraph(), of: map[*gorgonia.Node]*gorgonia.Node{}, ops: ops.NewCopier(false), draws: held}
	origin := map[*gorgonia.Node]*gorgonia.Node{}
	var add func(n *gorgonia.Node) error
	add = func(n *gorgonia.Node) error {
		if r.of[n] != nil {
			return nil
		}
		var args gorgonia.Nodes
		for _, child := range peek.Children(n) {
			if err := add(child); err != nil {
				return err
			}
			args = append(args, r.of[child])
		}
		c, err := r.node(n, n.Op(), args)
		if err != nil {
			return err
		}
		if other := origin[c]; other != nil {
			return fmt.Errorf("%v and %v become one node in a copy of the graph: their names or hashes are the same", other, n)
		}
		origin[c], r.of[n] = n, c
		return nil
	}
	for _, n := range inspect.Cone(outputs...) {
		if err := add(n); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// node adds a copy of n with the given operation and arguments.
func (r *replica) node(n *gorgonia.Node, op gorgonia.Op, args gorgonia.Nodes) (c *gorgonia.Node, err error) {
	defer building.Recover(&err, fmt.Sprintf("copy %v", n))
	if op != nil && inspect.IsConstant(op) {
		// NewUniqueNode gives the shape of a tensor constant back to the pool
		// of shapes while the constant in the graph has it: the next node of
		// as many dimensions would write its own there.
		v, err := gorgonia.CloneValue(n.Value())
		if err != nil {
			return nil, fmt.Errorf("copy %v: %w", n, err)
		}
		return r.graph.AddNode(gorgonia.NewConstant(v, gorgonia.WithName(n.Name()))), nil
	}
	options := []gorgonia.NodeConsOpt{gorgonia.WithType(n.Type()), gorgonia.In(r.graph), gorgonia.WithShape(n.Shape()...)}
	switch drawn := r.draws.input(n); {
	case drawn != nil:
		options = append(options, gorgonia.WithName(drawn.name))
	case op != nil:
		op = r.draws.operation(n, r.ops.Copy(op))
		options = append(options, gorgonia.WithOp(op), gorgonia.WithChildren(args))
	case inspect.Named(n): // others are told apart by their operations
		options = append(options, gorgonia.WithName(n.Name()))
	}
	return gorgonia.NewUniqueNode(options...), nil
}

// differentiate is gorgonia.Grad with panics made errors, and with the
// operation named in errors.
func differentiate(cost *gorgonia.Node, wrt gorgonia.Nodes) (grads gorgonia.Nodes, err error) {
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
		return nil, fmt.Errorf("differentiate: %s%w", culprit(err), err)
	}
	if len(grads) != len(wrt) {
		return nil, fmt.Errorf("differentiate: %d gradients for %d inputs", len(grads), len(wrt))
	}
	return grads, nil
}

// culprit names the operation that an error of Grad came from. When the terms
// of a node's derivative cannot be added, it is one of the operations that use
// the node: the one whose derivative has not the node's shape.
func culprit(err error) string {
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
	return fmt.Sprintf("node %v of shape %v, used by %s: derivatives of shapes %s: ", n, n.Shape(), strings.Join(users, ", "), strings.Join(shapes, ", "))
}
