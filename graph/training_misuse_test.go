package graph_test

import (
	"errors"

	"gorgonia.org/gorgonia"
)

// misusedSteps are ways to write one that go wrong, without an error.
var misusedSteps = []trainingCase{
	{"no Reset, scalars", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.scalars().grad().machine()
		return func(s gorgonia.Solver) error { return errors.Join(t.vm.RunAll(), s.Step(t.model)) }
	}, "was not Reset"},
	{"two runs a step, scalars", kindOf(gorgonia.NewAdamSolver), func(t *bench) stepFunc {
		t.scalars().grad().machine()
		return func(s gorgonia.Solver) error { return errors.Join(t.run(), t.usual(s)) }
	}, "runs 2 times"},
	{"the batch size twice, on the second axis", kindOf(gorgonia.NewVanillaSolver, gorgonia.WithBatchSize(3)),
		func(t *bench) stepFunc {
			t.w = t.input("v", -1, 1, 3, 3)
			mean := must(gorgonia.Mean(must(gorgonia.Square(must(gorgonia.Mul(t.x, t.w))))))
			t.cost = must(gorgonia.Add(mean, must(gorgonia.Sum(must(gorgonia.Square(t.b))))))
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
	{"accumulated by hand, with Let", func() gorgonia.Solver { return nil }, func(t *bench) stepFunc {
		t.grad().machine()
		return func(gorgonia.Solver) error { return errors.Join(t.run(), t.letDescend(false)) }
	}, "accumulate over runs"},
	{"no Reset, by hand", func() gorgonia.Solver { return nil }, func(t *bench) stepFunc {
		t.grad().machine()
		return func(gorgonia.Solver) error { return errors.Join(t.vm.RunAll(), t.descend(false)) }
	}, "was not Reset"},
	{"accumulated by a solver that clears nothing", nil, usualStep, "accumulate over runs"},
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
	{"the batch size twice", kindOf(gorgonia.NewVanillaSolver, gorgonia.WithBatchSize(rows)),
		usualStep, "batch size twice"},
	{"the batch size twice, with momentum", kindOf(gorgonia.NewMomentum, gorgonia.WithBatchSize(rows)),
		usualStep, "batch size twice"},
	{"the batch size twice, by a constant", kindOf(gorgonia.NewVanillaSolver, gorgonia.WithBatchSize(rows)),
		func(t *bench) stepFunc {
			t.summed()
			decay := must(gorgonia.Sum(must(gorgonia.Square(t.w))))
			t.cost = must(gorgonia.Add(must(gorgonia.Mul(t.cost, t.constant(1./rows))), decay))
			return t.grad().machine().usual
		}, "batch size twice"},
	{"divided by hand", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		return func(s gorgonia.Solver) error {
			return errors.Join(t.run(), t.each(func(g, x float64) float64 { return g / rows }), s.Step(t.model))
		}
	}, "divided by 5"},
	{"AdamW", kindOf(gorgonia.NewAdamW), usualStep, "AdamW.Step of gorgonia v0.9.18 never updates"},
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
	{"the other sign", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		return func(s gorgonia.Solver) error {
			return errors.Join(t.run(), t.each(func(g, x float64) float64 { return -g }), s.Step(t.model))
		}
	}, "is not the gradient of the cost"},
	{"something else", kindOf(gorgonia.NewVanillaSolver), func(t *bench) stepFunc {
		t.grad().machine()
		return func(s gorgonia.Solver) error {
			return errors.Join(t.run(), t.each(func(g, x float64) float64 { return g + 0.3*x*x }), s.Step(t.model))
		}
	}, "is not the gradient of the cost"},
}
