package engine

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph/internal/peek"
)

// Program computes some nodes of a graph, and what they need, in a fixed order. It
// calls the same methods of the same operations as Gorgonia's tape machine. But it
// keeps the memory of every result from run to run, which the machine's Reset drops,
// and it runs on the caller's goroutine, where the panic of an operation can be
// recovered.
type Program struct {
	values []gorgonia.Value // one for each node, in the order of computing
	Code   []Instruction
	index  map[*gorgonia.Node]int
}

// Instruction computes one node's value from others.
type Instruction struct {
	Node  *gorgonia.Node
	op    gorgonia.Op
	in    []int
	out   int
	args  []gorgonia.Value // scratch for the values of in
	reuse gorgonia.UsePreallocDoer
	over  gorgonia.UnsafeDoer
	dest  *tensor.Dense // the memory for the result, nil for a scalar
}

// Kept reports whether the result is written to the memory of the run before.
func (i *Instruction) Kept() bool { return i.reuse != nil }

// Copied reports whether the operand is copied to the memory of the run before,
// and then overwritten there.
func (i *Instruction) Copied() bool { return i.over != nil }

// NewProgram returns the program of some outputs. dest has the tensors into which
// nodes are to write their results, where the caller wants them in its own.
func NewProgram(engine tensor.Engine, outputs gorgonia.Nodes, dest map[*gorgonia.Node]*tensor.Dense) (*Program, error) {
	p := &Program{index: map[*gorgonia.Node]int{}}
	for _, n := range outputs {
		if err := p.order(engine, n, dest); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// order puts a node after all that it needs.
func (p *Program) order(engine tensor.Engine, n *gorgonia.Node, dest map[*gorgonia.Node]*tensor.Dense) error {
	if _, ok := p.index[n]; ok {
		return nil
	}
	ins := Instruction{Node: n, op: n.Op()}
	var child *gorgonia.Node
	if ins.op != nil {
		for _, child = range peek.Children(n) {
			if err := p.order(engine, child, dest); err != nil {
				return err
			}
			ins.in = append(ins.in, p.index[child])
		}
	}
	ins.out = len(p.values)
	p.index[n] = ins.out
	v := n.Value()
	p.values = append(p.values, v)
	if len(ins.in) == 0 {
		if v == nil && ins.op != nil {
			var err error
			if v, err = ins.op.Do(); err != nil {
				return fmt.Errorf("node %v: %w", n, err)
			}
			p.values[ins.out] = v
		}
		if v == nil {
			return fmt.Errorf("node %v: no value", n)
		}
		return nil
	}
	ins.args = make([]gorgonia.Value, len(ins.in))
	if !n.IsScalar() {
		ins.dest = dest[n]
		if ins.dest == nil {
			ins.dest = tensor.New(tensor.Of(n.Dtype()), tensor.WithShape(n.Shape()...), tensor.WithEngine(engine))
		}
		if reuse, ok := ins.op.(gorgonia.UsePreallocDoer); ok {
			ins.reuse = reuse
		} else if over, ok := ins.op.(gorgonia.UnsafeDoer); ok && len(ins.in) == 1 && n.Shape().Eq(child.Shape()) {
			ins.over = over
		} else if dest[n] != nil {
			return fmt.Errorf("node %v: the operation cannot write to given memory", n)
		}
	}
	p.Code = append(p.Code, ins)
	return nil
}

// Run computes all values.
func (p *Program) Run() (err error) {
	var ins *Instruction
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("node %v: %v", ins.Node, r)
		}
	}()
	for k := range p.Code {
		ins = &p.Code[k]
		for i, in := range ins.in {
			ins.args[i] = p.values[in]
		}
		var v gorgonia.Value
		switch {
		case ins.reuse != nil:
			v, err = ins.reuse.UsePreallocDo(ins.dest, ins.args...)
		case ins.over != nil:
			if err = tensor.Copy(ins.dest, ins.args[0].(tensor.Tensor)); err == nil {
				ins.args[0] = ins.dest
				v, err = ins.over.UnsafeDo(ins.args...)
			}
		default:
			v, err = ins.op.Do(ins.args...)
		}
		if err != nil {
			return fmt.Errorf("node %v: %w", ins.Node, err)
		}
		p.values[ins.out] = v
	}
	return nil
}

// Value returns what the last run computed for a node.
func (p *Program) Value(n *gorgonia.Node) gorgonia.Value { return p.values[p.index[n]] }
