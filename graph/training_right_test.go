package graph_test

import (
	"errors"

	"gorgonia.org/gorgonia"
)

// rightSteps are ways to write a training step that are right.
var rightSteps = []trainingCase{
	{"plain", kindOf(gorgonia.NewVanillaSolver), usualStep, ""},
	{"clipped", kindOf(gorgonia.NewVanillaSolver, gorgonia.WithClip(0.1)), usualStep, ""},
	{"L2", kindOf(gorgonia.NewVanillaSolver, gorgonia.WithL2Reg(0.3)), usualStep, ""},
	{"L1", kindOf(gorgonia.NewVanillaSolver, gorgonia.WithL1Reg(0.3)), usualStep, ""},
	{"everything", kindOf(gorgonia.NewVanillaSolver, gorgonia.WithL1Reg(0.3),
		gorgonia.WithL2Reg(0.2), gorgonia.WithClip(0.1),
		gorgonia.WithBatchSize(rows), gorgonia.WithLearnRate(0.5)), summedStep, ""},
	{"a sum divided by the batch", kindOf(gorgonia.NewVanillaSolver, gorgonia.WithBatchSize(rows)), summedStep, ""},
	{"another batch size", kindOf(gorgonia.NewVanillaSolver, gorgonia.WithBatchSize(7)), usualStep, ""},
	{"a tiny rate", kindOf(gorgonia.NewVanillaSolver, gorgonia.WithLearnRate(1e-19)), usualStep, ""},
	{"momentum", kindOf(gorgonia.NewMomentum), usualStep, ""},
	{"Adam", kindOf(gorgonia.NewAdamSolver), usualStep, ""},
	{"Adam with a batch size", kindOf(gorgonia.NewAdamSolver, gorgonia.WithBatchSize(rows)), usualStep, ""},
	{"RMSProp", kindOf(gorgonia.NewRMSPropSolver), usualStep, ""},
	{"AdaGrad", kindOf(gorgonia.NewAdaGradSolver), usualStep, ""},
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
	{"by hand, with Let", func() gorgonia.Solver { return nil }, func(t *bench) stepFunc {
		t.grad().machine()
		return func(gorgonia.Solver) error { return errors.Join(t.run(), t.letDescend(true)) }
	}, ""},
	{"another graph of the same tensors", kindOf(gorgonia.NewAdamSolver), func(t *bench) stepFunc {
		other := newBench(t.dtype)
		for from, to := range map[*gorgonia.Node]*gorgonia.Node{t.x: other.x, t.y: other.y, t.w: other.w, t.b: other.b} {
			if err := gorgonia.Let(to, from.Value()); err != nil {
				panic(err)
			}
		}
		return other.grad().machine().usual
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
	{"uphill", kindOf(gorgonia.NewVanillaSolver, gorgonia.WithLearnRate(-0.01)), usualStep, ""},
	{"scalars", kindOf(gorgonia.NewVanillaSolver, gorgonia.WithL2Reg(0.1), gorgonia.WithL1Reg(0.2), gorgonia.WithClip(2)),
		func(t *bench) stepFunc { return usualStep(t.scalars()) }, ""},
	{"Grad in each step", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad()
		return func(s gorgonia.Solver) error {
			t.grad().machine()
			return t.usual(s)
		}
	}, ""},
}
