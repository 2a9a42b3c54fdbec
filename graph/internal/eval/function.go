// Package eval computes a cost and its gradient on a copy of a user's graph, from the
// values that the user's own nodes hold.
//
// A [Function] sets elements of inputs in place, runs the copy, and checks that the
// run has not changed the inputs. Other functions derive from it: a clone, its second
// derivatives, the part of it after one node.
package eval

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"

	"gradtwin"
	"gradtwin/graph/internal/building"
	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/memory"
	"gradtwin/graph/internal/tape"
)

// Function is a cost as a function of some inputs, Params, with its gradient. It is
// not safe for concurrent use.
type Function struct {
	Layout gradtwin.Layout
	Single bool           // some of it is float32
	Params []*Leaf        // of Layout, in order
	Leaves []*Leaf        // all inputs that the cost is computed from
	Cost   *gorgonia.Node // the copy
	Grads  gorgonia.Nodes // copies, nil where the gradient is 0

	runs
	keeping *keeping                 // nil unless between Keep and Release
	starts  []int                    // of each parameter in the flat vector
	user    map[*gorgonia.Node]*Leaf // by the user's node, until it is built
}

func newFunction() *Function { return &Function{runs: runs{ByNode: map[*gorgonia.Node]*Leaf{}}} }

// compile prepares what Loss and Gradient run.
func (f *Function) compile() error {
	outputs := gorgonia.Nodes{f.Cost}
	for _, g := range f.Grads {
		if g != nil {
			outputs = append(outputs, g)
		}
	}
	return f.runs.compile(outputs, f.Leaves, f.Params)
}

// ParamNodes returns what copies of f's nodes have for each parameter.
func (f *Function) ParamNodes(copies map[*gorgonia.Node]*gorgonia.Node) gorgonia.Nodes {
	out := make(gorgonia.Nodes, len(f.Params))
	for n, l := range f.ByNode {
		if k := slices.Index(f.Params, l); k >= 0 {
			out[k] = copies[n]
		}
	}
	return out
}

// WithMachine returns the same function computed by Gorgonia's machine. The two
// share the inputs' values.
func (f *Function) WithMachine(options []gorgonia.VMOpt) (*Function, error) {
	building.Lock()
	defer building.Unlock()
	var inputs gorgonia.Nodes
	for n := range f.ByNode {
		inputs = append(inputs, n)
	}
	loss, gradient, err := tape.NewMachines(f.Cost, inputs, options)
	if err != nil {
		return nil, err
	}
	m := *f
	m.watch.backup, m.keeping = nil, nil
	m.loss, m.gradient = loss, gradient
	return &m, nil
}

// Span returns the elements of parameter k as [from, to).
func (f *Function) Span(k int) (from, to int) { return f.starts[k], f.starts[k] + f.Layout[k].Len() }

// locate returns the parameter that holds element i, and i's place there.
func (f *Function) locate(i int) (*Leaf, int) {
	k, ok := slices.BinarySearch(f.starts, i)
	if !ok {
		k--
	}
	if k < 0 || i-f.starts[k] >= f.Layout[k].Len() {
		panic(fmt.Sprintf("graph: element %d of %d", i, f.Layout.Len()))
	}
	if err := f.Params[k].sync(true); err != nil {
		panic("graph: " + err.Error())
	}
	return f.Params[k], i - f.starts[k]
}

// At returns element i.
func (f *Function) At(i int) float64 {
	l, k := f.locate(i)
	return l.At(k)
}

// Set changes element i in the memory of the value that the node holds.
func (f *Function) Set(i int, x float64) {
	l, k := f.locate(i)
	l.Set(k, x)
	if f.keeping != nil {
		f.keeping.set(l, k)
	}
}

// Loss computes the cost, without the gradient.
func (f *Function) Loss() (float64, error) {
	var err error
	if f.keeping != nil {
		err = f.keeping.run()
	} else {
		err = f.run(f.loss)
	}
	if err != nil {
		return 0, err
	}
	e, err := memory.Of(f.loss.Value(f.Cost))
	if err != nil {
		return 0, fmt.Errorf("cost %v: %w", f.Cost, err)
	}
	if e.Len() != 1 {
		return 0, fmt.Errorf("cost %v: the machine gives %d elements: want 1", f.Cost, e.Len())
	}
	return e.At(0), nil
}

// Gradient computes the gradient and writes it to dst in the layout's order.
func (f *Function) Gradient(dst []float64) error {
	if len(dst) != f.Layout.Len() {
		panic(fmt.Sprintf("graph: gradient of %d elements into %d", f.Layout.Len(), len(dst)))
	}
	if err := f.interrupt(); err != nil {
		return err
	}
	if err := f.run(f.gradient); err != nil {
		return err
	}
	for k, n := range f.Grads {
		t := f.Layout[k]
		from, to := f.Span(k)
		if n == nil {
			clear(dst[from:to])
			continue
		}
		v := f.gradient.Value(n)
		e, err := memory.Of(v)
		if err != nil {
			return fmt.Errorf("gradient of %s: %w", t.Name, err)
		}
		if e.Len() != t.Len() || !inspect.SameShape(v.Shape(), t.Shape) {
			return fmt.Errorf("gradient of %s has shape %v: want %v", t.Name, v.Shape(), t.Shape)
		}
		e.Read(dst[from:to])
	}
	return nil
}

// interrupt is called before a run that is not one of Loss.
func (f *Function) interrupt() error {
	if f.keeping == nil {
		return nil
	}
	return f.keeping.interrupt()
}

// Keep says that until Release only Set changes what the loss is computed from, so
// that Loss may keep results.
func (f *Function) Keep() (err error) {
	f.keeping, err = f.keep()
	return err
}

// Release ends what Keep began.
func (f *Function) Release() error {
	h := f.keeping
	if h == nil {
		return nil
	}
	f.keeping = nil
	return h.release()
}

// Follow runs the loss, or the gradient, and calls computed with each node and its
// value. It stops after an operation for which computed returns false; what it returns
// for an input does not count.
func (f *Function) Follow(gradient bool, computed func(n *gorgonia.Node, v gorgonia.Value) bool) error {
	if err := f.interrupt(); err != nil {
		return err
	}
	return f.follow(gradient, func(t *tape.Tape) error {
		return t.Follow(f.leafValue, func(n *gorgonia.Node) bool { return computed(n, t.Value(n)) })
	})
}

// Overwritten runs the loss, or the gradient, and returns the values that are
// overwritten before they are used. It returns none for a run that fails: Loss or
// Gradient reports the error.
func (f *Function) Overwritten(gradient bool) (found []tape.Overwriting) {
	if f.interrupt() != nil {
		return nil
	}
	_ = f.follow(gradient, func(t *tape.Tape) error {
		found = t.Overwritten(f.leafValue)
		return nil
	})
	return found
}
