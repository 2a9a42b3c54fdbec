package graph_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/compare"
	"gradtwin/graph"
)

// bitsOf returns the elements of a value as text that differs where a bit does.
func bitsOf(v gorgonia.Value) string {
	if v == nil {
		return "none"
	}
	return fmt.Sprintf("%x", v.Data())
}

// state is all that a step of a bench can change, as text.
func (t *bench) state(read *gorgonia.Value) (out []string) {
	for _, n := range t.g.AllNodes() {
		if n.Type() == nil {
			continue
		}
		out = append(out, fmt.Sprintf("%v: %s", n.ID(), bitsOf(n.Value())))
		if n.Op() == nil {
			out = append(out, fmt.Sprintf("%v at %p", n.ID(), n.Value()))
		}
		if g, err := n.Grad(); err == nil && n.Op() == nil {
			out = append(out, fmt.Sprintf("gradient of %v: %s", n.ID(), bitsOf(g)))
		}
	}
	return append(out, "read "+bitsOf(*read))
}

func wantState(t *testing.T, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d values after the step: want %d", len(got), len(want))
	}
	for k := range want {
		if got[k] != want[k] {
			t.Errorf("after the step %s\nwant %s", got[k], want[k])
		}
	}
}

// A step that is looked at before and after some training changes nothing of it,
// to the bit: losses and weights of 60 steps are the same without, whatever the
// solver keeps, and whether the step is right, panics or returns an error.
func TestTrainingStepPutsBack(t *testing.T) {
	broken := errors.New("broken")
	for name, solver := range map[string]func() gorgonia.Solver{
		"vanilla": kindOf(gorgonia.NewVanillaSolver), "momentum": kindOf(gorgonia.NewMomentum),
		"Adam":    kindOf(gorgonia.NewAdamSolver),
		"RMSProp": kindOf(gorgonia.NewRMSPropSolver), "AdaGrad": kindOf(gorgonia.NewAdaGradSolver),
		"AdamW": kindOf(gorgonia.NewAdamW),
	} {
		for _, dtype := range []tensor.Dtype{tensor.Float64, tensor.Float32} {
			t.Run(fmt.Sprint(name, " ", dtype), func(t *testing.T) {
				var trained [2][]string
				for look := range trained {
					bench := newBench(dtype)
					var read gorgonia.Value
					gorgonia.Read(bench.cost, &read)
					bench.grad().machine()
					s := solver()
					for step := range 61 {
						if look == 1 && step%20 == 0 {
							f, err := graph.Wrap(bench.cost, bench.w, bench.b)
							if err != nil {
								t.Fatal(err)
							}
							before := bench.state(&read)
							for _, fail := range []func() error{
								func() error { return nil }, func() error { return broken }, func() error { panic(broken) },
							} {
								_, err := graph.WrapStep(f, s, func(s gorgonia.Solver) error { return errors.Join(bench.usual(s), fail()) })
								if err != nil && !strings.Contains(err.Error(), broken.Error()) {
									t.Fatal(err)
								}
								wantState(t, bench.state(&read), before)
							}
						}
						if step < 60 {
							if err := bench.usual(s); err != nil {
								t.Fatal(err)
							}
							trained[look] = append(trained[look], bitsOf(read)+bitsOf(bench.w.Value())+bitsOf(bench.b.Value()))
						}
					}
				}
				for k := range trained[0] {
					if trained[0][k] != trained[1][k] {
						t.Fatalf("step %d is another one after a look:\n%s\nwant\n%s", k, trained[1][k], trained[0][k])
					}
				}
			})
		}
	}
}

