package twin_test

import (
	"context"
	"math/rand/v2"
	"os"
	"testing"

	"gonum.org/v1/gonum/floats"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/compare/twin"
	"gradtwin/compare/twin/twintest"
)

// Gorgonia's gradients against the difference engine, all elements, at the
// start and after training: none wrong, none inconclusive.
func TestPairFullCheck(t *testing.T) {
	small := []int{40, 30, 20, 5}
	verdicts := 0
	check := func(spec gradtwin.Spec, rows, steps int, seed uint32) {
		pair := twintest.NewPair(t, spec, rows, steps, seed)
		r, err := compare.Check(context.Background(), pair, compare.Options{Strict: true, Seed: seed, Taylor: true})
		if err != nil {
			t.Errorf("%v, %d rows, %d steps, seed %d: %v", spec, rows, steps, seed, err)
			return
		}
		verdicts += r.Checked
		if !r.OK() || r.Whole < 1 || r.Whole > 5 || r.Checked != r.Total || !r.Control.Caught {
			t.Errorf("%v, %d rows, %d steps, seed %d:\n%s", spec, rows, steps, seed, r)
		}
	}
	for _, act := range []gradtwin.Activation{gradtwin.ReLU, gradtwin.Sigmoid, gradtwin.Tanh} {
		for _, steps := range []int{0, 50, 1000} {
			check(gradtwin.Spec{Layers: small, Activation: act, Delta: 1e-7}, 7, steps, 3)
		}
	}
	experiment := gradtwin.Experiment()
	seeds := uint32(1)
	if os.Getenv("GRADTWIN_LONG") != "" {
		seeds = 6 // over a million verdicts
	}
	if testing.Short() {
		return
	}
	for seed := range seeds {
		for _, steps := range []int{0, 300} {
			check(experiment, 10, steps, seed)
			if seeds > 1 {
				check(experiment, 100, steps, seed)
			}
		}
	}
	t.Logf("%d verdicts", verdicts)
	if verdicts < 100000 {
		t.Errorf("%d verdicts, want at least 100000", verdicts)
	}
}

// spoiled is a backend whose gradient is changed after it was computed.
type spoiled struct {
	twin.Backend
	spoil func(p *gradtwin.Params)
}

func (s spoiled) Gradient(ctx context.Context, dst []float64, b gradtwin.Batch) error {
	if err := s.Backend.Gradient(ctx, dst, b); err != nil {
		return err
	}
	g := s.Params().Clone()
	copy(g.Flat, dst)
	s.spoil(g)
	copy(dst, g.Flat)
	return nil
}

// What checkers of one direction, or with a fixed tolerance, pass on this very
// network.
func TestPairFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: checks of many wrong elements")
	}
	spec := gradtwin.Experiment()
	if os.Getenv("GRADTWIN_LONG") == "" {
		spec.Layers = []int{196, 30, 40, 10}
	}
	for _, steps := range []int{0, 300} {
		pair := twintest.NewPair(t, spec, 10, steps, 1)
		good := pair.Symbolic
		for _, fault := range []struct {
			name  string
			spoil func(p *gradtwin.Params)
		}{
			{"W1 shuffled", func(p *gradtwin.Params) {
				rand.New(rand.NewPCG(1, 2)).Shuffle(len(p.W(0)), func(i, j int) {
					p.W(0)[i], p.W(0)[j] = p.W(0)[j], p.W(0)[i]
				})
			}},
			{"largest of W1 with the sign flipped", func(p *gradtwin.Params) {
				largest := 0
				for i, g := range p.W(0) {
					if g*g > p.W(0)[largest]*p.W(0)[largest] {
						largest = i
					}
				}
				p.W(0)[largest] *= -1
			}},
			{"W1 times 1.01", func(p *gradtwin.Params) { floats.Scale(1.01, p.W(0)) }},
			{"W1 times 1.0005", func(p *gradtwin.Params) { floats.Scale(1.0005, p.W(0)) }},
			{"W1 zero", func(p *gradtwin.Params) { clear(p.W(0)) }},
		} {
			for _, mode := range []compare.Mode{compare.Probe, compare.Full} {
				pair.Symbolic = spoiled{good, fault.spoil}
				r, err := compare.Check(context.Background(), pair, compare.Options{Mode: mode})
				if err != nil {
					t.Fatal(err)
				}
				if r.OK() || r.Worst[0].Verdict != compare.Wrong || r.Worst[0].Tensor != "W1" {
					t.Errorf("%s after %d steps, mode %v: not found\n%s", fault.name, steps, mode, r)
				}
				t.Logf("%s after %d steps, %v: %d calls, %d gradients, %.3f s: %s",
					fault.name, steps, mode, r.Calls, r.Gradients,
					r.Seconds, r.Diagnosis)
			}
		}
	}
}
