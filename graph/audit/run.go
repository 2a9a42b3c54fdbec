package audit

import (
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// weights returns the weights w of a cost. They are distinct, so that elements
// that are exchanged show, and half of them are negative.
func weights(k int, shape []int) array { return in("w", -1, 1, shape...).array(k, 0) }

// weightOf is the k of the result's weights, and secondUse that of the first input's
// where it is used twice.
const (
	weightOf  = 7
	secondUse = 11
)

// way says how the cost is made of the result, and how the gradient is read.
type way struct {
	dot   bool // by Reshape and Mul, not by HadamardProd and Sum
	plain bool // the result, which is a scalar, is the cost itself
	bound bool // the gradient is the one that BindDualValues binds to the leaf
}

// operand is an input with a gradient.
type operand struct {
	leaf, node *gorgonia.Node // node is computed from leaf, or is leaf
	// back computes the gradient of node from that of leaf.
	back func(gradient array) (array, error)
}

// built is a case in a graph.
type built struct {
	leaves   gorgonia.Nodes // of the operands
	operands []operand
	inputs   gorgonia.Nodes // all of them
	result   *gorgonia.Node
	forward  gorgonia.Nodes // all nodes, before the cost and the derivative
}

// build makes the inputs and the result.
func (c *testCase) build(g *gorgonia.ExprGraph, in []array, of cell) (b built, err error) {
	for k, a := range in {
		if c.In[k].fixed() {
			b.inputs = append(b.inputs, c.In[k].node(g, a, of.dtype()))
			continue
		}
		o, err := c.operand(g, k, a, of)
		if err != nil {
			return b, err
		}
		b.leaves, b.operands, b.inputs = append(b.leaves, o.leaf), append(b.operands, o), append(b.inputs, o.node)
	}
	b.result, err = c.Build(b.inputs)
	if err == nil && b.result == nil {
		err = errors.New("no node and no error")
	}
	b.forward = g.AllNodes()
	return b, err
}

// operand adds input k and its leaf to a graph, as the cell says.
func (c *testCase) operand(g *gorgonia.ExprGraph, k int, a array, of cell) (o operand, err error) {
	dtype, name := c.In[k].dtype(of.dtype()), c.In[k].Name
	switch {
	case of.inner():
		half, two := halves(a)
		o.leaf = leaf(g, "u"+name, half, dtype)
		o.node, err = gorgonia.HadamardProd(o.leaf, leaf(g, "v"+name, two, dtype))
		o.back = func(g array) (array, error) { return each(func(x float64) float64 { return x / 2 })([]array{g}), nil }
	case of == tapeTransposed && len(a.Shape) > 1:
		reverse := make([]int, len(a.Shape))
		for d := range reverse {
			reverse[d] = len(reverse) - 1 - d
		}
		o.leaf = leaf(g, "t"+name, permute(reverse...)([]array{a}), dtype)
		o.node, err = gorgonia.Transpose(o.leaf, reverse...)
		o.back = func(g array) (array, error) { return permute(reverse...)([]array{g}), nil }
	case of == tapeSliced && sliceable(a.Shape) >= 0:
		return slicedOperand(g, "s"+name, a, dtype)
	default:
		o.leaf = leaf(g, name, a, dtype)
		o.node, o.back = o.leaf, func(g array) (array, error) { return g, nil }
	}
	return o, err
}

// halves returns two arrays with the product a; the second is 2 everywhere.
func halves(a array) (half, two array) {
	half, two = newArray(a.Shape...), newArray(a.Shape...)
	for i, v := range a.Data {
		half.Data[i], two.Data[i] = v/2, 2
	}
	return half, two
}

// sliceable returns the last axis of more than one element, or −1: Slice removes an
// axis that it cuts to one.
func sliceable(shape []int) int {
	d := len(shape) - 1
	for d >= 0 && shape[d] == 1 {
		d--
	}
	return d
}

// slicedOperand is a Slice of a leaf that has one more element along an axis.
func slicedOperand(g *gorgonia.ExprGraph, name string, a array, dtype tensor.Dtype) (o operand, err error) {
	axis := sliceable(a.Shape)
	shape, cuts := slices.Clone(a.Shape), make([]span, len(a.Shape))
	shape[axis]++
	cuts[axis] = span{1, shape[axis], 1}
	o.leaf = leaf(g, name, fill(shape, func(at []int) float64 {
		if at[axis] == 0 {
			return 1
		}
		inside := slices.Clone(at)
		inside[axis]--
		return a.get(inside...)
	}), dtype)
	var arguments []tensor.Slice
	for _, s := range cuts {
		arguments = append(arguments, s.slice())
	}
	o.node, err = gorgonia.Slice(o.leaf, arguments...)
	o.back = func(g array) (array, error) {
		for i, v := range g.Data {
			if index(i, shape)[axis] == 0 && v != 0 {
				return g, fmt.Errorf("%s is %v outside of the slice", element(name, shape, i), v)
			}
		}
		return array{a.Shape, sliced(cuts)([]array{g}).Data}, nil
	}
	return o, err
}

// closing returns the node of Σ w·y. dot computes it in a second way, because the
// operations of the first could be wrong themselves.
func closing(y *gorgonia.Node, name string, k int, dot bool) (*gorgonia.Node, error) {
	shape := slices.Clone([]int(y.Shape()))
	w := weights(k, shape)
	if dot && len(shape) > 0 {
		w.Shape = []int{len(w.Data)}
		flat, err := gorgonia.Reshape(y, tensor.Shape{len(w.Data)})
		if err != nil {
			return nil, err
		}
		if len(w.Data) > 1 {
			return gorgonia.Mul(flat, leaf(y.Graph(), name, w, y.Dtype()))
		}
		y = flat
	}
	p, err := gorgonia.HadamardProd(y, leaf(y.Graph(), name, w, y.Dtype()))
	if err != nil || p.IsScalar() {
		return p, err
	}
	return gorgonia.Sum(p)
}

// cost returns the node of the cost in a cell.
func (b built) cost(of cell, w way) (cost *gorgonia.Node, err error) {
	if w.plain && !b.result.IsScalar() {
		return nil, errors.New("not a scalar")
	}
	if cost = b.result; !w.plain {
		cost, err = closing(b.result, "w", weightOf, w.dot)
	}
	if err != nil || !of.twice() {
		return cost, err
	}
	for k, n := range b.leaves {
		more, err := closing(n, fmt.Sprint("w", k+1), secondUse+k, w.dot)
		if err != nil {
			return nil, err
		}
		if cost, err = gorgonia.Add(cost, more); err != nil {
			return nil, err
		}
	}
	return cost, nil
}

// symbolic is what Gorgonia computed in a cell.
type symbolic struct {
	cost  float64
	grads []array // of the operands
}

// options returns the options of a machine that runs the case.
func (c *testCase) options(more ...gorgonia.VMOpt) []gorgonia.VMOpt {
	if c.Eval {
		more = append(more, gorgonia.EvalMode())
	}
	return more
}

// differentiate runs a cell in Gorgonia. A panic while the graph is built is an
// error; one in a machine's goroutine ends the process.
func (c *testCase) differentiate(in []array, of cell, w way) (s symbolic, err error) {
	defer recovered(&err)
	g := gorgonia.NewGraph()
	b, err := c.build(g, in, of)
	if err != nil {
		return s, fmt.Errorf("building: %w", err)
	}
	cost, err := b.cost(of, w)
	if err != nil {
		return s, fmt.Errorf("building Σ w·y of shape %v: %w", b.result.Shape(), err)
	}
	var vm gorgonia.VM
	var grads gorgonia.Nodes
	if of.lisp() {
		vm = gorgonia.NewLispMachine(g, c.options()...)
	} else {
		if grads, err = gorgonia.Grad(cost, b.leaves...); err != nil {
			return s, fmt.Errorf("gorgonia.Grad: %w", err)
		}
		options := c.options()
		if w.bound {
			options = append(options, gorgonia.BindDualValues(b.leaves...))
		}
		vm = gorgonia.NewTapeMachine(g, options...)
	}
	defer vm.Close()
	if err := vm.RunAll(); err != nil {
		return s, fmt.Errorf("running: %w", err)
	}
	total, err := arrayOf(cost.Value())
	if err != nil {
		return s, fmt.Errorf("the cost: %w", err)
	}
	s.cost = total.Data[0]
	for k, o := range b.operands {
		var v gorgonia.Value
		if of.lisp() || w.bound {
			if v, err = o.leaf.Grad(); err != nil {
				return s, fmt.Errorf("gradient of %s: %w", o.leaf.Name(), err)
			}
		} else if grads[k] != nil {
			v = grads[k].Value()
		}
		a, err := arrayOf(v)
		if err != nil {
			return s, fmt.Errorf("gradient of %s: %w", o.leaf.Name(), err)
		}
		if len(a.Data) == o.leaf.Shape().TotalSize() {
			a.Shape = o.leaf.Shape() // Gorgonia drops or adds dimensions of 1
			if a, err = o.back(a); err != nil {
				return s, err
			}
		}
		s.grads = append(s.grads, a)
	}
	return s, nil
}

// value computes the result without a cost, on a tape machine.
func (c *testCase) value(in []array) (a array, err error) {
	defer recovered(&err)
	g := gorgonia.NewGraph()
	b, err := c.build(g, in, forward)
	if err != nil {
		return a, fmt.Errorf("building: %w", err)
	}
	leaves := slices.DeleteFunc(b.inputs, func(n *gorgonia.Node) bool { return n.Op() != nil }) // constants
	program, registers, err := gorgonia.CompileFunction(g, leaves, gorgonia.Nodes{b.result})
	if err != nil {
		return a, fmt.Errorf("compiling: %w", err)
	}
	vm := gorgonia.NewTapeMachine(g, c.options(gorgonia.WithPrecompiled(program, registers))...)
	defer vm.Close()
	if err := vm.RunAll(); err != nil {
		return a, fmt.Errorf("running: %w", err)
	}
	return arrayOf(b.result.Value())
}
