package compare_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/compare/twin/twintest"
	"gradtwin/graph"
	"gradtwin/numeric"
)

// onKinks returns a network at a point where many units stand exactly at a
// kink: weights, inputs and so all sums are small multiples of a quarter, and
// one row is zero.
func onKinks(t *testing.T, seed uint64) *backprop {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 11))
	spec := gradtwin.Spec{Layers: []int{12, 10, 10, 4}, Activation: gradtwin.ReLU, Delta: 1e-7}
	n, err := numeric.New(spec, numeric.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n.Params().Flat {
		n.Params().Flat[i] = float64(r.IntN(5)-2) / 4
	}
	clear(n.Params().B(0))
	b := twintest.Digits(spec, studyRows, seed)
	for i := range b.X {
		b.X[i] = float64(r.IntN(3) - 1)
	}
	clear(b.X[:spec.Inputs()])
	return &backprop{spec: spec, n: n, batch: b}
}

// Right gradients, many of them at kinks: no verdict may be wrong.
// GRADTWIN_STUDY makes it more than 500,000 verdicts.
func TestNoFalseAlarmInStudy(t *testing.T) {
	rounds, experiments := 20, 0
	if testing.Short() {
		rounds = 3
	}
	if os.Getenv("GRADTWIN_STUDY") != "" {
		rounds, experiments = 500, 5
	}
	var counts compare.Counts
	kinks := 0
	check := func(f compare.Function, seed uint32) {
		for _, mode := range []compare.Mode{compare.Full, compare.Probe} {
			r, err := compare.Check(context.Background(), f, compare.Options{Mode: mode, Seed: seed})
			if err != nil {
				t.Fatalf("seed %d, %v: %v", seed, mode, err)
			}
			counts.OK += r.Counts.OK
			counts.Kink += r.Counts.Kink
			counts.Wrong += r.Counts.Wrong
			counts.Inconclusive += r.Counts.Inconclusive
			if !r.OK() {
				t.Errorf("seed %d, %v:\n%s", seed, mode, r)
			}
		}
	}
	for seed := range uint32(rounds) {
		f := onKinks(t, uint64(seed))
		if err := f.Gradient(make([]float64, f.Layout().Len())); err != nil {
			t.Fatal(err)
		}
		kinks += f.kinks
		check(f, seed)
	}
	for seed := range uint32(experiments) {
		for _, steps := range []int{0, 200} {
			check(twintest.NewPair(t, gradtwin.Experiment(), 10, steps, seed+100), seed)
		}
	}
	t.Logf("%d verdicts: %+v; %d units exactly at a kink", counts.Sum(), counts, kinks)
	if kinks < rounds {
		t.Errorf("%d units at a kink, want at least %d", kinks, rounds)
	}
	if experiments > 0 && counts.Sum() < 500_000 {
		t.Errorf("%d verdicts, want at least 500000", counts.Sum())
	}
}

// wrapExperiment builds the experiment's network as a user would, and wraps it.
func wrapExperiment(t *testing.T, s studied) *graph.Wrapped {
	t.Helper()
	g := gorgonia.NewGraph()
	input := func(name string, shape []int, v []float64) *gorgonia.Node {
		value := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(v))
		return gorgonia.NewTensor(g, gorgonia.Float64, len(shape), gorgonia.WithShape(shape...), gorgonia.WithName(name),
			gorgonia.WithValue(value))
	}
	rows, classes := len(s.Batch.Labels), s.Spec.Classes()
	hot := make([]float64, rows*classes)
	for r, label := range s.Batch.Labels {
		hot[r*classes+label] = 1
	}
	a := input("x", []int{rows, s.Spec.Inputs()}, s.Batch.X)
	label := input("t", []int{rows, classes}, hot)
	p := gradtwin.NewParams(s.Spec)
	copy(p.Flat, s.W)
	var wrt []*gorgonia.Node
	for l := range s.Spec.Affine() {
		n, m := s.Spec.Layers[l], s.Spec.Layers[l+1]
		layout := p.Layout()
		w, b := input(layout[2*l].Name, []int{n, m}, p.W(l)), input(layout[2*l+1].Name, []int{m}, p.B(l))
		wrt = append(wrt, w, b)
		a = gorgonia.Must(gorgonia.BroadcastAdd(gorgonia.Must(gorgonia.Mul(a, w)), b, nil, []byte{0}))
		if l+1 < s.Spec.Affine() {
			a = gorgonia.Must(gorgonia.Rectify(a))
		}
	}
	y := gorgonia.Must(gorgonia.SoftMax(a))
	y = gorgonia.Must(gorgonia.Log(gorgonia.Must(gorgonia.Add(y, gorgonia.NewConstant(s.Spec.Delta)))))
	sum := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(label, y))))
	cost := gorgonia.Must(gorgonia.Mul(sum, gorgonia.NewConstant(-1/float64(rows))))
	f, err := graph.Wrap(cost, wrt...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// oneOff is a function of which one element of the gradient is wrong.
type oneOff struct {
	compare.Function
	at int
}

func (f oneOff) Gradient(dst []float64) error {
	err := f.Function.Gradient(dst)
	dst[f.at] *= -1
	return err
}

// What the issue asks of the experiment's network, in calls of the loss; the
// times are printed, not tested.
func TestStudyCost(t *testing.T) {
	if os.Getenv("GRADTWIN_STUDY") == "" {
		t.Skip("GRADTWIN_STUDY is not set")
	}
	for _, steps := range []int{0, 200} {
		pair := twintest.NewPair(t, gradtwin.Experiment(), studyRows, steps, 1)
		wrapped := wrapExperiment(t, studied{Spec: gradtwin.Experiment(), Batch: pair.Batch, W: pair.Numeric.Params().Flat})
		g := make([]float64, wrapped.Layout().Len())
		if err := wrapped.Gradient(g); err != nil {
			t.Fatal(err)
		}
		wrong := (&backprop{}).middle(g[:784*50])
		for _, tt := range []struct {
			name  string
			f     compare.Function
			mode  compare.Mode
			right func(r *compare.Report) bool
		}{
			{"probe", wrapped, compare.Probe, func(r *compare.Report) bool {
				return r.OK() && r.Certified == r.Total && r.Calls <= 100
			}},
			{"one wrong", oneOff{wrapped, wrong}, compare.Probe, func(r *compare.Report) bool {
				return r.Counts.Wrong == 1 && r.Worst[0].Flat == wrong && r.Calls <= 400
			}},
			{"engine", pair, compare.Full, func(r *compare.Report) bool { return r.OK() && r.Checked == r.Total }},
			{"wrapped", wrapped, compare.Full, func(r *compare.Report) bool { return r.OK() && r.Checked == r.Total }},
		} {
			t.Run(fmt.Sprintf("%d steps/%s", steps, tt.name), func(t *testing.T) {
				r, err := compare.Check(context.Background(), tt.f, compare.Options{Mode: tt.mode})
				if err != nil {
					t.Fatal(err)
				}
				t.Logf("%d calls, %.4f s", r.Calls, r.Seconds)
				if !tt.right(r) {
					t.Errorf("%s", r)
				}
			})
		}
	}
}
