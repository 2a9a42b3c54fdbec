package graph

import (
	"errors"
	"fmt"
	"reflect"

	"gorgonia.org/gorgonia"

	"gradtwin"
	"gradtwin/graph/internal/building"
	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/ops"
	"gradtwin/graph/internal/peek"
)

// Clone returns the function at the same elements in a graph of its own, with
// copies of all inputs' values and of what operations keep from run to run, so
// that it can be used in another goroutine. An operation that is not Gorgonia's
// own may keep state that the copies would share: then the error is
// errors.ErrUnsupported.
func (w *Wrapped) Clone() (gradtwin.Function, error) { return asFunction(w.clone()) }

// asFunction keeps a nil *Wrapped from becoming an interface that is not nil.
func asFunction(w *Wrapped, err error) (gradtwin.Function, error) {
	if err != nil {
		return nil, err
	}
	return w, nil
}

func (w *Wrapped) clone() (c *Wrapped, err error) {
	building.Lock()
	defer building.Unlock()
	defer building.Recover(&err, "copy the graph")
	outputs := gorgonia.Nodes{w.cost}
	for _, g := range w.grads {
		if g != nil {
			outputs = append(outputs, g)
		}
	}
	for _, n := range inspect.Cone(outputs...) {
		if op := n.Op(); op != nil && !peek.IsGorgonias(op) && !ops.IsOurs(op) {
			return nil, fmt.Errorf("copy the graph: the operation %v (%v) is not Gorgonia's own and may keep state: %w", op, reflect.TypeOf(op), errors.ErrUnsupported)
		}
	}
	r, err := newReplica(nil, outputs...)
	if err != nil {
		return nil, fmt.Errorf("copy the graph: %w", err)
	}
	c = &Wrapped{
		layout: w.layout, starts: w.starts, single: w.single, user: w.derived(r.of), graph: r.graph, cost: r.of[w.cost],
		byNode: map[*gorgonia.Node]*leaf{},
	}
	for _, g := range w.grads {
		if g != nil {
			g = r.of[g]
		}
		c.grads = append(c.grads, g)
	}
	copies := map[*leaf]*leaf{}
	for n, l := range w.byNode {
		v, err := gorgonia.CloneValue(l.node.Value())
		if err != nil {
			return nil, fmt.Errorf("copy input %s: %w", l.name, err)
		}
		if err := gorgonia.Let(r.of[n], v); err != nil {
			return nil, fmt.Errorf("copy input %s: %w", l.name, err)
		}
		copies[l] = &leaf{node: r.of[n], name: l.name, drawn: l.drawn}
		c.byNode[r.of[n]] = copies[l]
	}
	for _, l := range w.leaves {
		c.leaves = append(c.leaves, copies[l])
	}
	for k, p := range w.params {
		c.params = append(c.params, copies[p])
		if c.grads[k] != nil {
			gorgonia.SetDerivOf(c.grads[k], copies[p].node)
		}
	}
	return c, c.compile()
}
