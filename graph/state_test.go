package graph_test

import (
	"fmt"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/compare"
	"gradtwin/graph"
)

// normalized builds Σ (BatchNorm(x)·c)² and returns the operation too.
func normalized(m *maker) (cost, x *gorgonia.Node, op *gorgonia.BatchNormOp) {
	x = m.input("x", -1, 1, 4, 3)
	y, _, _, op, err := gorgonia.BatchNorm(x, m.input("γ", 1, 2, 4, 3), m.input("β", -1, 1, 4, 3), 0.9, 1e-5)
	if err != nil {
		panic(err)
	}
	return must(gorgonia.Sum(must(gorgonia.Square(must(gorgonia.HadamardProd(y, m.input("c", 1, 2, 4, 3))))))), x, op
}

func stats(op *gorgonia.BatchNormOp) []float64 {
	mean, variance := op.Stats()
	return slices.Concat(toFloats(mean), toFloats(variance))
}

// A check leaves the running statistics of batch normalization alone, also one
// of several functions of the graph and one that ends in an error.
func TestStateIsRestored(t *testing.T) {
	for _, dtype := range []tensor.Dtype{tensor.Float64, tensor.Float32} {
		t.Run(fmt.Sprint(dtype), func(t *testing.T) {
			cost, x, op := normalized(newMaker(dtype))
			vm := gorgonia.NewTapeMachine(cost.Graph())
			for range 3 {
				if err := vm.RunAll(); err != nil {
					t.Fatal(err)
				}
				vm.Reset()
			}
			before := stats(op)
			if !slices.ContainsFunc(before[:3], func(v float64) bool { return v != 0 }) {
				t.Fatal("three runs have left the running mean at 0")
			}
			w, err := graph.Wrap(cost, x)
			if err != nil {
				t.Fatal(err)
			}
			other, err := graph.Wrap(cost)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range []compare.Function{w, other, w} {
				report, err := compare.Check(t.Context(), f, compare.Options{})
				if err != nil {
					t.Fatal(err)
				}
				if !report.OK() {
					t.Error("the gradient is found wrong")
				}
			}
			if err := gorgonia.Let(x, tensor.New(tensor.Of(dtype), tensor.WithShape(4, 3))); err != nil {
				t.Fatal(err)
			}
			loss(t, w)
			if got := stats(op); !slices.Equal(got, before) {
				t.Errorf("running statistics %v after the checks: want %v", got, before)
			}
		})
	}
}

// In evaluation mode each run takes the running statistics that the user's
// operation has then.
func TestStateIsFollowed(t *testing.T) {
	cost, x, op := normalized(newMaker(tensor.Float64))
	if err := op.SetTraining(false); err != nil {
		t.Fatal(err)
	}
	w, err := graph.Wrap(cost, x)
	if err != nil {
		t.Fatal(err)
	}
	before := loss(t, w)
	one := tensor.Ones(tensor.Float64, 3)
	if err := op.SetStats(one, one); err != nil {
		t.Fatal(err)
	}
	vm := gorgonia.NewTapeMachine(cost.Graph(), gorgonia.EvalMode())
	if err := vm.RunAll(); err != nil {
		t.Fatal(err)
	}
	if got, want := loss(t, w), toFloats(cost.Value())[0]; got != want || got == before {
		t.Errorf("loss %v, and %v before: want %v", got, before, want)
	}
}

// An interrupted check, an error in a run and a solver's step: what the user
// bound stays as it is.
func TestNothingElseChanges(t *testing.T) {
	m := newMaker(tensor.Float64)
	x := m.input("x", 1, 2, 3)
	cost := must(gorgonia.Sum(must(gorgonia.Square(x))))
	if _, err := gorgonia.Grad(cost, x); err != nil {
		t.Fatal(err)
	}
	train := func(check bool) []float64 {
		vm := gorgonia.NewTapeMachine(m.g, gorgonia.BindDualValues(x))
		solver := gorgonia.NewAdamSolver(gorgonia.WithLearnRate(0.01))
		if err := gorgonia.Let(x, tensor.New(tensor.WithBacking([]float64{1, 2, 3}))); err != nil {
			t.Fatal(err)
		}
		for step := range 60 {
			if check && step%20 == 0 {
				w, err := graph.Wrap(cost, x)
				if err != nil {
					t.Fatal(err)
				}
				compare.Assert(t, w)
			}
			if err := vm.RunAll(); err != nil {
				t.Fatal(err)
			}
			if check && step%20 == 10 { // with dual values bound and not yet used
				w, err := graph.Wrap(cost, x)
				if err != nil {
					t.Fatal(err)
				}
				compare.Assert(t, w)
			}
			if err := solver.Step(gorgonia.NodesToValueGrads(gorgonia.Nodes{x})); err != nil {
				t.Fatal(err)
			}
			vm.Reset()
		}
		return slices.Clone(toFloats(x.Value()))
	}
	if without, with := train(false), train(true); !slices.Equal(without, with) {
		t.Errorf("60 steps with checks end at %v: want %v, as without", with, without)
	}
}

// Checks, training steps and an evaluation by turns give what they give without
// the checks: the running statistics, the weights and the loss.
func TestTrainingWithNormalization(t *testing.T) {
	run := func(check bool) (numbers []float64) {
		m := newMaker(tensor.Float64)
		cost, _, op := normalized(m)
		learn := gorgonia.Nodes{m.g.ByName("γ")[0], m.g.ByName("β")[0]}
		grad(cost, learn...)
		assert := func() {
			if !check {
				return
			}
			w, err := graph.Wrap(cost)
			if err != nil {
				t.Fatal(err)
			}
			compare.Assert(t, w)
		}
		assert()
		vm := gorgonia.NewTapeMachine(m.g, gorgonia.BindDualValues(learn...))
		solver := gorgonia.NewRMSPropSolver(gorgonia.WithLearnRate(0.01))
		for range 10 {
			if err := vm.RunAll(); err != nil {
				t.Fatal(err)
			}
			assert()
			if err := solver.Step(gorgonia.NodesToValueGrads(learn)); err != nil {
				t.Fatal(err)
			}
			vm.Reset()
		}
		assert()
		evaluation := gorgonia.NewTapeMachine(m.g, gorgonia.EvalMode())
		if err := evaluation.RunAll(); err != nil {
			t.Fatal(err)
		}
		return slices.Concat(toFloats(cost.Value()), toFloats(learn[0].Value()), toFloats(learn[1].Value()), stats(op))
	}
	if without, with := run(false), run(true); !slices.Equal(without, with) {
		t.Errorf("with checks %v: want %v, as without", with, without)
	}
}