// Values that a step gives to inputs by Let are taken away again, and batch
// normalization's running mean is as before.
func TestTrainingStepPutsBackState(t *testing.T) {
	for _, dtype := range []tensor.Dtype{tensor.Float64, tensor.Float32} {
		m := newMaker(dtype)
		x := m.input("x", -1, 1, 4, 3)
		w, scale, bias := m.input("w", -1, 1, 3, 2), m.input("γ", 1, 2, 4, 2), m.input("β", 0, 1, 4, 2)
		y, _, _, op, err := gorgonia.BatchNorm(must(gorgonia.Mul(x, w)), scale, bias, 0.9, 1e-5)
		if err != nil {
			t.Fatal(err)
		}
		cost := must(gorgonia.Mean(must(gorgonia.Square(must(gorgonia.Tanh(y))))))
		wrt := gorgonia.Nodes{w, scale, bias}
		if _, err := gorgonia.Grad(cost, wrt...); err != nil {
			t.Fatal(err)
		}
		step := stepOf(m.g, true, wrt...)
		f, err := graph.Wrap(cost, wrt...)
		if err != nil {
			t.Fatal(err)
		}
		given, before := x.Value(), fmt.Sprintf("%x %+v", x.Value().Data(), statistics(op))
		s, err := graph.WrapStep(f, gorgonia.NewAdamSolver(), func(s gorgonia.Solver) error {
			return errors.Join(gorgonia.Let(x, m.dense(-1, 1, 4, 3)), step(s))
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%x %+v", x.Value().Data(), statistics(op)); got != before || x.Value() != given {
			t.Errorf("after the step %s at %p: want %s at %p", got, x.Value(), before, given)
		}
		compare.Assert(t, s)
	}
}

// statistics returns what batch normalization keeps.
func statistics(op *gorgonia.BatchNormOp) string {
	mean, variance := op.Stats()
	return bitsOf(mean.(gorgonia.Value)) + bitsOf(variance.(gorgonia.Value))
}

// Random nodes: a step is judged with the draws of its own run.
func TestTrainingStepWithDraws(t *testing.T) {
	for name, c := range map[string]struct {
		noise func(m *maker, x *gorgonia.Node) *gorgonia.Node
		right bool // the derivative
	}{
		"dropout of a half": {func(m *maker, x *gorgonia.Node) *gorgonia.Node { return must(gorgonia.Dropout(x, 0.5)) },
			true},
		"dropout of 0.3": {func(m *maker, x *gorgonia.Node) *gorgonia.Node { return must(gorgonia.Dropout(x, 0.3)) },
			false},
		"Gaussian": {func(m *maker, x *gorgonia.Node) *gorgonia.Node {
			return must(gorgonia.HadamardProd(x, gorgonia.GaussianRandomNode(m.g, m.dtype, 0, 1, 6, 4)))
		}, true},
	} {
		for _, dtype := range []tensor.Dtype{tensor.Float64, tensor.Float32} {
			for _, reset := range []bool{true, false} {
				t.Run(fmt.Sprint(name, dtype, reset), func(t *testing.T) {
					m := newMaker(dtype)
					x, w := m.input("x", 1, 2, 6, 5), m.input("w", 0.5, 1, 5, 4)
					cost := must(gorgonia.Mean(must(gorgonia.Square(c.noise(m, must(gorgonia.Mul(x, w)))))))
					if _, err := gorgonia.Grad(cost, w); err != nil {
						t.Fatal(err)
					}
					f, err := graph.Wrap(cost, w)
					if err != nil {
						t.Fatal(err)
					}
					before := loss(t, f)
					s, err := graph.WrapStep(f, gorgonia.NewVanillaSolver(), stepOf(m.g, reset, w))
					if err != nil {
						t.Fatal(err)
					}
					if after := loss(t, f); math.Float64bits(after) != math.Float64bits(before) {
						t.Errorf("loss %v after the step: want %v", after, before)
					}
					r, err := compare.Check(t.Context(), s, compare.Options{})
					if err != nil {
						t.Fatal(err)
					}
					if (len(r.Misuses) == 0) != reset || r.OK() != (c.right && reset) {
						t.Errorf("Reset %v: %v", reset, r)
					}
				})
			}
		}
	}
}

// What a step cannot do, and what cannot be judged, is an error that says so.
func TestTrainingStepErrors(t *testing.T) {
	for _, c := range []struct {
		name, want string
		build      func(t *bench) stepFunc
	}{
		{"a machine made before Grad", "no gradient is bound to w, b: call gorgonia.Grad before the machine is made",
			func(t *bench) stepFunc {
				return t.machine().usual
			}},
		{"several batches a step", "the step changes x, and what is used is not the gradient of the last run alone",
			func(t *bench) stepFunc {
				t.grad().machine()
				return func(s gorgonia.Solver) error {
					for range 2 {
						if err := errors.Join(gorgonia.Let(t.x, t.dense(-1, 1, rows, 3)), t.run()); err != nil {
							return err
						}
					}
					return s.Step(t.model)
				}
			}},
		{"AdamW of a scalar", "AdamW.Step: panic", func(t *bench) stepFunc {
			c := gorgonia.NewScalar(t.g, t.dtype, gorgonia.WithName("c"), gorgonia.WithValue(t.dense(1, 2)))
			t.cost, t.b = must(gorgonia.Mul(t.cost, c)), c
			return t.grad().machine().usual
		}},
		{"an error", "run 1: no more data", func(t *bench) stepFunc {
			return func(gorgonia.Solver) error { return errors.New("no more data") }
		}},
		{"a panic", "run 1: panic: no more data", func(t *bench) stepFunc {
			return func(gorgonia.Solver) error { panic("no more data") }
		}},
	} {
		for _, dtype := range []tensor.Dtype{tensor.Float64, tensor.Float32} {
			bench := newBench(dtype)
			step := c.build(bench)
			f, err := graph.Wrap(bench.cost, bench.w, bench.b)
			if err != nil {
				t.Fatal(err)
			}
			solver := gorgonia.Solver(gorgonia.NewVanillaSolver())
			if strings.HasPrefix(c.name, "AdamW") {
				solver = gorgonia.NewAdamW()
			}
			if _, err := graph.WrapStep(f, solver, step); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: error %v: want %q", c.name, err, c.want)
			}
		}
	}
}

