package numeric_test

import (
	"math"
	"os"
	"testing"

	"gradtwin/compare/twin"
	"gradtwin/internal/mnist"
	"gradtwin/numeric"
)

// realMNIST returns MNIST's training set, or skips the test where it cannot be
// had.
func realMNIST(tb testing.TB) *mnist.Set {
	tb.Helper()
	tb.Setenv(mnist.OriginEnv, "") // it may name another data set
	source, err := mnist.Find(tb.Context(), "")
	if err != nil {
		tb.Skipf("MNIST can be neither found nor fetched: %v", err)
	}
	data, err := mnist.Read(os.DirFS(source.Dir))
	if err != nil {
		tb.Fatal(err)
	}
	return data.Train
}

// The experiment's first losses, by NumPy 1.24 with the whole network run for
// every difference. Two numerical gradients of it are apart by some 1e-11, which
// a step of 0.01 makes much less of in the loss.
func TestExperiment(t *testing.T) {
	const tol = 1e-12
	data := realMNIST(t)
	for _, c := range []struct {
		policy twin.Policy
		losses []float64
	}{
		{twin.SGD, []float64{2.2873130473854744, 2.310749382286409, 2.2805959601575854}},
		{twin.Fixed, []float64{2.3530156333205716, 2.325261005193919, 2.298227066314604}},
	} {
		config := twin.Experiment()
		config.Policy, config.Steps = c.policy, len(c.losses)
		n := newNetwork(t, config.Spec, numeric.Options{})
		start, feed, err := twin.Begin(config, data)
		if err != nil {
			t.Fatal(err)
		}
		copy(n.Params().Flat, start.Flat)
		err = twin.Train(t.Context(), n, feed, func(s twin.Step) error {
			if want := c.losses[s.Step-1]; !(math.Abs(s.Loss-want) <= tol*want) {
				t.Errorf("%v, step %d: loss %.17g, want %.17g: apart by %.1g of it", c.policy, s.Step, s.Loss, want,
					math.Abs(s.Loss/want-1))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
