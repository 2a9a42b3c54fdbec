package graph

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/peek"
)

// cone returns the nodes that some nodes are computed from, and these, in the
// order in which they were added to the graph.
func cone(outputs ...*gorgonia.Node) gorgonia.Nodes {
	seen := map[*gorgonia.Node]bool{}
	var out gorgonia.Nodes
	var visit func(*gorgonia.Node)
	visit = func(n *gorgonia.Node) {
		if seen[n] {
			return
		}
		seen[n] = true
		for _, child := range peek.Children(n) {
			visit(child)
		}
		out = append(out, n)
	}
	for _, n := range outputs {
		visit(n)
	}
	slices.SortStableFunc(out, func(a, b *gorgonia.Node) int { return cmp.Compare(a.ID(), b.ID()) })
	return out
}

// replica is a copy of a part of a graph in a graph of its own: the same
// operations on the same types and shapes, without values and without the
// marks of gorgonia.Grad, so that Grad can be called on it again.
type replica struct {
	graph *gorgonia.ExprGraph
	of    map[*gorgonia.Node]*gorgonia.Node // the copy of each node
	ops   *operations
	draws *draws
}

// newReplica copies what the outputs are computed from. Operations that keep
// memory of their own are copied with it, others are shared with the original.
// Random nodes are held at their draws, if there are any.
func newReplica(held *draws, outputs ...*gorgonia.Node) (*replica, error) {
	r := &replica{graph: gorgonia.NewGraph(), of: map[*gorgonia.Node]*gorgonia.Node{}, ops: newOperations(false), draws: held}
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
	for _, n := range cone(outputs...) {
		if err := add(n); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// node adds a copy of n with the given operation and arguments.
func (r *replica) node(n *gorgonia.Node, op gorgonia.Op, args gorgonia.Nodes) (c *gorgonia.Node, err error) {
	defer recoverBuilding(&err, fmt.Sprintf("copy %v", n))
	if op != nil && isConstant(op) {
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
		op = r.draws.operation(n, r.ops.copy(op))
		options = append(options, gorgonia.WithOp(op), gorgonia.WithChildren(args))
	case named(n): // others are told apart by their operations
		options = append(options, gorgonia.WithName(n.Name()))
	}
	return gorgonia.NewUniqueNode(options...), nil
}

// isConstant reports whether an operation is what a node of
// gorgonia.NewConstant has.
func isConstant(op gorgonia.Op) bool {
	return slices.Contains([]string{"constantScalar", "constantTensor"}, peek.TypeName(op))
}

// named reports whether a node has a name of its own, as inputs have, and not
// one made up of its operation.
func named(n *gorgonia.Node) bool { return n.Graph().ByName(n.Name()).Contains(n) }

// differentiate is gorgonia.Grad with panics made errors, and with the
// operation named in errors.
func differentiate(cost *gorgonia.Node, wrt gorgonia.Nodes) (grads gorgonia.Nodes, err error) {
	defer func() {
		if err != nil {
			if _, stop := differentiableFrom(cone(cost), wrt); stop != nil {
				err = fmt.Errorf("%w: %w", stop, err)
			}
		}
	}()
	defer recoverBuilding(&err, "differentiate")
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

// recoverBuilding turns a panic into an error that names the operation whose
// method was running, as the stack tells.
func recoverBuilding(err *error, doing string) {
	r := recover()
	if r == nil {
		return
	}
	*err = fmt.Errorf("%s: %spanic: %v", doing, panickingOp(), r)
}

// panickingOp looks for the method of an operation on the stack of a panic,
// as in gorgonia.org/gorgonia.(*softmaxOp).SymDiff, and returns
// "gorgonia.softmaxOp: ".
func panickingOp() string {
	pc := make([]uintptr, 64)
	frames := runtime.CallersFrames(pc[:runtime.Callers(3, pc)])
	for {
		f, more := frames.Next()
		name := f.Function[strings.LastIndex(f.Function, "/")+1:]
		if dot := strings.LastIndex(name, "."); dot >= 0 && slices.Contains([]string{"SymDiff", "DiffWRT", "InferShape", "Type"}, name[dot+1:]) {
			return strings.NewReplacer("(", "", "*", "", ")", "").Replace(name[:dot]) + ": "
		}
		if !more {
			return ""
		}
	}
}
