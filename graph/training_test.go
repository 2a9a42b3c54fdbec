package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/compare"
	"gradtwin/graph"
)

// bench is a small network with what a user has beside it.
type bench struct {
	*maker
	cost, x, y, w, b *gorgonia.Node
	model            []gorgonia.ValueGrad
	vm               gorgonia.VM
}

// rows is the batch of bench.
const rows = 5

// newBench builds mean((tanh(x·w) + b − y)²) and its gradient.
func newBench(dtype tensor.Dtype) *bench {
	m := newMaker(dtype)
	t := &bench{maker: m, x: m.input("x", -1, 1, rows, 3), y: m.input("y", -1, 1, rows),
		w: m.input("w", -1, 1, 3), b: m.input("b", -1, 1, rows)}
	z := must(gorgonia.Add(must(gorgonia.Tanh(must(gorgonia.Mul(t.x, t.w)))), t.b))
	d := must(gorgonia.Sub(z, t.y))
	t.cost = must(gorgonia.Mean(must(gorgonia.Square(d))))
	return t
}

func (t *bench) grad() *bench {
	if _, err := gorgonia.Grad(t.cost, t.w, t.b); err != nil {
		panic(err)
	}
	return t
}

// machine makes a tape machine with bound gradients.
func (t *bench) machine(options ...gorgonia.VMOpt) *bench {
	t.vm = gorgonia.NewTapeMachine(t.g, append([]gorgonia.VMOpt{gorgonia.BindDualValues(t.w, t.b)}, options...)...)
	t.model = gorgonia.NodesToValueGrads(gorgonia.Nodes{t.w, t.b})
	return t
}

// usual is the step as most programs have it.
func (t *bench) usual(s gorgonia.Solver) error {
	if err := t.vm.RunAll(); err != nil {
		return err
	}
	defer t.vm.Reset()
	return s.Step(t.model)
}

// run runs the machine and resets it.
func (t *bench) run() error {
	defer t.vm.Reset()
	return t.vm.RunAll()
}

// kindOf makes a solver for a table.
func kindOf[S gorgonia.Solver](
	make func(...gorgonia.SolverOpt) S, options ...gorgonia.SolverOpt,
) func() gorgonia.Solver {
	return func() gorgonia.Solver { return make(options...) }
}

// descend is x −= 0.01·g by hand, in the memory of the nodes' values.
func (t *bench) descend(clear bool) error {
	for _, n := range []*gorgonia.Node{t.w, t.b} {
		g, err := n.Grad()
		if err != nil {
			return err
		}
		switch x := n.Value().Data().(type) {
		case []float64:
			for i, d := range g.Data().([]float64) {
				x[i] -= 0.01 * d
			}
		case []float32:
			for i, d := range g.Data().([]float32) {
				x[i] -= 0.01 * d
			}
		}
		if clear {
			g.(*tensor.Dense).Zero()
		}
	}
	return nil
}

// letDescend is descend that gives the nodes new values by Let.
func (t *bench) letDescend(clear bool) error {
	for _, n := range []*gorgonia.Node{t.w, t.b} {
		next, err := gorgonia.CloneValue(n.Value())
		if err == nil {
			err = gorgonia.Let(n, next)
		}
		if err != nil {
			return err
		}
	}
	return t.descend(clear)
}

// each changes what is bound to the nodes: g becomes to(g, x).
func (t *bench) each(to func(g, x float64) float64) error {
	for _, n := range []*gorgonia.Node{t.w, t.b} {
		g, err := n.Grad()
		if err != nil {
			return err
		}
		switch x := n.Value().Data().(type) {
		case []float64:
			for i, d := range g.Data().([]float64) {
				g.Data().([]float64)[i] = to(d, x[i])
			}
		case []float32:
			for i, d := range g.Data().([]float32) {
				g.Data().([]float32)[i] = float32(to(float64(d), float64(x[i])))
			}
		}
	}
	return nil
}

// lazy is a user's own solver: plain gradient descent that clears nothing.
type lazy struct{ t *bench }

func (l lazy) Step([]gorgonia.ValueGrad) error { return l.t.descend(false) }

