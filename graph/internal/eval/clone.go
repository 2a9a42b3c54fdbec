package eval

import (
	"errors"
	"fmt"
	"reflect"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/building"
	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/ops"
	"gradtwin/graph/internal/peek"
	"gradtwin/graph/internal/replica"
)

// Clone returns the function at the same elements in a graph of its own, with
// copies of all inputs' values, and the copies of f's nodes in it. An operation
// that may keep state that the copies would share is errors.ErrUnsupported.
func (f *Function) Clone() (c *Function, copies map[*gorgonia.Node]*gorgonia.Node, err error) {
	building.Lock()
	defer building.Unlock()
	defer building.Recover(&err, "copy the graph")
	for _, n := range inspect.Cone(f.outputs...) {
		if op := n.Op(); op != nil && !peek.IsGorgonias(op) && !ops.IsOurs(op) {
			return nil, nil, fmt.Errorf("copy the graph: the operation %v (%v) is not Gorgonia's own and may keep state: %w",
				op, reflect.TypeOf(op), errors.ErrUnsupported)
		}
	}
	r, err := replica.New(nil, f.outputs...)
	if err != nil {
		return nil, nil, fmt.Errorf("copy the graph: %w", err)
	}
	c = newFunction()
	c.Layout, c.starts, c.Single, c.Cost = f.Layout, f.starts, f.Single, r.Of[f.Cost]
	for _, g := range f.Grads {
		c.Grads = append(c.Grads, r.Of[g]) // nil of nil
	}
	leaves := map[*Leaf]*Leaf{}
	for n, l := range f.ByNode {
		v, err := gorgonia.CloneValue(l.Node.Value())
		if err != nil {
			return nil, nil, fmt.Errorf("copy input %s: %w", l.Name, err)
		}
		if err := gorgonia.Let(r.Of[n], v); err != nil {
			return nil, nil, fmt.Errorf("copy input %s: %w", l.Name, err)
		}
		leaves[l] = &Leaf{Node: r.Of[n], Name: l.Name, Drawn: l.Drawn}
		c.ByNode[r.Of[n]] = leaves[l]
	}
	for _, l := range f.Leaves {
		c.Leaves = append(c.Leaves, leaves[l])
	}
	for k, p := range f.Params {
		c.Params = append(c.Params, leaves[p])
		if c.Grads[k] != nil {
			gorgonia.SetDerivOf(c.Grads[k], leaves[p].Node)
		}
	}
	return c, r.Of, c.compile()
}
