package audit

import (
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Cell is one way to run a case.
type Cell uint8

// The cells. On the tape machine the gradient is that of gorgonia.Grad.
const (
	Forward        Cell = iota // the value alone, against plain Go
	TapeLeaf                   // the operation's inputs are leaves of the graph
	TapeInner                  // its inputs are computed: each is u∘v of two leaves
	TapeTwice                  // its inputs are leaves that the cost uses once more
	TapeSingle                 // leaves, in float32
	TapeTransposed             // its inputs are Transposes of leaves
	TapeSliced                 // its inputs are Slices of leaves, and share their memory
	LispLeaf                   // the same four on the Lisp machine
	LispInner                  //
	LispTwice                  //
	LispSingle                 //
	cells
)

var cellNames = [cells]string{"forward", "tape", "tape, inner node", "tape, used twice", "tape, float32",
	"tape, transposed", "tape, sliced", "lisp", "lisp, inner node", "lisp, used twice", "lisp, float32"}

// String returns the cell's name, as in "tape, inner node".
func (c Cell) String() string { return cellNames[c] }

func (c Cell) lisp() bool { return c >= LispLeaf }

func (c Cell) inner() bool { return c == TapeInner || c == LispInner }

func (c Cell) twice() bool { return c == TapeTwice || c == LispTwice }

func (c Cell) dtype() tensor.Dtype {
	if c == TapeSingle || c == LispSingle {
		return tensor.Float32
	}
	return tensor.Float64
}

// weights are the numbers that make a scalar of a result: distinct, so that no
// element's gradient stands for another's. Half of them are negative.
func weights(k int, shape []int) Array {
	return Input{Low: -1, High: 1, Shape: shape}.array(k, 0)
}

// weightOf and secondUse are the two uses of weights.
const (
	weightOf  = 7
	secondUse = 11
)

// symbolic is what Gorgonia computed in a cell.
type symbolic struct {
	cost  float64
	grads []Array // of the inputs that are not fixed
}

// built is a case in a graph.
type built struct {
	leaves gorgonia.Nodes // of the inputs that are not fixed
	inputs gorgonia.Nodes
	result *gorgonia.Node
	// back makes an input's gradient of its leaf's.
	back []func(Array) (Array, error)
}

// build makes the inputs and the result.
func (c *Case) build(g *gorgonia.ExprGraph, in []Array, cell Cell) (b built, err error) {
	for k, a := range in {
		if c.In[k].fixed() {
			b.inputs = append(b.inputs, c.In[k].node(g, a, cell.dtype()))
			continue
		}
		n, input, back, err := c.input(g, k, a, cell)
		if err != nil {
			return b, err
		}
		b.leaves, b.inputs, b.back = append(b.leaves, n), append(b.inputs, input), append(b.back, back)
	}
	b.result, err = c.Build(b.inputs)
	if err == nil && b.result == nil {
		err = errors.New("no node and no error")
	}
	return b, err
}

// input makes an input that is not fixed: of a leaf that is it, or that it is
// computed from.
func (c *Case) input(
	g *gorgonia.ExprGraph, k int, a Array, cell Cell,
) (n, input *gorgonia.Node, back func(Array) (Array, error), err error) {
	dtype, name := c.In[k].dtype(cell.dtype()), c.In[k].Name
	switch {
	case cell.inner():
		half, two := newArray(a.Shape...), newArray(a.Shape...)
		for i, v := range a.Data {
			half.Data[i], two.Data[i] = v/2, 2
		}
		n = leaf(g, "u"+name, half, dtype)
		input, err = gorgonia.HadamardProd(n, leaf(g, "v"+name, two, dtype))
		back = func(g Array) (Array, error) { return each(func(x float64) float64 { return x / 2 })([]Array{g}), nil }
	case cell == TapeTransposed && len(a.Shape) > 1:
		reverse := make([]int, len(a.Shape))
		for d := range reverse {
			reverse[d] = len(reverse) - 1 - d
		}
		n = leaf(g, "t"+name, permute(reverse...)([]Array{a}), dtype)
		input, err = gorgonia.Transpose(n, reverse...)
		back = func(g Array) (Array, error) { return permute(reverse...)([]Array{g}), nil }
	case cell == TapeSliced && sliceable(a.Shape) >= 0:
		n, input, back, err = slicedInput(g, "s"+name, a, dtype)
	default:
		n = leaf(g, name, a, dtype)
		input, back = n, func(g Array) (Array, error) { return g, nil }
	}
	return n, input, back, err
}

// sliceable returns the last axis that can be a part of a longer one and stay
// an axis, or −1.
func sliceable(shape []int) int {
	for d := len(shape) - 1; d >= 0; d-- {
		if shape[d] > 1 {
			return d
		}
	}
	return -1
}

// slicedInput is all but the first of a leaf's elements along an axis.
func slicedInput(
	g *gorgonia.ExprGraph, name string, a Array, dtype tensor.Dtype,
) (n, input *gorgonia.Node, back func(Array) (Array, error), err error) {
	axis := sliceable(a.Shape)
	shape, cuts := slices.Clone(a.Shape), make([]span, len(a.Shape))
	shape[axis]++
	cuts[axis] = span{1, shape[axis], 1}
	n = leaf(g, name, fill(shape, func(at []int) float64 {
		if at[axis]--; at[axis] < 0 {
			return 1
		}
		return a.get(at...)
	}), dtype)
	input, err = gorgonia.Slice(n, spans(cuts)...)
	back = func(g Array) (Array, error) {
		for i, v := range g.Data {
			if index(i, shape)[axis] == 0 && v != 0 {
				return g, fmt.Errorf("%s is %v outside of the slice", element(name, shape, i), v)
			}
		}
		return Array{a.Shape, sliced(cuts)([]Array{g}).Data}, nil
	}
	return n, input, back, err
}

// closing makes a scalar of a node: Σ w·y. There is a second way, because the
// operations that it needs could themselves be wrong.
func closing(y *gorgonia.Node, name string, k int, dot bool) (*gorgonia.Node, error) {
	shape := append([]int(nil), y.Shape()...)
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

// cost makes the cell's scalar of the result.
func (c *Case) cost(leaves gorgonia.Nodes, y *gorgonia.Node, cell Cell, way way) (*gorgonia.Node, error) {
	if way.plain && !y.IsScalar() {
		return nil, errors.New("not a scalar")
	}
	cost, err := y, error(nil)
	if !way.plain {
		cost, err = closing(y, "w", weightOf, way.dot)
	}
	if err != nil || !cell.twice() {
		return cost, err
	}
	for k, n := range leaves {
		more, err := closing(n, fmt.Sprint("w", k+1), secondUse+k, way.dot)
		if err != nil {
			return nil, err
		}
		if cost, err = gorgonia.Add(cost, more); err != nil {
			return nil, err
		}
	}
	return cost, nil
}

// differentiate runs one cell in Gorgonia. Panics of the building are errors;
// those of a machine's goroutine end the process.
func (c *Case) differentiate(in []Array, cell Cell, way way) (s symbolic, err error) {
	defer recovered(&err)
	g := gorgonia.NewGraph()
	b, err := c.build(g, in, cell)
	if err != nil {
		return s, fmt.Errorf("building: %w", err)
	}
	leaves := b.leaves
	cost, err := c.cost(leaves, b.result, cell, way)
	if err != nil {
		return s, fmt.Errorf("building Σ w·y of shape %v: %w", b.result.Shape(), err)
	}
	var options []gorgonia.VMOpt
	if c.Eval {
		options = append(options, gorgonia.EvalMode())
	}
	var vm gorgonia.VM
	var grads gorgonia.Nodes
	if cell.lisp() {
		vm = gorgonia.NewLispMachine(g, options...)
	} else {
		if grads, err = gorgonia.Grad(cost, leaves...); err != nil {
			return s, fmt.Errorf("gorgonia.Grad: %w", err)
		}
		if way.bound {
			options = append(options, gorgonia.BindDualValues(leaves...))
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
	for k, n := range leaves {
		var v gorgonia.Value
		if cell.lisp() || way.bound {
			if v, err = n.Grad(); err != nil {
				return s, fmt.Errorf("gradient of %s: %w", n.Name(), err)
			}
		} else if grads[k] != nil {
			v = grads[k].Value()
		}
		a, err := arrayOf(v)
		if err != nil {
			return s, fmt.Errorf("gradient of %s: %w", n.Name(), err)
		}
		if len(a.Data) == n.Shape().TotalSize() {
			a.Shape = n.Shape() // Gorgonia is careless with dimensions of 1
			if a, err = b.back[k](a); err != nil {
				return s, err
			}
		}
		s.grads = append(s.grads, a)
	}
	return s, nil
}

// forward computes the result alone, on a tape machine of its own.
func (c *Case) forward(in []Array, cell Cell) (a Array, err error) {
	defer recovered(&err)
	g := gorgonia.NewGraph()
	b, err := c.build(g, in, cell)
	if err != nil {
		return a, fmt.Errorf("building: %w", err)
	}
	leaves := slices.DeleteFunc(b.inputs, func(n *gorgonia.Node) bool { return n.Op() != nil }) // constants
	program, registers, err := gorgonia.CompileFunction(g, leaves, gorgonia.Nodes{b.result})
	if err != nil {
		return a, fmt.Errorf("compiling: %w", err)
	}
	options := []gorgonia.VMOpt{gorgonia.WithPrecompiled(program, registers)}
	if c.Eval {
		options = append(options, gorgonia.EvalMode())
	}
	vm := gorgonia.NewTapeMachine(g, options...)
	defer vm.Close()
	if err := vm.RunAll(); err != nil {
		return a, fmt.Errorf("running: %w", err)
	}
	return arrayOf(b.result.Value())
}

// panicked is a panic that was caught.
type panicked struct{ text string }

func (p panicked) Error() string { return p.text }

func recovered(err *error) {
	if r := recover(); r != nil {
		*err = panicked{fmt.Sprint(r)}
	}
}
