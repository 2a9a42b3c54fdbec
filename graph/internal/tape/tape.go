// Package tape runs any Gorgonia graph as Gorgonia's tape machine does.
//
// A [Tape] does on the caller's goroutine, node by node, what the machine does: a
// caller can look at each node, and an error names its node. A [Partial] run computes
// only what a changed input changes. [Machine] is Gorgonia's machine itself.
package tape

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph/internal/peek"
)

// Tape computes some nodes of any graph as Gorgonia's tape machine does: in its
// order, with its registers and the same method of each operation. What the machine
// gets wrong because one operation overwrites another's memory is therefore wrong here
// too. But a tape runs on the caller's goroutine, where the panic of an operation can
// be recovered, and it does not change the nodes: a function gives the values of
// leaves at each run, and no result is bound to a node.
//
// The machine's decisions are those of compile.go, regalloc.go, analysis.go
// and vm_tape_nocuda.go of Gorgonia v0.9.18.
type Tape struct {
	regs []gorgonia.Value
	code []step
	at   map[*gorgonia.Node]int // step of each node, of its replacement when it has one
}

// Leaves gives the value of a leaf, nil where there is none.
type Leaves func(leaf *gorgonia.Node) gorgonia.Value

// step computes one node's value.
type step struct {
	node   *gorgonia.Node
	value  gorgonia.Value // what the last run computed
	leaf   bool
	in     []int // registers
	out    int
	args   []gorgonia.Value
	alloc  bool           // the machine allocates the result before
	memory gorgonia.Value // the result's memory when it does, kept from run to run
}

// New compiles the outputs of one graph.
func New(outputs gorgonia.Nodes) (t *Tape, err error) {
	defer func() {
		if r := recover(); r != nil {
			t, err = nil, fmt.Errorf("compile the graph: %v", r)
		}
	}()
	g := outputs[0].Graph()
	sub := g.ExactSubgraphRoots(outputs...)
	inputs := sub.Inputs()
	if len(inputs) == 0 {
		return nil, errors.New("compile the graph: it has no inputs")
	}
	_, registers, err := gorgonia.CompileFunction(g, inputs, outputs)
	if err != nil {
		return nil, fmt.Errorf("compile the graph: %w", err)
	}
	register := map[*gorgonia.Node]int{}
	size := 0
	for n, r := range registers {
		k, err := strconv.Atoi(strings.TrimPrefix(r.String(), gorgonia.CPU.String()))
		if err != nil {
			return nil, fmt.Errorf("node %v: register %v is not in the processor's memory", n, r)
		}
		register[n] = k
		size = max(size, k+1)
	}
	sorted, err := gorgonia.Sort(sub)
	if err != nil {
		return nil, fmt.Errorf("compile the graph: %w", err)
	}
	slices.Reverse(sorted)

	t = &Tape{regs: make([]gorgonia.Value, size), at: map[*gorgonia.Node]int{}}
	// The machine computes one of the nodes with the same hash, and uses it for the
	// others. Which of several leaves it takes does not matter: it is a fault.
	first := map[uint32]*gorgonia.Node{}
	allocated := make([]bool, size)
	for _, n := range sorted {
		if len(peek.Children(n)) > 0 {
			continue
		}
		if twin, ok := first[n.Hashcode()]; ok {
			return nil, fmt.Errorf("%v and %v have one hash: Gorgonia's machine takes one for the other", twin, n)
		}
		first[n.Hashcode()] = n
	}
	for _, n := range sorted {
		if twin, ok := first[n.Hashcode()]; ok && twin != n {
			k, ok := t.at[twin]
			if !ok {
				return nil, fmt.Errorf("%v and %v have one hash: Gorgonia's machine takes one for the other", twin, n)
			}
			t.at[n] = k
			continue
		}
		first[n.Hashcode()] = n
		s := step{node: n, leaf: n.Op() == nil, out: register[n]}
		if !s.leaf {
			for _, child := range peek.Children(n) {
				s.in = append(s.in, t.code[t.at[child]].out)
			}
			s.args = make([]gorgonia.Value, len(s.in))
			if n.Op().ReturnsPtr() && n.Op().CallsExtern() && !allocated[s.out] {
				s.alloc, allocated[s.out] = true, true
			}
		}
		t.at[n] = len(t.code)
		t.code = append(t.code, s)
	}
	return t, nil
}

