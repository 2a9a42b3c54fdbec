package eval

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/building"
	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/memory"
	"gradtwin/graph/internal/replica"
)

// SecondOrder returns the function v·∇f of the same inputs, where v is drawn from the
// seed, and the copies of f's nodes in it.
func (f *Function) SecondOrder(seed uint64) (second *Function, copies map[*gorgonia.Node]*gorgonia.Node, err error) {
	building.Lock()
	defer building.Unlock()
	defer building.Recover(&err, "second order")
	if slices.Contains(f.Grads, nil) {
		return nil, nil, errors.New("second order: of a function whose gradient is 0 for some input")
	}
	r, err := replica.New(nil, append(gorgonia.Nodes{f.Cost}, f.Grads...)...)
	if err != nil {
		return nil, nil, err
	}
	wrt := f.ParamNodes(r.Of)
	second = newFunction()
	second.Layout, second.Params, second.starts, second.Single = f.Layout, f.Params, f.starts, f.Single
	second.Leaves = slices.Clone(f.Leaves)
	for n, l := range f.ByNode {
		second.ByNode[r.Of[n]] = l
	}
	random := rand.New(rand.NewPCG(seed, 0))
	for k, g := range f.Grads {
		v := second.direction(r.Graph, r.Of[g], f.Layout[k].Name, random)
		product, err := gorgonia.HadamardProd(v, r.Of[g])
		if err == nil && !product.IsScalar() {
			product, err = gorgonia.Sum(product)
		}
		if err == nil && second.Cost != nil {
			if product.Dtype() != second.Cost.Dtype() {
				return nil, nil, errors.New("second order: inputs of float64 and float32 in one function")
			}
			product, err = gorgonia.Add(second.Cost, product)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("second order: multiply the gradient of %s: %w", f.Layout[k].Name, err)
		}
		second.Cost = product
	}
	if err := second.differentiateAgain(wrt); err != nil {
		return nil, nil, fmt.Errorf("second order: %w", err)
	}
	return second, r.Of, nil
}

// direction adds an input with the shape of a gradient node, which holds its part of
// the vector v.
func (f *Function) direction(
	graph *gorgonia.ExprGraph, g *gorgonia.Node, of string, random *rand.Rand,
) *gorgonia.Node {
	name := "direction of " + of
	for len(graph.ByName(name)) > 0 {
		name += "'"
	}
	v := memory.Zero(g)
	e, err := memory.Of(v)
	if err != nil {
		panic(err)
	}
	for i := range e.Len() {
		x := 0.5 + random.Float64()
		if random.IntN(2) == 0 {
			x = -x
		}
		e.Set(i, x)
	}
	n := gorgonia.NewTensor(graph, g.Dtype(), len(g.Shape()),
		gorgonia.WithName(name), gorgonia.WithShape(g.Shape()...), gorgonia.WithValue(v))
	l := &Leaf{Node: n, Name: name, now: v, bytes: memory.Bytes(v)}
	f.Leaves = append(f.Leaves, l)
	f.ByNode[n] = l
	return n
}

// differentiateAgain calls Grad for the inputs that the cost depends on and
// compiles.
func (f *Function) differentiateAgain(wrt gorgonia.Nodes) error {
	nodes := inspect.Cone(f.Cost)
	depends, err := inspect.Dependents(nodes, wrt)
	if err != nil {
		return err
	}
	var active gorgonia.Nodes
	reached := inspect.Reached(f.Cost, nodes)
	for _, n := range wrt {
		if depends[n] && reached[n] {
			active = append(active, n)
		}
	}
	if len(active) == 0 {
		return errors.New("the first gradient is constant")
	}
	grads, err := replica.Differentiate(f.Cost, active)
	if err != nil {
		return err
	}
	f.Grads = make(gorgonia.Nodes, len(wrt))
	for k, n := range wrt {
		if at := slices.Index(active, n); at >= 0 {
			f.Grads[k] = grads[at]
		}
	}
	return f.compile()
}
