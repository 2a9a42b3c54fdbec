package numeric_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gradtwin"
	"gradtwin/numeric"
)

// differenceBound bounds how far two central differences with step h of the
// same loss can be apart when both losses are computed in floating point.
//
// Let u = 2⁻⁵³. An affine layer of n inputs computes each z with an error of at
// most (n+2)·u·(|a|·|W| + |b|) on top of |W| times its inputs' errors, in any
// order of the sums; rounding θ±h is one more such relative error of a weight.
// The activations stretch no error (their slopes are at most 1), and add up to
// 4u of their own value, at most |z|+1. The loss moves by at most twice the
// largest error of a logit, and by the roundings of the C exponentials, their
// sum, a quotient and the logarithm: (C+8)·u, and u times itself. With the
// error ε of one loss, a difference of two is off by 2ε/2h, and two engines are
// apart by 2ε/h.
//
// All weights count as |θ|+h, to hold for each perturbed network.
func differenceBound(s gradtwin.Spec, p *gradtwin.Params, b gradtwin.Batch, h float64) float64 {
	const u = 0x1p-53
	worst := 0.0
	for r := range b.Len() {
		a := make([]float64, s.Inputs()) // largest absolute values
		err := make([]float64, s.Inputs())
		for i := range a {
			a[i] = math.Abs(b.X[r*s.Inputs()+i])
		}
		for l := range s.Affine() {
			in, out := s.Layers[l], s.Layers[l+1]
			z, zErr := make([]float64, out), make([]float64, out)
			for j := range out {
				z[j] = math.Abs(p.B(l)[j]) + h
				for i := range in {
					w := math.Abs(p.W(l)[i*out+j]) + h
					z[j] += w * a[i]
					zErr[j] += w * err[i]
				}
				zErr[j] += float64(in+3) * u * z[j]
				if l < s.Affine()-1 {
					zErr[j] += 4 * u * (z[j] + 1)
				}
			}
			a, err = z, zErr
		}
		loss := 2*slices.Max(a) + math.Log(float64(len(a)))
		worst = max(worst, 2*slices.Max(err)+(float64(len(a))+8+loss)*u)
	}
	return 2 * worst / h
}

// randomCase is a network with a batch, and what can go wrong in it.
func randomCase(r *rand.Rand) (gradtwin.Spec, *gradtwin.Params, gradtwin.Batch) {
	s := gradtwin.Spec{Activation: gradtwin.Activation(r.IntN(3)), Delta: []float64{0, 1e-7, 0.01}[r.IntN(3)]}
	for range 2 + r.IntN(4) {
		s.Layers = append(s.Layers, 1+r.IntN(23))
	}
	p := gradtwin.NewParams(s)
	for i := range p.Flat {
		p.Flat[i] = 0.5 * r.NormFloat64()
	}
	for l := range s.Affine() - 1 {
		n := s.Layers[l+1]
		for j := range n {
			switch r.IntN(6) {
			case 0: // dead
				p.B(l)[j] = -100
			case 1: // exactly at the kink, whatever the input
				p.B(l)[j] = 0
				for i := range s.Layers[l] {
					p.W(l)[i*n+j] = 0
				}
			}
		}
	}
	rows := 1 + r.IntN(20)
	b := gradtwin.Batch{X: make([]float64, rows*s.Inputs()), Labels: make([]int, rows)}
	for i := range b.X {
		switch r.IntN(3) {
		case 0:
			b.X[i] = float64(r.IntN(9)-4) / 4 // often the same, often 0 or 1
		case 1:
			b.X[i] = r.NormFloat64()
		}
	}
	clear(b.X[:r.IntN(2)*s.Inputs()]) // a zero row
	for i := range b.Labels {
		b.Labels[i] = r.IntN(s.Classes())
	}
	return s, p, b
}

func differences(t *testing.T, s gradtwin.Spec, o numeric.Options, p *gradtwin.Params, b gradtwin.Batch, h float64) []float64 {
	t.Helper()
	n := newNetwork(t, s, o)
	copy(n.Params().Flat, p.Flat)
	dst := make([]float64, len(p.Flat))
	if err := n.Differences(context.Background(), dst, b, h); err != nil {
		t.Fatal(err)
	}
	if !slices.EqualFunc(n.Params().Flat, p.Flat, func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }) {
		t.Error("the differences changed the weights")
	}
	return dst
}

