package numeric_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"gradtwin"
	"gradtwin/compare/twin"
	"gradtwin/internal/golden"
	"gradtwin/numeric"
)

var _ twin.Backend = (*numeric.Network)(nil)

const (
	// tolRounding bounds what another order of summation does to sums of a few
	// hundred terms of size 1: some hundred times 2⁻⁵³.
	tolRounding = 1e-13
	// tolCentral bounds what the rounding of two losses of size up to 10 does
	// to their difference over 2h = 2e-4: a few tens of units in the last
	// place, 10·30·2⁻⁵³/2e-4.
	tolCentral = 2e-10
	// tolTruncation bounds h²|f‴|/6 of the golden networks, whose third
	// derivatives stay under some 10, plus tolCentral.
	tolTruncation = 2e-8
)

// networks are the golden cases, computed by NumPy.
func networks(t testing.TB) []golden.Case { return golden.Networks(t, "../testdata/network.json") }

func newNetwork(t testing.TB, spec gradtwin.Spec, o numeric.Options) *numeric.Network {
	t.Helper()
	n, err := numeric.New(spec, o)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// same is equality in which NaN equals itself and 0 not −0.
func same(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || math.IsNaN(a) && math.IsNaN(b)
}

// near fails where a value differs from the one wanted by more than tol.
func near(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range want {
		if !same(got[i], want[i]) && !(math.Abs(got[i]-want[i]) <= tol) {
			t.Errorf("%s[%d]:\n got %.17g\nwant %.17g\ndifference %g, bound %g", what, i, got[i], want[i], got[i]-want[i], tol)
			return
		}
	}
}

func engines() []numeric.Engine { return []numeric.Engine{numeric.Incremental, numeric.Plain} }

func TestNetworkGolden(t *testing.T) {
	ctx := context.Background()
	for _, engine := range engines() {
		for _, c := range networks(t) {
			t.Run(fmt.Sprintf("%v/%v", engine, c), func(t *testing.T) {
				n := newNetwork(t, c.Spec(), numeric.Options{Engine: engine})
				copy(n.Params().Flat, c.Params)
				loss, err := n.Loss(c.Batch())
				if err != nil {
					t.Fatal(err)
				}
				near(t, "loss", []float64{loss}, []float64{c.Loss}, tolRounding*c.Loss)

				grad := make([]float64, len(c.Params))
				if err := n.Gradient(ctx, grad, c.Batch()); err != nil {
					t.Fatal(err)
				}
				near(t, "central difference", grad, c.Central, tolCentral)
				near(t, "gradient", grad, c.Gradient, tolTruncation)
				if !slices.Equal(n.Params().Flat, c.Params) {
					t.Error("the gradient changed the weights")
				}

				classes := c.Layers[len(c.Layers)-1]
				want := make([]int, len(c.Labels))
				for i := range want {
					row := c.Probabilities[i*classes : (i+1)*classes]
					want[i] = slices.Index(row, slices.Max(row))
				}
				got := make([]int, len(want))
				if err := n.Predict(got, c.X); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(got, want) {
					t.Errorf("predict: got %v, want %v", got, want)
				}
			})
		}
	}
}

// Without δ the loss is the plain cross-entropy.
func TestNetworkDelta0(t *testing.T) {
	for _, engine := range engines() {
		for _, c := range networks(t) {
			spec := c.Spec()
			spec.Delta = 0
			n := newNetwork(t, spec, numeric.Options{Engine: engine})
			copy(n.Params().Flat, c.Params)
			grad := make([]float64, len(c.Params))
			if err := n.Gradient(context.Background(), grad, c.Batch()); err != nil {
				t.Fatal(err)
			}
			near(t, fmt.Sprintf("%v %v: gradient", engine, c), grad, c.Gradient0, tolTruncation)
		}
	}
}

// The error of a central difference falls as h².
func TestDifferencesStep(t *testing.T) {
	for _, engine := range engines() {
		c := networks(t)[2] // tanh: no kinks
		n := newNetwork(t, c.Spec(), numeric.Options{Engine: engine})
		copy(n.Params().Flat, c.Params)
		worst := func(h float64) float64 {
			grad := make([]float64, len(c.Params))
			if err := n.Differences(context.Background(), grad, 0, c.Batch(), h); err != nil {
				t.Fatal(err)
			}
			w := 0.0
			for i, g := range grad {
				w = max(w, math.Abs(g-c.Gradient[i]))
			}
			return w
		}
		// 1e-2 and 1e-3 are large enough for the truncation to rule.
		if r := worst(1e-2) / worst(1e-3); r < 95 || r > 105 {
			t.Errorf("%v: the error at h=1e-2 is %v times the one at 1e-3, want about 100", engine, r)
		}
		for _, h := range []float64{0, -1, math.NaN(), math.Inf(1)} {
			if err := n.Differences(context.Background(), make([]float64, len(c.Params)), 0, c.Batch(), h); err == nil {
				t.Errorf("%v: no error for the step %v", engine, h)
			}
		}
	}
}

func TestNetworkStep(t *testing.T) {
	const lr = 0.05
	for _, engine := range engines() {
		for _, c := range networks(t) {
			n := newNetwork(t, c.Spec(), numeric.Options{Engine: engine})
			copy(n.Params().Flat, c.Params)
			loss, err := n.Step(context.Background(), c.Batch(), lr)
			if err != nil {
				t.Fatal(err)
			}
			want := slices.Clone(c.Params)
			for i, g := range c.Central {
				want[i] -= lr * g
			}
			near(t, fmt.Sprintf("%v %v: weights after the step", engine, c), n.Params().Flat, want, lr*tolCentral)
			again, err := n.Loss(c.Batch())
			if err != nil {
				t.Fatal(err)
			}
			if loss != again {
				t.Errorf("%v %v: Step returned %v, the loss after it is %v", engine, c, loss, again)
			}
		}
	}
}

func TestNetworkCancelled(t *testing.T) {
	for _, engine := range engines() {
		c := networks(t)[0]
		ctx, cancel := context.WithCancel(context.Background())
		n := newNetwork(t, c.Spec(), numeric.Options{Engine: engine, Workers: 3,
			Progress: func(done, total int) { cancel() }})
		copy(n.Params().Flat, c.Params)
		for range 2 { // cancelled on the way, then from the start
			if _, err := n.Step(ctx, c.Batch(), 0.1); !errors.Is(err, context.Canceled) {
				t.Errorf("%v: Step: %v, want %v", engine, err, context.Canceled)
			}
			if err := n.Gradient(ctx, make([]float64, len(c.Params)), c.Batch()); !errors.Is(err, context.Canceled) {
				t.Errorf("%v: Gradient: %v, want %v", engine, err, context.Canceled)
			}
			if !slices.Equal(n.Params().Flat, c.Params) {
				t.Errorf("%v: a cancelled step changed the weights", engine)
			}
			goleak.VerifyNone(t)
		}
	}
}

func TestNetworkProgress(t *testing.T) {
	for _, engine := range engines() {
		c := networks(t)[0]
		last := 0
		n := newNetwork(t, c.Spec(), numeric.Options{Engine: engine, Progress: func(done, total int) {
			if done <= last || done > total || total != len(c.Params) {
				t.Errorf("%v: %d of %d done after %d of %d", engine, done, total, last, len(c.Params))
			}
			last = done
		}})
		if err := n.Gradient(context.Background(), make([]float64, len(c.Params)), c.Batch()); err != nil {
			t.Fatal(err)
		}
		if last != len(c.Params) {
			t.Errorf("%v: progress ended at %d of %d", engine, last, len(c.Params))
		}
	}
}

func TestNetworkErrors(t *testing.T) {
	c := networks(t)[0]
	for _, bad := range []struct {
		spec gradtwin.Spec
		o    numeric.Options
		want string
	}{
		{gradtwin.Spec{Layers: []int{3}}, numeric.Options{}, "layers [3]"},
		{c.Spec(), numeric.Options{Engine: 9}, "engine Engine(9)"},
		{c.Spec(), numeric.Options{Step: -1}, "difference step -1"},
		{c.Spec(), numeric.Options{Step: math.NaN()}, "difference step NaN"},
		{c.Spec(), numeric.Options{Step: math.Inf(1)}, "difference step +Inf"},
		{c.Spec(), numeric.Options{Workers: -1}, "workers -1"},
	} {
		if _, err := numeric.New(bad.spec, bad.o); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("New(%v, %v): %v, want an error with %q", bad.spec, bad.o, err, bad.want)
		}
	}

	n := newNetwork(t, c.Spec(), numeric.Options{})
	x := func(rows int) []float64 { return make([]float64, rows*c.Layers[0]) }
	nan := x(1)
	nan[1] = math.NaN()
	for _, bad := range []struct {
		batch gradtwin.Batch
		want  string
	}{
		{gradtwin.Batch{}, "no rows"},
		{gradtwin.Batch{X: x(1), Labels: make([]int, 2)}, "6 inputs for 2 rows"},
		{gradtwin.Batch{X: x(1), Labels: []int{3}}, "label 3 of row 0"},
		{gradtwin.Batch{X: nan, Labels: []int{0}}, "input 1 of row 0 is NaN"},
	} {
		_, lossErr := n.Loss(bad.batch)
		_, stepErr := n.Step(context.Background(), bad.batch, 0.1)
		_, estimateErr := n.Estimate(bad.batch)
		gradErr := n.Gradient(context.Background(), make([]float64, len(c.Params)), bad.batch)
		for _, err := range []error{lossErr, stepErr, estimateErr, gradErr} {
			if err == nil || !strings.Contains(err.Error(), bad.want) {
				t.Errorf("%v, want an error with %q", err, bad.want)
			}
		}
	}
	good := gradtwin.Batch{X: x(1), Labels: []int{0}}
	for _, lr := range []float64{-0.1, math.NaN(), math.Inf(1)} {
		if _, err := n.Step(context.Background(), good, lr); err == nil || !strings.Contains(err.Error(), "learning rate") {
			t.Errorf("Step with learning rate %v: %v, want an error", lr, err)
		}
	}
	if err := n.Predict(make([]int, 2), x(1)); err == nil || !strings.Contains(err.Error(), "6 inputs for 2 rows") {
		t.Errorf("Predict: %v, want an error", err)
	}
	defer func() {
		if p := fmt.Sprint(recover()); !strings.Contains(p, "numeric: gradient of") {
			t.Errorf("a destination of another length: panic %q", p)
		}
	}()
	_ = n.Gradient(context.Background(), make([]float64, 1), good)
}

