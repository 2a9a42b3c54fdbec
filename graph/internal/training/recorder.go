package training

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/eval"
	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/memory"
)

// call is one call of a solver: what it was given and what it did.
type call struct {
	x, after []float64 // the elements before and after
	gradient []float64 // the graph's, there
	bound    []float64 // what the solver was given
	left     []float64 // what was bound after the call
	given    []bool    // whether each tensor is in the solver's list
	others   []string  // inputs in the list that are not checked
	followed bool      // the graph's gradient has the same draws
	idle     []string  // operations that are in evaluation mode
	changed  []string  // inputs that are not checked and that the step has changed
	err      error     // the solver's
}

// stepRun is one run of a step.
type stepRun struct {
	before, after []float64 // the elements
	entry, exit   []float64 // what was bound
	data          []string  // the bytes of the other inputs, before
	gradient      []float64 // the graph's, where no solver was called
	calls         []*call
}

// recorder runs a step and records what it does. It is the solver that the step gets.
type recorder struct {
	Subject
	solver gorgonia.Solver
	runs   []*stepRun
	failed error // of the graph's own gradient
}

// run runs the step once.
func (r *recorder) run(step func(gorgonia.Solver) error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	t := &stepRun{before: r.elements(), entry: r.bound(), data: r.data()}
	r.runs = append(r.runs, t)
	var solver gorgonia.Solver
	if r.solver != nil {
		solver = r
	}
	if err := step(solver); err != nil {
		return err
	}
	if r.failed != nil {
		return r.failed
	}
	t.after, t.exit = r.elements(), r.bound()
	if len(t.calls) == 0 {
		moved := t.after
		r.place(t.before)
		t.gradient = make([]float64, len(t.before))
		err = r.Gradient(t.gradient)
		r.place(moved)
	}
	return err
}

// Step implements gorgonia.Solver.
func (r *recorder) Step(model []gorgonia.ValueGrad) error {
	t := r.runs[len(r.runs)-1]
	c := &call{x: r.elements(), bound: r.bound(), given: make([]bool, len(r.Params)), idle: r.idle()}
	for k, now := range r.data() {
		if now != t.data[k] {
			c.changed = append(c.changed, r.Leaves[k].Name)
		}
	}
	for _, v := range model {
		switch k := r.param(v); {
		case k >= 0:
			c.given[k] = true
			if g, err := v.Grad(); err == nil {
				r.read(c.bound, k, g)
			}
		default:
			n, ok := v.(*gorgonia.Node)
			if ok && slices.ContainsFunc(r.Leaves, func(l *eval.Leaf) bool { return l.Node == n }) {
				c.others = append(c.others, inspect.Label(n))
			}
		}
	}
	if slices.Contains(c.given, true) {
		c.gradient = make([]float64, len(c.x))
		r.followDraws()
		if err := r.Gradient(c.gradient); err != nil {
			r.failed = fmt.Errorf("the gradient where the solver is called: %w", err)
			return r.failed
		}
		c.followed = r.sameLoss()
		t.calls = append(t.calls, c)
	}
	c.err = r.solve(model)
	c.after, c.left = r.elements(), r.bound()
	return c.err
}

// solve calls the solver and turns its panic into an error: AdamW of Gorgonia v0.9.18
// panics for a scalar.
func (r *recorder) solve(model []gorgonia.ValueGrad) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%s.Step: panic: %v", solverName(r.solver), v)
		}
	}()
	return r.solver.Step(model)
}

// param returns the index of the parameter that an entry of a solver's list is: the
// same node, or one that shares its memory. It is −1 for others.
func (r *recorder) param(v gorgonia.ValueGrad) int {
	if n, ok := v.(*gorgonia.Node); ok {
		if k := slices.IndexFunc(r.Params, func(l *eval.Leaf) bool { return l.Node == n }); k >= 0 {
			return k
		}
	}
	value := v.Value()
	if value == nil {
		return -1
	}
	return slices.IndexFunc(r.Params, func(l *eval.Leaf) bool {
		return memory.Overlap(memory.Bytes(l.Node.Value()), memory.Bytes(value))
	})
}

// elements returns all elements.
func (r *recorder) elements() []float64 {
	x := make([]float64, r.Layout.Len())
	for i := range x {
		x[i] = r.At(i)
	}
	return x
}

// data returns the bytes of the inputs that are not checked, and "" for others.
func (r *recorder) data() []string {
	out := make([]string, len(r.Leaves))
	for k, l := range r.Leaves {
		if !l.Drawn && !slices.Contains(r.Params, l) {
			out[k] = string(memory.Bytes(l.Node.Value()))
		}
	}
	return out
}

// place sets all elements.
func (r *recorder) place(x []float64) {
	for i, v := range x {
		r.Set(i, v)
	}
}

// bound returns the gradients that are bound to the nodes, 0 where there is none.
func (r *recorder) bound() []float64 {
	g := make([]float64, r.Layout.Len())
	for k, l := range r.Params {
		if v, err := l.Node.Grad(); err == nil && v != nil {
			r.read(g, k, v)
		}
	}
	return g
}

// read reads the gradient of parameter k.
func (r *recorder) read(dst []float64, k int, v gorgonia.Value) {
	if e, err := memory.Of(v); err == nil && e.Len() == r.Layout[k].Len() {
		from, to := r.Span(k)
		e.Read(dst[from:to])
	}
}

// shake moves all elements a little, so that the gradient of an earlier run differs
// however small the solver's steps are.
func (r *recorder) shake(run int) {
	const share, seed = 1. / 64, 1
	random := rand.New(rand.NewPCG(seed, uint64(run)))
	for i := range r.Layout.Len() {
		x := r.At(i)
		u := share * (2*random.Float64() - 1)
		if x == 0 {
			r.Set(i, u)
		} else {
			r.Set(i, x*(1+u))
		}
	}
}

// hint suggests the cause of a solver's error.
func (r *recorder) hint() string {
	calls := r.runs[len(r.runs)-1].calls
	if len(calls) == 0 || calls[len(calls)-1].err == nil {
		return ""
	}
	var unbound []string
	for k, l := range r.Params {
		if v, err := l.Node.Grad(); err != nil || v == nil {
			unbound = append(unbound, r.Layout[k].Name)
		}
	}
	if unbound == nil {
		return ""
	}
	return fmt.Sprintf(" (no gradient is bound to %s: call gorgonia.Grad before the machine is made, "+
		"make it with BindDualValues, and run it before the solver's Step)", strings.Join(unbound, ", "))
}
