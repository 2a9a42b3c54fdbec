package graph

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"gorgonia.org/gorgonia"

	"gradtwin"
	"gradtwin/graph/internal/building"
	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/memory"
)

// SecondOrder returns the function v·∇f of the same inputs, where ∇f is w's
// gradient as Gorgonia computes it and v a fixed vector, drawn from the seed,
// whose elements have a random sign and a size between 1/2 and 3/2. Its
// gradient is what gorgonia.Grad makes of that, the product of the second
// derivatives with v; so checking it checks the gradient of the gradient:
//
//	∂(v·∇f)/∂x = ∇²f · v
//
// The forward nodes and those of the first gradient are copied into a new
// graph first: in the one they are in, Gorgonia takes the first derivatives of
// the forward nodes for those of the new cost. The inputs' values are shared
// with w. Inputs on which no first derivative depends have the gradient 0.
//
// Many operations of Gorgonia have gradients that it cannot differentiate
// again: softmax, slices, pooling and convolutions among them. The error says
// which one it was. Comparisons, signs and roundings count as constant. The
// gradient of a matrix-vector product is an outer product, whose derivative
// Gorgonia has wrong: the shapes show it, which is an error, unless the matrix
// is square, which a check must find.
func (w *Wrapped) SecondOrder(seed uint64) (gradtwin.Function, error) {
	return asFunction(w.secondOrder(seed))
}

func (w *Wrapped) secondOrder(seed uint64) (second *Wrapped, err error) {
	building.Lock()
	defer building.Unlock()
	defer building.Recover(&err, "second order")
	if slices.Contains(w.grads, nil) {
		return nil, errors.New("second order: of a function whose gradient is 0 for some input")
	}
	r, err := newReplica(nil, append(gorgonia.Nodes{w.cost}, w.grads...)...)
	if err != nil {
		return nil, err
	}
	wrt := make(gorgonia.Nodes, len(w.params))
	second = &Wrapped{layout: w.layout, params: w.params, leaves: slices.Clone(w.leaves), starts: w.starts, single: w.single, user: w.derived(r.of), graph: r.graph, byNode: map[*gorgonia.Node]*leaf{}}
	for n, l := range w.byNode {
		second.byNode[r.of[n]] = l
		if k := slices.Index(w.params, l); k >= 0 {
			wrt[k] = r.of[n]
		}
	}
	random := rand.New(rand.NewPCG(seed, 0))
	for k, g := range w.grads {
		v := second.direction(r.of[g], w.layout[k].Name, random)
		product, err := gorgonia.HadamardProd(v, r.of[g])
		if err == nil && !product.IsScalar() {
			product, err = gorgonia.Sum(product)
		}
		if err == nil && second.cost != nil {
			if product.Dtype() != second.cost.Dtype() {
				return nil, errors.New("second order: inputs of float64 and float32 in one function")
			}
			product, err = gorgonia.Add(second.cost, product)
		}
		if err != nil {
			return nil, fmt.Errorf("second order: multiply the gradient of %s: %w", w.layout[k].Name, err)
		}
		second.cost = product
	}
	if err := second.differentiateAgain(wrt); err != nil {
		return nil, fmt.Errorf("second order: %w", err)
	}
	return second, nil
}

// direction adds an input of the shape of a gradient node, with its share of
// the vector v as the value.
func (w *Wrapped) direction(g *gorgonia.Node, of string, random *rand.Rand) *gorgonia.Node {
	name := "direction of " + of
	for len(w.graph.ByName(name)) > 0 {
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
	n := gorgonia.NewTensor(w.graph, g.Dtype(), len(g.Shape()), gorgonia.WithName(name), gorgonia.WithShape(g.Shape()...), gorgonia.WithValue(v))
	l := &leaf{node: n, name: name, held: v, bytes: memory.Bytes(v)}
	w.leaves = append(w.leaves, l)
	w.byNode[n] = l
	return n
}

// differentiateAgain calls Grad for the inputs that the cost depends on and
// compiles.
func (w *Wrapped) differentiateAgain(wrt gorgonia.Nodes) error {
	nodes := inspect.Cone(w.cost)
	depends, err := inspect.Dependents(nodes, wrt)
	if err != nil {
		return err
	}
	var active gorgonia.Nodes
	reached := inspect.Reached(w.cost, nodes)
	for _, n := range wrt {
		if depends[n] && reached[n] {
			active = append(active, n)
		}
	}
	if len(active) == 0 {
		return errors.New("the first gradient is constant")
	}
	grads, err := differentiate(w.cost, active)
	if err != nil {
		return err
	}
	w.grads = make(gorgonia.Nodes, len(wrt))
	for k, n := range wrt {
		if at := slices.Index(active, n); at >= 0 {
			w.grads[k] = grads[at]
		}
	}
	return w.compile()
}