// NodeError is an error or a panic of a node's operation.
type NodeError struct {
	Node *gorgonia.Node
	err  error
}

func (e *NodeError) Error() string { return fmt.Sprintf("node %v: %v", e.Node, e.err) }
func (e *NodeError) Unwrap() error { return e.err }

// Run computes all values.
func (t *Tape) Run(leaves Leaves) error {
	return t.Follow(leaves, func(*gorgonia.Node) bool { return true })
}

// Follow is Run, but calls computed with each node, inputs too, and stops after an
// operation for which it returns false. What it returns for an input does not count.
func (t *Tape) Follow(leaves Leaves, computed func(*gorgonia.Node) bool) error {
	return t.steps(leaves, func(*step) {}, computed)
}

// steps is Follow, but also calls before at the beginning of each step.
func (t *Tape) steps(leaves Leaves, before func(*step), computed func(*gorgonia.Node) bool) (err error) {
	var s *step
	defer recoverStep(&s, &err)
	clear(t.regs)
	for k := range t.code {
		s = &t.code[k]
		if !s.leaf {
			before(s)
		}
		if err := t.compute(s, leaves); err != nil {
			return err
		}
		if !computed(s.node) && !s.leaf {
			break
		}
	}
	return nil
}

// recoverStep turns a panic of a step's operation into an error.
func recoverStep(s **step, err *error) {
	if r := recover(); r != nil {
		*err = &NodeError{Node: (*s).node, err: fmt.Errorf("panic: %v", r)}
	}
}

// compute computes one step, or gets the value of a leaf.
func (t *Tape) compute(s *step, leaves Leaves) error {
	if !s.leaf {
		if err := s.exec(t.regs); err != nil {
			return &NodeError{Node: s.node, err: err}
		}
		return nil
	}
	if s.value = leaves(s.node); s.value == nil {
		return fmt.Errorf("input %v: no value", s.node.Name())
	}
	setEngine(s.value)
	t.regs[s.out] = s.value
	return nil
}

// exec is execOp.exec of vm_tape_nocuda.go, after the alloc before it.
func (s *step) exec(regs []gorgonia.Value) (err error) {
	for i, in := range s.in {
		s.args[i] = regs[in]
	}
	if s.alloc {
		if err := s.allocate(); err != nil {
			return err
		}
		regs[s.out] = s.memory
	}
	op := s.node.Op()
	reuse, ok := op.(gorgonia.UsePreallocDoer)
	switch {
	case ok && s.alloc:
		s.value, err = reuse.UsePreallocDo(regs[s.out], s.args...)
	case ok && regs[s.out] != nil:
		if s.value, err = reuse.UsePreallocDo(regs[s.out], s.args...); err != nil {
			s.value, err = op.Do(s.args...)
		}
	default:
		s.value, err = op.Do(s.args...)
	}
	if err != nil {
		return err
	}
	if s.value == nil {
		return errors.New("the operation returns no value")
	}
	setEngine(s.value)
	regs[s.out] = s.value
	return nil
}

// setEngine gives a tensor the machine's engine, as the machine does.
func setEngine(v gorgonia.Value) {
	if t, ok := v.(tensor.Tensor); ok {
		tensor.WithEngine(gorgonia.StandardEngine{})(t)
	}
}

// allocate gives the result zeroed memory.
func (s *step) allocate() error {
	if s.node.Shape().IsScalar() {
		switch s.node.Dtype() {
		case tensor.Float64:
			s.memory = gorgonia.NewF64(0)
		case tensor.Float32:
			s.memory = gorgonia.NewF32(0)
		default:
			return fmt.Errorf("a scalar of %v", s.node.Dtype())
		}
		return nil
	}
	if m, ok := s.memory.(*tensor.Dense); ok && m.Shape().Eq(s.node.Shape()) && !m.RequiresIterator() {
		m.Zero()
		return nil
	}
	s.memory = tensor.New(
		tensor.Of(s.node.Dtype()), tensor.WithShape(s.node.Shape()...), tensor.WithEngine(gorgonia.StandardEngine{}))
	return nil
}

// Value returns what the last run computed for a node.
func (t *Tape) Value(n *gorgonia.Node) gorgonia.Value { return t.code[t.at[n]].value }