// summed makes the cost a sum.
func (t *bench) summed() *bench {
	d := must(gorgonia.Sub(must(gorgonia.Add(must(gorgonia.Tanh(must(gorgonia.Mul(t.x, t.w)))), t.b)), t.y))
	t.cost = must(gorgonia.Sum(must(gorgonia.Square(d))))
	return t
}

// scalars makes the inputs scalars.
func (t *bench) scalars() *bench {
	t.w, t.b = t.input("v", 1, 2), t.input("c", 1, 2)
	t.cost = must(gorgonia.Add(must(gorgonia.Square(must(gorgonia.Mul(t.w, t.b)))), must(gorgonia.Exp(t.w))))
	return t
}

// stepOf is the usual step, with a machine of its own, with or without Reset.
func stepOf(g *gorgonia.ExprGraph, reset bool, wrt ...*gorgonia.Node) stepFunc {
	vm := gorgonia.NewTapeMachine(g, gorgonia.BindDualValues(wrt...))
	return func(s gorgonia.Solver) error {
		if err := vm.RunAll(); err != nil {
			return err
		}
		if reset {
			defer vm.Reset()
		}
		return s.Step(gorgonia.NodesToValueGrads(wrt))
	}
}

// usualStep and summedStep build the usual step of a mean and of a sum.
func usualStep(t *bench) stepFunc  { return t.grad().machine().usual }
func summedStep(t *bench) stepFunc { return t.summed().grad().machine().usual }

type stepFunc = func(s gorgonia.Solver) error

// trainingCase is a way to write a training step.
type trainingCase struct {
	name   string
	solver func() gorgonia.Solver // nil for one that clears nothing
	build  func(t *bench) stepFunc
	want   string // in the one misuse, empty of a step that is right
}

// Right steps pass, and the others fail with what is wrong in them, in both
// precisions; all values are as before.
func TestTrainingSteps(t *testing.T) {
	for _, c := range slices.Concat(rightSteps, misusedSteps) {
		for _, dtype := range []tensor.Dtype{tensor.Float64, tensor.Float32} {
			t.Run(fmt.Sprint(c.name, " ", dtype), func(t *testing.T) {
				bench := newBench(dtype)
				step := c.build(bench)
				f, err := graph.Wrap(bench.cost, bench.w, bench.b)
				if err != nil {
					t.Fatal(err)
				}
				solver := gorgonia.Solver(lazy{bench})
				if c.solver != nil {
					solver = c.solver()
				}
				var none gorgonia.Value
				before := bench.state(&none)
				s, err := graph.WrapStep(f, solver, step)
				if err != nil {
					t.Fatal(err)
				}
				wantState(t, bench.state(&none), before)
				r, err := compare.Check(t.Context(), s, compare.Options{})
				if err != nil {
					t.Fatal(err)
				}
				switch {
				case c.want == "" && (!r.OK() || r.Misuses != nil):
					t.Errorf("a right step is accused:\n%v", r)
				case c.want != "" && (r.OK() || len(r.Misuses) != 1 || !strings.Contains(r.Misuses[0].Problem, c.want)):
					t.Errorf("want %q:\n%v", c.want, r)
				}
			})
		}
	}
}

// The usual step of all graphs is right, in both precisions; without Reset it is
// not, where the gradient depends on where it is taken.
func TestTrainingStepsOfGraphs(t *testing.T) {
	for name, build := range costs {
		for _, dtype := range []tensor.Dtype{tensor.Float64, tensor.Float32} {
			for _, reset := range []bool{true, false} {
				t.Run(fmt.Sprint(name, " ", dtype, " ", reset), func(t *testing.T) {
					m := newMaker(dtype)
					cost, wrt := build(m)
					if _, err := gorgonia.Grad(cost, wrt...); err != nil {
						t.Fatal(err)
					}
					f, err := graph.Wrap(cost, wrt...)
					if err != nil {
						t.Fatal(err)
					}
					before := gradient(t, f)
					s, err := graph.WrapStep(f, gorgonia.NewVanillaSolver(), stepOf(m.g, reset, wrt...))
					if err != nil {
						t.Fatal(err)
					}
					if misuses := s.Misuses(); (len(misuses) == 0) != reset {
						t.Errorf("%v", misuses)
					}
					wantSame(t, gradient(t, s), before)
				})
			}
		}
	}
}
