package models_test

import (
	"math"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/compare"
	"gradtwin/graph"
)

// bits returns the elements of values, to the bit.
func bits(t *testing.T, values ...gorgonia.Value) (out []uint64) {
	for _, v := range values {
		switch x := v.Data().(type) {
		case float64:
			out = append(out, math.Float64bits(x))
		case float32:
			out = append(out, uint64(math.Float32bits(x)))
		case []float64:
			for _, x := range x {
				out = append(out, math.Float64bits(x))
			}
		case []float32:
			for _, x := range x {
				out = append(out, uint64(math.Float32bits(x)))
			}
		default:
			t.Fatalf("a value of %T", x)
		}
	}
	return out
}

// weights returns what a program learns, to the bit.
func (p program) weights(t *testing.T) []uint64 {
	var values []gorgonia.Value
	for _, n := range p.learn {
		values = append(values, n.Value())
	}
	return bits(t, values...)
}

// adam trains for some steps and returns the costs.
func (p program) adam(t *testing.T, steps int, between func(step int)) []uint64 {
	vm := gorgonia.NewTapeMachine(p.g, gorgonia.BindDualValues(p.learn...))
	defer vm.Close()
	solver := gorgonia.NewAdamSolver(gorgonia.WithLearnRate(0.01))
	var costs []uint64
	for k := range steps {
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		costs = append(costs, bits(t, p.cost.Value())...)
		if err := solver.Step(gorgonia.NodesToValueGrads(p.learn)); err != nil {
			t.Fatal(err)
		}
		vm.Reset()
		between(k)
	}
	return costs
}

// A check before, within and after 60 steps of Adam leaves every cost and every
// weight as they are without it, to the bit. Programs that draw at random while
// they train, each time anew, have nothing to be compared with.
func TestTrainingIsLeftAlone(t *testing.T) {
	random := []string{"convnet with max pooling and dropout", "denoising autoencoder", "variational autoencoder",
		"GAN, the generator", "GAN, the discriminator"}
	const steps = 60
	compared := 0
	for _, m := range models {
		if slices.Contains(random, m.name) || testing.Short() && compared == 3 {
			continue
		}
		compared++
		t.Run(m.name, func(t *testing.T) {
			alone := m.build()
			costs := alone.adam(t, steps, func(int) {})
			if slices.Equal(alone.weights(t), m.build().weights(t)) || costs[0] == costs[steps-1] {
				t.Fatal("the training has changed nothing")
			}

			checked := m.build()
			check := func() {
				w, err := m.wrap(checked)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := compare.Check(t.Context(), w, compare.Options{}); err != nil {
					t.Fatal(err)
				}
			}
			check()
			again := checked.adam(t, steps, func(step int) {
				if step == steps/2 {
					check()
				}
			})
			check()
			if !slices.Equal(again, costs) {
				t.Errorf("the costs are %x with a check and %x without it", again, costs)
			}
			if !slices.Equal(checked.weights(t), alone.weights(t)) {
				t.Error("the weights are not the same with a check and without it")
			}
		})
	}
}

// Batch normalization before a dense layer is checked, trained and evaluated, as
// Gorgonia's own tests train and evaluate it: the outputs, the gradients and the
// running statistics are to the bit what they are without the checks.
func TestBatchNormIsLeftAlone(t *testing.T) {
	for _, c := range []struct {
		name  string
		dtype tensor.Dtype
		shape []int
	}{
		{"vectors", tensor.Float64, []int{8, 5}},
		{"images", tensor.Float64, []int{5, 2, 3, 4}},
		{"images in float32", tensor.Float32, []int{5, 2, 3, 4}},
	} {
		t.Run(c.name, func(t *testing.T) {
			without, with := trainBatchNorm(t, c.dtype, c.shape, 0), trainBatchNorm(t, c.dtype, c.shape, 2)
			if !slices.Equal(without, with) {
				t.Errorf("with checks %x\nand without %x", with, without)
			}
		})
	}
}

// trainBatchNorm returns all that comes of a training step and of an evaluation, with so
// many checks before each and after.
func trainBatchNorm(t *testing.T, dtype tensor.Dtype, shape []int, checks int) (out []uint64) {
	n := newNet(dtype)
	size := tensor.Shape(shape[1:]).TotalSize()
	x := n.data("x", 0.5, 2, shape...)
	z, _, _, op, err := gorgonia.BatchNorm(x, n.weight("scale", shape...), n.bias("bias", shape...), 0.9, 1e-5)
	if err != nil {
		t.Fatal(err)
	}
	y := mul(reshape(z, shape[0], size), must(gorgonia.Transpose(n.weight("w", shape[0], size), 1, 0)))
	var output gorgonia.Value
	gorgonia.Read(y, &output)
	p := n.train(mean(y))
	check := func() {
		for range checks {
			w, err := graph.Wrap(p.cost, p.learn...)
			if err != nil {
				t.Fatal(err)
			}
			if report, err := compare.Check(t.Context(), w, compare.Options{}); err != nil || report.Wrong() {
				t.Fatalf("%v, %v", report, err)
			}
		}
	}
	record := func(values ...gorgonia.Value) { out = append(out, bits(t, values...)...) }

	check()
	vm := gorgonia.NewTapeMachine(p.g, gorgonia.BindDualValues(p.learn...))
	if err := vm.RunAll(); err != nil {
		t.Fatal(err)
	}
	if err := vm.Close(); err != nil {
		t.Fatal(err)
	}
	for _, w := range p.learn {
		g, err := w.Grad()
		if err != nil {
			t.Fatal(err)
		}
		record(g)
	}
	record(output)
	if err := gorgonia.NewAdamSolver(gorgonia.WithLearnRate(0.02)).Step(gorgonia.NodesToValueGrads(p.learn)); err != nil {
		t.Fatal(err)
	}

	check()
	average, variance := op.Stats()
	record(average, variance)
	vm = gorgonia.NewTapeMachine(p.g, gorgonia.EvalMode())
	defer vm.Close()
	if err := vm.RunAll(); err != nil {
		t.Fatal(err)
	}
	record(output)
	average, variance = op.Stats()
	record(average, variance)
	return out
}