// A second Grad in one graph: what the solver is given is the gradient of the
// first cost. Where the first one is checked too, Wrap says so.
func TestSecondGradOfStep(t *testing.T) {
	for _, dtype := range []tensor.Dtype{tensor.Float64, tensor.Float32} {
		m := newMaker(dtype)
		x, w := m.input("x", -1, 1, 6, 3), m.input("w", -1, 1, 3)
		z := must(gorgonia.Mul(x, w))
		first, second := must(gorgonia.Mean(must(gorgonia.Square(z)))), must(gorgonia.Mean(must(gorgonia.Exp(z))))
		f, err := graph.Wrap(second, w)
		if err != nil {
			t.Fatal(err)
		}
		for _, cost := range []*gorgonia.Node{first, second} {
			if _, err := gorgonia.Grad(cost, w); err != nil {
				t.Fatal(err)
			}
		}
		s, err := graph.WrapStep(f, gorgonia.NewVanillaSolver(), stepOf(m.g, true, w))
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Misuses(); len(got) != 1 || !strings.Contains(got[0].Problem, "a second Grad in one graph") {
			t.Errorf("%v: %v", dtype, got)
		}
		if r, err := compare.Check(t.Context(), s, compare.Options{}); err != nil || r.OK() {
			t.Errorf("%v %v: want it wrong", r, err)
		}
		if _, err := graph.Wrap(second, w); err == nil || !strings.Contains(err.Error(), "a second Grad in one graph") {
			t.Errorf("error of Wrap: %v", err)
		}
	}
}

// A machine for evaluation switches the operations of the machine for training.
func TestStepInEvaluation(t *testing.T) {
	m := newMaker(tensor.Float64)
	x, w := m.input("x", 1, 2, 6, 5), m.input("w", 0.5, 1, 5, 4)
	cost := must(gorgonia.Mean(must(gorgonia.Square(must(gorgonia.Dropout(must(gorgonia.Mul(x, w)), 0.5))))))
	if _, err := gorgonia.Grad(cost, w); err != nil {
		t.Fatal(err)
	}
	f, err := graph.Wrap(cost, w)
	if err != nil {
		t.Fatal(err)
	}
	step := stepOf(m.g, true, w)
	gorgonia.NewTapeMachine(m.g, gorgonia.EvalMode())
	s, err := graph.WrapStep(f, gorgonia.NewVanillaSolver(), step)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Misuses(); len(got) != 1 || !strings.Contains(got[0].Problem, "in evaluation mode") {
		t.Errorf("%v", got)
	}
}
