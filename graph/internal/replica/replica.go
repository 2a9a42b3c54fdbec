// Package replica copies a user's graph: as it is, with the gradient that Grad makes,
// with random nodes that keep one draw, or in float64. It does not change the user's
// graph.
//
// [New] copies nodes as they are. [Gradient] adds the gradient: the nodes of the
// user's own Grad where they are those of this cost, and else those of a Grad on
// the copy. [Draw] draws the random nodes. [Widen] builds a float32 graph anew.
package replica

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/building"
	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/ops"
	"gradtwin/graph/internal/peek"
)

// Replica is a copy of a part of a graph: the same operations, types and shapes, but
// no values and none of the marks of gorgonia.Grad, so that Grad can be called on it.
type Replica struct {
	Graph *gorgonia.ExprGraph
	Of    map[*gorgonia.Node]*gorgonia.Node // the copy of each node
	Ops   *ops.Copier                       // of the operations
	draws *Draws
}

// New copies what the outputs are computed from. Operations with state are copied,
// others are shared with the original. Random nodes keep their draws, if draws is not
// nil.
func New(held *Draws, outputs ...*gorgonia.Node) (*Replica, error) {
	r := &Replica{
		Graph: gorgonia.NewGraph(), Of: map[*gorgonia.Node]*gorgonia.Node{}, Ops: ops.NewCopier(false), draws: held,
	}
	origin := map[*gorgonia.Node]*gorgonia.Node{}
	var visit func(n *gorgonia.Node) error
	visit = func(n *gorgonia.Node) error {
		if r.Of[n] != nil {
			return nil
		}
		var args gorgonia.Nodes
		for _, child := range peek.Children(n) {
			if err := visit(child); err != nil {
				return err
			}
			args = append(args, r.Of[child])
		}
		c, err := r.node(n, n.Op(), args)
		if err != nil {
			return err
		}
		if other := origin[c]; other != nil {
			return fmt.Errorf("%v and %v become one node in a copy of the graph: their names or hashes are the same", other, n)
		}
		origin[c], r.Of[n] = n, c
		return nil
	}
	for _, n := range inspect.Cone(outputs...) {
		if err := visit(n); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// node adds a copy of n with the given operation and arguments.
func (r *Replica) node(n *gorgonia.Node, op gorgonia.Op, args gorgonia.Nodes) (c *gorgonia.Node, err error) {
	defer building.Recover(&err, fmt.Sprintf("copy %v", n))
	if op != nil && inspect.IsConstant(op) {
		// NewUniqueNode returns the shape of a tensor constant to the pool of shapes
		// while the constant still uses it: the next node with as many dimensions would
		// overwrite it.
		v, err := gorgonia.CloneValue(n.Value())
		if err != nil {
			return nil, fmt.Errorf("copy %v: %w", n, err)
		}
		return r.Graph.AddNode(gorgonia.NewConstant(v, gorgonia.WithName(n.Name()))), nil
	}
	options := []gorgonia.NodeConsOpt{
		gorgonia.WithType(n.Type()), gorgonia.In(r.Graph), gorgonia.WithShape(n.Shape()...),
	}
	switch drawn := r.draws.Input(n); {
	case drawn != nil:
		options = append(options, gorgonia.WithName(drawn.Name()))
	case op != nil:
		op = r.draws.operation(n, r.Ops.Copy(op))
		options = append(options, gorgonia.WithOp(op), gorgonia.WithChildren(args))
	case inspect.Named(n): // others differ by their operations
		options = append(options, gorgonia.WithName(n.Name()))
	}
	return gorgonia.NewUniqueNode(options...), nil
}
