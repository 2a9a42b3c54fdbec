package eval

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"

	"gradtwin"
	"gradtwin/graph/internal/building"
	"gradtwin/graph/internal/memory"
	"gradtwin/graph/internal/replica"
)

// Cut returns the function of the value of node n, whose gradient is the node grad,
// nil where it is 0, and the copies of f's nodes in it. Where n is not an input, it
// becomes one with n's present value, and what n is computed from is left out.
func (f *Function) Cut(
	n, grad *gorgonia.Node, name string,
) (c *Function, copies map[*gorgonia.Node]*gorgonia.Node, err error) {
	building.Lock()
	defer building.Unlock()
	defer building.Recover(&err, "cut the graph")
	l := f.ByNode[n]
	draws := &replica.Draws{}
	if l == nil {
		if l, err = f.freeze(n, name); err != nil {
			return nil, nil, err
		}
		draws.Values = map[*gorgonia.Node]*gorgonia.Node{n: l.Node}
	}
	outputs := gorgonia.Nodes{f.Cost}
	if grad != nil {
		outputs = append(outputs, grad)
	}
	r, err := replica.New(draws, outputs...)
	if err != nil {
		return nil, nil, err
	}
	c = newFunction()
	c.Layout = gradtwin.Layout{{Name: name, Shape: slices.Clone([]int(n.Shape()))}}
	c.Params, c.starts, c.Single, c.Leaves = []*Leaf{l}, []int{0}, f.Single, slices.Clone(f.Leaves)
	c.Cost, c.Grads, c.Ops = r.Of[f.Cost], gorgonia.Nodes{r.Of[grad]}, r.Ops
	c.ByNode[r.Of[n]] = l
	if !slices.Contains(c.Leaves, l) {
		c.Leaves = append(c.Leaves, l)
	}
	for n, l := range f.ByNode {
		if copied := r.Of[n]; copied != nil {
			c.ByNode[copied] = l
		}
	}
	if grad != nil {
		gorgonia.SetDerivOf(r.Of[grad], r.Of[n])
	}
	return c, r.Of, c.compile()
}

// freeze returns an input with n's present value.
func (f *Function) freeze(n *gorgonia.Node, name string) (l *Leaf, err error) {
	run := f.Follow(false, func(at *gorgonia.Node, v gorgonia.Value) bool {
		if at == n {
			l, err = holding(n, name, v)
		}
		return l == nil && err == nil
	})
	switch {
	case err != nil:
		return nil, err
	case l == nil && run != nil:
		return nil, run
	case l == nil:
		return nil, fmt.Errorf("it is not computed")
	}
	return l, l.sync(true)
}

// holding returns an input of n's type with a copy of a value.
func holding(n *gorgonia.Node, name string, v gorgonia.Value) (*Leaf, error) {
	from, err := memory.Of(v)
	if err != nil {
		return nil, err
	}
	if from.Len() != n.Shape().TotalSize() {
		return nil, fmt.Errorf("a value of %d elements: want shape %v", from.Len(), n.Shape())
	}
	own := memory.Zero(n)
	to, err := memory.Of(own)
	if err != nil {
		return nil, err
	}
	for i := range from.Len() {
		to.Set(i, from.At(i))
	}
	return &Leaf{Node: replica.Holder(n, name, own), Name: name}, nil
}
