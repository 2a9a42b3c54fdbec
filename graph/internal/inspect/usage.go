package inspect

import (
	"slices"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/peek"
)

// Usage says which operations use each value between the inputs and a cost.
type Usage struct {
	Named map[string]*gorgonia.Node
	Users map[*gorgonia.Node][]string // the operations through which a node's gradient goes
}

// UsageOf returns the usage of inputs, and of operations that have a derivative. name
// names them; inputs for which it returns "" are left out.
func UsageOf(cost *gorgonia.Node, name func(*gorgonia.Node) string) *Usage {
	u := &Usage{Named: map[string]*gorgonia.Node{}, Users: map[*gorgonia.Node][]string{}}
	nodes := Cone(cost)
	reached := Reached(cost, nodes)
	for _, n := range nodes {
		op, differentiable := n.Op().(gorgonia.SDOp)
		differentiable = differentiable && reached[n]
		if n.Op() != nil && !differentiable {
			continue
		}
		called := name(n)
		if called == "" {
			continue
		}
		u.Named[called] = n
		if !differentiable {
			continue
		}
		args := peek.Children(n)
		for i, d := range op.DiffWRT(len(args)) {
			if d && i < len(args) && !slices.Contains(u.Users[args[i]], called) {
				u.Users[args[i]] = append(u.Users[args[i]], called)
			}
		}
	}
	return u
}
