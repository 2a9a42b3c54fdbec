package audit

import (
	"errors"
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Cell is one way to run a case.
type Cell uint8

// The cells. On the tape machine the gradient is that of gorgonia.Grad.
const (
	Forward    Cell = iota // the value alone, against plain Go
	TapeLeaf               // the operation's inputs are leaves of the graph
	TapeInner              // its inputs are computed: each is u∘v of two leaves
	TapeTwice              // its inputs are leaves that the cost uses once more
	TapeSingle             // leaves, in float32
	LispLeaf               // the same four on the Lisp machine
	LispInner              //
	LispTwice              //
	LispSingle             //
	cells
)

var cellNames = [cells]string{"forward", "tape", "tape, inner node", "tape, used twice", "tape, float32", "lisp", "lisp, inner node", "lisp, used twice", "lisp, float32"}

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

// weightOf and secondUse tell the two uses of weights apart.
const (
	weightOf  = 7
	secondUse = 11
)

// symbolic is what Gorgonia computed in a cell.
type symbolic struct {
	cost float64
	// grads are of the inputs that are not fixed; of an inner node, of the leaf
	// u with the input u∘2, so that they are twice the input's.
	grads []Array
}

// build makes the inputs and the result.
func (c *Case) build(g *gorgonia.ExprGraph, in []Array, cell Cell) (leaves, inputs gorgonia.Nodes, result *gorgonia.Node, err error) {
	for k, a := range in {
		dtype := cell.dtype()
		if c.In[k].Int {
			dtype = tensor.Int
		}
		if !cell.inner() || c.In[k].fixed() {
			n := leaf(g, c.In[k].Name, a, dtype)
			inputs = append(inputs, n)
			if !c.In[k].fixed() {
				leaves = append(leaves, n)
			}
			continue
		}
		half, two := newArray(a.Shape...), newArray(a.Shape...)
		for i, v := range a.Data {
			half.Data[i], two.Data[i] = v/2, 2
		}
		u, v := leaf(g, "u"+c.In[k].Name, half, dtype), leaf(g, "v"+c.In[k].Name, two, dtype)
		n, err := gorgonia.HadamardProd(u, v)
		if err != nil {
			return nil, nil, nil, err
		}
		leaves, inputs = append(leaves, u), append(inputs, n)
	}
	result, err = c.Build(inputs)
	if err == nil && result == nil {
		err = errors.New("no node and no error")
	}
	return leaves, inputs, result, err
}

// closing makes a scalar of a node: Σ w·y. There is a second way, because the
// operations it takes could be what is wrong.
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
	leaves, _, y, err := c.build(g, in, cell)
	if err != nil {
		return s, fmt.Errorf("building: %w", err)
	}
	cost, err := c.cost(leaves, y, cell, way)
	if err != nil {
		return s, fmt.Errorf("building Σ w·y of shape %v: %w", y.Shape(), err)
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
	total, err := elements(cost.Value())
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
		a, err := elements(v)
		if err != nil {
			return s, fmt.Errorf("gradient of %s: %w", n.Name(), err)
		}
		s.grads = append(s.grads, a)
	}
	return s, nil
}

// forward computes the result alone, on a tape machine of its own.
func (c *Case) forward(in []Array, cell Cell) (a Array, err error) {
	defer recovered(&err)
	g := gorgonia.NewGraph()
	_, inputs, y, err := c.build(g, in, cell)
	if err != nil {
		return a, fmt.Errorf("building: %w", err)
	}
	program, registers, err := gorgonia.CompileFunction(g, inputs, gorgonia.Nodes{y})
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
	return elements(y.Value())
}

// panicked is a panic that was caught.
type panicked struct{ text string }

func (p panicked) Error() string { return p.text }

func recovered(err *error) {
	if r := recover(); r != nil {
		*err = panicked{fmt.Sprint(r)}
	}
}