// Many rows give the same classes as one after the other.
func TestPredictManyRows(t *testing.T) {
	c := networks(t)[0]
	n := newNetwork(t, c.Spec(), numeric.Options{})
	copy(n.Params().Flat, c.Params)
	const rows = 1000
	r := gradtwin.NewRand(1)
	x := make([]float64, rows*c.Layers[0])
	for i := range x {
		x[i] = r.Normal()
	}
	all := make([]int, rows)
	if err := n.Predict(all, x); err != nil {
		t.Fatal(err)
	}
	for i := range all {
		one := make([]int, 1)
		if err := n.Predict(one, x[i*c.Layers[0]:(i+1)*c.Layers[0]]); err != nil {
			t.Fatal(err)
		}
		if one[0] != all[i] {
			t.Fatalf("row %d: class %d among all rows, %d alone", i, all[i], one[0])
		}
	}
	if slices.Max(all) == slices.Min(all) {
		t.Error("all rows have one class: the test tests nothing")
	}
}

func TestEstimate(t *testing.T) {
	for _, engine := range engines() {
		c := networks(t)[0]
		n := newNetwork(t, c.Spec(), numeric.Options{Engine: engine})
		copy(n.Params().Flat, c.Params)
		d, err := n.Estimate(c.Batch())
		if err != nil {
			t.Fatal(err)
		}
		// Some thousand to a hundred thousand operations: between a
		// microsecond and a second on any machine.
		if us := d.Seconds() * 1e6; us < 1 || us > 1e6 {
			t.Errorf("%v: estimate %v", engine, d)
		}
	}
}

func TestEngineText(t *testing.T) {
	for _, engine := range engines() {
		text, err := engine.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var got numeric.Engine
		if err := got.UnmarshalText(text); err != nil || got != engine {
			t.Errorf("%s read back as %v, %v", text, got, err)
		}
	}
	if err := new(numeric.Engine).UnmarshalText([]byte("fast")); err == nil || !strings.Contains(err.Error(), `engine "fast"`) {
		t.Errorf("an unknown engine: %v", err)
	}
}