func TestIncrementalAgainstPlain(t *testing.T) {
	const cases = 200
	steps := []float64{1e-4, 1e-4, 0x1p-13, 1e-2, 1, 100}
	for seed := range uint64(cases) {
		r := rand.New(rand.NewPCG(seed, 1))
		s, p, b := randomCase(r)
		h := steps[r.IntN(len(steps))]
		t.Run(fmt.Sprintf("%d/%v,%v,rows=%d,h=%g", seed, s.Layers, s.Activation, b.Len(), h), func(t *testing.T) {
			want := differences(t, s, numeric.Options{Engine: numeric.Plain}, p, b, h)
			got := differences(t, s, numeric.Options{Workers: 1}, p, b, h)
			near(t, "difference", got, want, differenceBound(s, p, b, h))
			for _, workers := range []int{2, 5} {
				if again := differences(t, s, numeric.Options{Workers: workers}, p, b, h); !slices.Equal(again, got) {
					t.Errorf("other bits with %d workers", workers)
				}
			}
		})
	}
}

// One network takes batches of other sizes and weights from call to call:
// nothing of an earlier call stays.
func TestIncrementalReuse(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 2))
	s := gradtwin.Spec{Layers: []int{9, 8, 7, 5}, Delta: 1e-7}
	n := newNetwork(t, s, numeric.Options{Workers: 2})
	for range 20 {
		rows := 1 + r.IntN(20)
		b := gradtwin.Batch{X: make([]float64, rows*9), Labels: make([]int, rows)}
		for i := range b.X {
			b.X[i] = max(0, r.NormFloat64())
		}
		for i := range n.Params().Flat {
			n.Params().Flat[i] = r.NormFloat64()
		}
		got := make([]float64, len(n.Params().Flat))
		if err := n.Gradient(context.Background(), got, b); err != nil {
			t.Fatal(err)
		}
		if want := differences(t, s, numeric.Options{}, n.Params(), b, numeric.DefaultStep); !slices.Equal(got, want) {
			t.Fatalf("%d rows: a used network and a new one differ", rows)
		}
	}
}

// Losses beyond what package simd computes, and losses that are not finite.
func TestIncrementalFarLosses(t *testing.T) {
	s := gradtwin.Spec{Layers: []int{1, 2, 2}}
	for _, c := range []struct {
		name  string
		far   float64 // logit of the wrong class
		label int
		tol   float64
	}{
		// The label's probability is e⁻⁶⁹⁰; beyond e⁻⁷⁰⁸ it has few bits left,
		// beyond e⁻⁷⁴⁵ none.
		{"near the end of float64", 690, 0, 1e-8},
		{"subnormal probability", 720, 0, 1e-3},
		{"probability 0", 1000, 0, 0},
		{"probability 1", 1000, 1, 0},
		{"infinite logit", math.Inf(1), 1, 0},
		{"NaN", math.NaN(), 0, 0},
	} {
		p := gradtwin.NewParams(s)
		copy(p.Flat, []float64{1, 2, 0, 0, 0.5, 1, 0, 0, 0, c.far})
		b := gradtwin.Batch{X: []float64{1}, Labels: []int{c.label}}
		want := differences(t, s, numeric.Options{Engine: numeric.Plain}, p.Clone(), b, 1e-3)
		got := differences(t, s, numeric.Options{}, p.Clone(), b, 1e-3)
		for i := range want {
			same := got[i] == want[i] || math.IsNaN(got[i]) && math.IsNaN(want[i])
			if !same && !(math.Abs(got[i]-want[i]) <= c.tol) {
				t.Errorf("%s: difference %d is %v, want %v", c.name, i, got[i], want[i])
			}
		}
	}
}

func TestIncrementalAllocations(t *testing.T) {
	s, p, b := randomCase(rand.New(rand.NewPCG(1, 3)))
	n := newNetwork(t, s, numeric.Options{Workers: 3})
	copy(n.Params().Flat, p.Flat)
	ctx := context.Background()
	step := func() {
		if _, err := n.Step(ctx, b, 0.01); err != nil {
			t.Fatal(err)
		}
	}
	step()
	if a := testing.AllocsPerRun(50, step); a != 0 {
		t.Errorf("%v allocations a step", a)
	}
}
