package graph_test

import (
	"errors"
	"fmt"
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
	t := &bench{maker: m, x: m.input("x", -1, 1, rows, 3), y: m.input("y", -1, 1, rows), w: m.input("w", -1, 1, 3), b: m.input("b", -1, 1, rows)}
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
func kindOf[S gorgonia.Solver](make func(...gorgonia.SolverOpt) S, options ...gorgonia.SolverOpt) func() gorgonia.Solver {
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

type stepFunc = func(s gorgonia.Solver) error

// steps are ways to write a training step.
var steps = []struct {
	name   string
	solver func() gorgonia.Solver
	build  func(t *bench) stepFunc
	want   string // in the one misuse, empty of a step that is right
}{
	{"plain", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc { return t.grad().machine().usual }, ""},
	{"clipped", kindOf(gorgonia.NewVanillaSolver, gorgonia.WithClip(0.1)), func(t *bench) stepFunc { return t.grad().machine().usual }, ""},
	{"L2", kindOf(gorgonia.NewVanillaSolver, gorgonia.WithL2Reg(0.3)), func(t *bench) stepFunc { return t.grad().machine().usual }, ""},
	{"L1", kindOf(gorgonia.NewVanillaSolver, gorgonia.WithL1Reg(0.3)), func(t *bench) stepFunc { return t.grad().machine().usual }, ""},
	{"everything", kindOf(gorgonia.NewVanillaSolver, gorgonia.WithL1Reg(0.3), gorgonia.WithL2Reg(0.2), gorgonia.WithClip(0.1), gorgonia.WithBatchSize(rows), gorgonia.WithLearnRate(0.5)),
		func(t *bench) stepFunc { return t.summed().grad().machine().usual }, ""},
	{"a sum divided by the batch", kindOf(gorgonia.NewVanillaSolver, gorgonia.WithBatchSize(rows)), func(t *bench) stepFunc { return t.summed().grad().machine().usual }, ""},
	{"another batch size", kindOf(gorgonia.NewVanillaSolver, gorgonia.WithBatchSize(7)), func(t *bench) stepFunc { return t.grad().machine().usual }, ""},
	{"a tiny rate", kindOf(gorgonia.NewVanillaSolver, gorgonia.WithLearnRate(1e-19)), func(t *bench) stepFunc { return t.grad().machine().usual }, ""},
	{"momentum", kindOf(gorgonia.NewMomentum), func(t *bench) stepFunc { return t.grad().machine().usual }, ""},
	{"Adam", kindOf(gorgonia.NewAdamSolver), func(t *bench) stepFunc { return t.grad().machine().usual }, ""},
	{"Adam with a batch size", kindOf(gorgonia.NewAdamSolver, gorgonia.WithBatchSize(rows)), func(t *bench) stepFunc { return t.grad().machine().usual }, ""},
	{"RMSProp", kindOf(gorgonia.NewRMSPropSolver), func(t *bench) stepFunc { return t.grad().machine().usual }, ""},
	{"AdaGrad", kindOf(gorgonia.NewAdaGradSolver), func(t *bench) stepFunc { return t.grad().machine().usual }, ""},
	{"no bound gradients", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		t.vm = gorgonia.NewTapeMachine(t.g)
		return t.usual
	}, ""},
	{"a machine a step", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad()
		return func(s gorgonia.Solver) error {
			t.machine()
			defer t.vm.Close()
			return t.usual(s)
		}
	}, ""},
	{"a LispMachine a step", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.machine()
		return func(s gorgonia.Solver) error {
			t.vm = gorgonia.NewLispMachine(t.g)
			defer t.vm.Close()
			return t.usual(s)
		}
	}, ""},
	{"Reset first", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		return func(s gorgonia.Solver) error {
			t.vm.Reset()
			return errors.Join(t.vm.RunAll(), s.Step(t.model))
		}
	}, ""},
	{"Reset before the solver", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		return func(s gorgonia.Solver) error { return errors.Join(t.run(), s.Step(t.model)) }
	}, ""},
	{"another batch a step", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		return func(s gorgonia.Solver) error {
			return errors.Join(gorgonia.Let(t.x, t.dense(-1, 1, rows, 3)), gorgonia.Let(t.y, t.dense(-1, 1, rows)), t.usual(s))
		}
	}, ""},
	{"frozen", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		t.model = t.model[:1]
		return t.usual
	}, ""},
	{"the data in the list too", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		if _, err := gorgonia.Grad(t.cost, t.w, t.b, t.x); err != nil {
			panic(err)
		}
		t.vm = gorgonia.NewTapeMachine(t.g, gorgonia.BindDualValues(t.w, t.b, t.x))
		t.model = gorgonia.NodesToValueGrads(gorgonia.Nodes{t.w, t.b, t.x})
		return t.usual
	}, ""},
	{"a look at the loss by another machine", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		return func(s gorgonia.Solver) error {
			p, registers, err := gorgonia.CompileFunction(t.g, gorgonia.Nodes{t.x, t.y, t.w, t.b}, gorgonia.Nodes{t.cost})
			if err != nil {
				return err
			}
			look := gorgonia.NewTapeMachine(t.g, gorgonia.WithPrecompiled(p, registers))
			return errors.Join(look.RunAll(), t.usual(s), look.Close())
		}
	}, ""},
	{"a Read", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		var f gorgonia.Value
		gorgonia.Read(t.cost, &f)
		return t.grad().machine().usual
	}, ""},
	{"by hand", func() gorgonia.Solver { return nil }, func(t *bench) stepFunc {
		t.grad().machine()
		return func(gorgonia.Solver) error { return errors.Join(t.run(), t.descend(true)) }
	}, ""},
	{"by hand beside a solver", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		return func(gorgonia.Solver) error { return errors.Join(t.run(), t.descend(true)) }
	}, ""},
	{"a solver of its own", nil, func(t *bench) stepFunc {
		t.grad().machine()
		return func(s gorgonia.Solver) error {
			return errors.Join(t.usual(s), t.each(func(g, x float64) float64 { return 0 }))
		}
	}, ""},
	{"a limit to the norm", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		return func(s gorgonia.Solver) error {
			return errors.Join(t.run(), t.each(func(g, x float64) float64 { return 0.37 * g }), s.Step(t.model))
		}
	}, ""},
	{"a limit to each element", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		return func(s gorgonia.Solver) error {
			return errors.Join(t.run(), t.each(func(g, x float64) float64 { return max(-0.1, min(0.1, g)) }), s.Step(t.model))
		}
	}, ""},
	{"weight decay by hand", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		return func(s gorgonia.Solver) error {
			return errors.Join(t.run(), t.each(func(g, x float64) float64 { return g + 0.05*x }), s.Step(t.model))
		}
	}, ""},
	{"two steps a step", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		return func(s gorgonia.Solver) error { return errors.Join(t.usual(s), t.usual(s)) }
	}, ""},
	{"weights kept in a range", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		return func(s gorgonia.Solver) error {
			err := t.usual(s)
			switch w := t.w.Value().Data().(type) {
			case []float64:
				w[0] = min(w[0], 0.1)
			case []float32:
				w[0] = min(w[0], 0.1)
			}
			return err
		}
	}, ""},

	{"a limit to the norm of each tensor", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		return func(s gorgonia.Solver) error {
			err := t.run()
			norms := map[bool]float64{true: 0.5, false: 0.8}
			n := 0
			return errors.Join(err, t.each(func(g, x float64) float64 {
				n++
				return g * norms[n <= 3]
			}), s.Step(t.model))
		}
	}, ""},
	{"half the gradient", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		return func(s gorgonia.Solver) error {
			return errors.Join(t.run(), t.each(func(g, x float64) float64 { return g / 2 }), s.Step(t.model))
		}
	}, ""},
	{"a solver made in the step, with a rate that falls", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		rate := 0.1
		return func(gorgonia.Solver) error {
			rate /= rows
			return t.usual(gorgonia.NewVanillaSolver(gorgonia.WithLearnRate(rate)))
		}
	}, ""},
	{"Adam made in the step", nil, func(t *bench) stepFunc {
		t.grad().machine()
		return func(gorgonia.Solver) error { return t.usual(gorgonia.NewAdamSolver()) }
	}, ""},
	{"one of two bound", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		t.vm = gorgonia.NewTapeMachine(t.g, gorgonia.BindDualValues(t.w))
		return t.usual
	}, ""},
	{"two solvers", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		other := gorgonia.NewAdamSolver()
		return func(s gorgonia.Solver) error {
			return errors.Join(t.run(), s.Step(t.model[:1]), other.Step(t.model[1:]))
		}
	}, ""},
	{"uphill", kindOf(gorgonia.NewVanillaSolver, gorgonia.WithLearnRate(-0.01)), func(t *bench) stepFunc { return t.grad().machine().usual }, ""},
	{"scalars", kindOf(gorgonia.NewVanillaSolver, gorgonia.WithL2Reg(0.1), gorgonia.WithL1Reg(0.2), gorgonia.WithClip(2)), func(t *bench) stepFunc { return t.scalars().grad().machine().usual }, ""},
	{"Grad in each step", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad()
		return func(s gorgonia.Solver) error {
			t.grad().machine()
			return t.usual(s)
		}
	}, ""},

	{"no Reset, scalars", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.scalars().grad().machine()
		return func(s gorgonia.Solver) error { return errors.Join(t.vm.RunAll(), s.Step(t.model)) }
	}, "was not Reset"},
	{"two runs a step, scalars", kindOf(gorgonia.NewAdamSolver), func(t *bench) stepFunc {
		t.scalars().grad().machine()
		return func(s gorgonia.Solver) error { return errors.Join(t.run(), t.usual(s)) }
	}, "runs 2 times"},
	{"the batch size twice, on the second axis", kindOf(gorgonia.NewVanillaSolver, gorgonia.WithBatchSize(3)), func(t *bench) stepFunc {
		t.w = t.input("v", -1, 1, 3, 3)
		t.cost = must(gorgonia.Add(must(gorgonia.Mean(must(gorgonia.Square(must(gorgonia.Mul(t.x, t.w)))))), must(gorgonia.Sum(must(gorgonia.Square(t.b))))))
		return t.grad().machine().usual
	}, "batch size twice"},
	{"no Reset", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		return func(s gorgonia.Solver) error { return errors.Join(t.vm.RunAll(), s.Step(t.model)) }
	}, "was not Reset"},
	{"no Reset, another batch a step", kindOf(gorgonia.NewAdamSolver), func(t *bench) stepFunc {
		t.grad().machine()
		return func(s gorgonia.Solver) error {
			return errors.Join(gorgonia.Let(t.x, t.dense(-1, 1, rows, 3)), t.vm.RunAll(), s.Step(t.model))
		}
	}, "was not Reset"},
	{"no Reset, no bound gradients", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		t.vm = gorgonia.NewTapeMachine(t.g)
		return func(s gorgonia.Solver) error { return errors.Join(t.vm.RunAll(), s.Step(t.model)) }
	}, "was not Reset"},
	{"no Reset since before", kindOf(gorgonia.NewMomentum), func(t *bench) stepFunc {
		t.grad().machine()
		if err := t.vm.RunAll(); err != nil {
			panic(err)
		}
		return func(s gorgonia.Solver) error { return errors.Join(t.vm.RunAll(), s.Step(t.model)) }
	}, "was not Reset"},
	{"a LispMachine that is Reset", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.machine()
		t.vm = gorgonia.NewLispMachine(t.g)
		return t.usual
	}, "a LispMachine runs only once"},
	{"accumulated by hand", func() gorgonia.Solver { return nil }, func(t *bench) stepFunc {
		t.grad().machine()
		return func(gorgonia.Solver) error { return errors.Join(t.run(), t.descend(false)) }
	}, "accumulate over runs"},
	{"accumulated by a solver that clears nothing", nil, func(t *bench) stepFunc { return t.grad().machine().usual }, "accumulate over runs"},
	{"accumulated before training", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		if err := t.run(); err != nil {
			panic(err)
		}
		return t.usual
	}, "accumulate over runs"},
	{"two runs a step", kindOf(gorgonia.NewAdamSolver), func(t *bench) stepFunc {
		t.grad().machine()
		return func(s gorgonia.Solver) error { return errors.Join(t.run(), t.usual(s)) }
	}, "runs 2 times"},
	{"the solver first", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		if err := t.run(); err != nil {
			panic(err)
		}
		return func(s gorgonia.Solver) error { return errors.Join(s.Step(t.model), t.run()) }
	}, "before the machine runs"},
	{"the solver twice", kindOf(gorgonia.NewMomentum), func(t *bench) stepFunc {
		t.grad().machine()
		return func(s gorgonia.Solver) error { return errors.Join(t.usual(s), s.Step(t.model)) }
	}, "called again"},
	{"the batch size twice", kindOf(gorgonia.NewVanillaSolver, gorgonia.WithBatchSize(rows)), func(t *bench) stepFunc { return t.grad().machine().usual }, "batch size twice"},
	{"the batch size twice, with momentum", kindOf(gorgonia.NewMomentum, gorgonia.WithBatchSize(rows)), func(t *bench) stepFunc { return t.grad().machine().usual }, "batch size twice"},
	{"the batch size twice, by a constant", kindOf(gorgonia.NewVanillaSolver, gorgonia.WithBatchSize(rows)), func(t *bench) stepFunc {
		t.summed()
		t.cost = must(gorgonia.Add(must(gorgonia.Mul(t.cost, t.constant(1./rows))), must(gorgonia.Sum(must(gorgonia.Square(t.w))))))
		return t.grad().machine().usual
	}, "batch size twice"},
	{"divided by hand", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		return func(s gorgonia.Solver) error {
			return errors.Join(t.run(), t.each(func(g, x float64) float64 { return g / rows }), s.Step(t.model))
		}
	}, "divided by 5"},
	{"AdamW", kindOf(gorgonia.NewAdamW), func(t *bench) stepFunc { return t.grad().machine().usual }, "AdamW.Step of gorgonia v0.9.18 never updates"},
	{"nothing in the list", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		t.model = nil
		return t.usual
	}, "changes none of the inputs"},
	{"no call of the solver", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		return func(gorgonia.Solver) error { return t.run() }
	}, "changes none of the inputs"},
	{"the nodes of another graph", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		other := newBench(t.dtype).grad().machine()
		t.model = other.model
		return func(s gorgonia.Solver) error { return errors.Join(other.run(), t.usual(s)) }
	}, "changes none of the inputs"},
	{"one gradient of two inputs", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.b = t.input("v", -1, 1, 3)
		t.cost = must(gorgonia.Sum(must(gorgonia.Square(must(gorgonia.Add(t.w, t.b))))))
		t.grad().machine()
		t.vm = gorgonia.NewTapeMachine(t.g)
		return t.usual
	}, "one gradient in common"},
	{"old values before each run", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		old, err := gorgonia.CloneValue(t.w.Value())
		if err != nil {
			panic(err)
		}
		return func(s gorgonia.Solver) error {
			again, err := gorgonia.CloneValue(old)
			return errors.Join(err, gorgonia.Let(t.w, again), t.usual(s))
		}
	}, "gives w its old values before"},
	{"old values after the solver", kindOf(gorgonia.NewAdamSolver), func(t *bench) stepFunc {
		t.grad().machine()
		return func(s gorgonia.Solver) error {
			old, err := gorgonia.CloneValue(t.w.Value())
			return errors.Join(err, t.usual(s), gorgonia.Let(t.w, old))
		}
	}, "gives w its old values after"},
	{"an error of the solver that is ignored", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		t.model = append(t.model, gorgonia.NewScalar(t.g, t.dtype, gorgonia.WithName("c"), gorgonia.WithValue(t.dense(0, 1))))
		return func(s gorgonia.Solver) error {
			_ = t.usual(s)
			return nil
		}
	}, "returns an error that the step ignores"},
	{"something else", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		return func(s gorgonia.Solver) error {
			return errors.Join(t.run(), t.each(func(g, x float64) float64 { return g + 0.3*x*x }), s.Step(t.model))
		}
	}, "is not the gradient of the cost"},
}

func TestTrainingSteps(t *testing.T) {
	for _, c := range steps {
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
					vm := gorgonia.NewTapeMachine(m.g, gorgonia.BindDualValues(wrt...))
					s, err := graph.WrapStep(f, gorgonia.NewVanillaSolver(), func(s gorgonia.Solver) error {
						if err := vm.RunAll(); err != nil {
							return err
						}
						if reset {
							defer vm.Reset()
						}
						return s.Step(gorgonia.NodesToValueGrads(wrt))
					})
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
