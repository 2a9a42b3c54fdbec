package graph

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"

	"gradtwin"
	"gradtwin/graph/internal/peek"
)

// Clone returns the function at the same elements in a graph of its own, with
// copies of all inputs' values, so that it can be used in another goroutine.
// An operation that keeps state from run to run, which copies would share, is
// an error: dropout, batch and group normalization, pooling, CTC, and every
// operation that is not Gorgonia's own.
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
	defer recoverBuilding(&err, "copy the graph")
	outputs := gorgonia.Nodes{w.cost}
	for _, g := range w.grads {
		if g != nil {
			outputs = append(outputs, g)
		}
	}
	for _, n := range cone(outputs...) {
		if n.Op() != nil && keepsState(n.Op()) {
			return nil, fmt.Errorf("copy the graph: the operation %v (%v) keeps state that the copies would share", n.Op(), reflect.TypeOf(n.Op()))
		}
	}
	r, err := newReplica(outputs...)
	if err != nil {
		return nil, fmt.Errorf("copy the graph: %w", err)
	}
	c = &Wrapped{layout: w.layout, starts: w.starts, single: w.single, graph: r.graph, cost: r.of[w.cost], byNode: map[*gorgonia.Node]*leaf{}}
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
		copies[l] = &leaf{node: r.of[n], name: l.name}
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

// keepsState reports whether an operation's value changes when it runs, or may
// do so.
func keepsState(op gorgonia.Op) bool {
	t := reflect.TypeOf(op)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.PkgPath() != reflect.TypeFor[gorgonia.Node]().PkgPath() {
		return true
	}
	name := strings.ToLower(strings.TrimSuffix(strings.TrimSuffix(peek.TypeName(op), "Op"), "Diff"))
	return slices.Contains([]string{"dropout", "random", "batchnorm", "groupnorm", "maxpool", "avgpool", "ctcloss"}, name)
}
