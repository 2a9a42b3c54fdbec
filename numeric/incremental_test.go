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

// differenceBound bounds how far two derivatives by the same formula with step
// h of the same loss can be apart when the losses are computed in floating
// point.
//
// Let u = 2⁻⁵³. An affine layer of n inputs computes each z with an error of at
// most (n+2)·u·(|a|·|W| + |b|) on top of |W| times its inputs' errors, in any
// order of the sums; rounding θ±h is one more such relative error of a weight.
// The activations stretch no error (their slopes are at most 1), and add up to
// 4u of their own value, at most |z|+1. The loss moves by at most twice the
// largest error of a logit, and by the roundings of the C exponentials, their
// sum, a quotient and the logarithm: (C+8)·u, and u times itself. With the
// error ε of one loss, a central difference is off by 2ε/2h, a forward one by
// 2ε/h and the five points by 18ε/12h; two engines are apart by at most twice
// 2ε/h.
//
// All weights count as |θ| + 4h·max(1, |θ|), to hold for each perturbed
// network.
func differenceBound(s gradtwin.Spec, p *gradtwin.Params, b gradtwin.Batch, h float64) float64 {
	const u = 0x1p-53
	perturbed := func(v float64) float64 { return math.Abs(v) + 4*h*max(1, math.Abs(v)) }
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
				z[j] = perturbed(p.B(l)[j])
				for i := range in {
					w := perturbed(p.W(l)[i*out+j])
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
	return 4 * worst / h
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

func gradient(t *testing.T, s gradtwin.Spec, o numeric.Options, p *gradtwin.Params, b gradtwin.Batch) []float64 {
	t.Helper()
	n := newNetwork(t, s, o)
	copy(n.Params().Flat, p.Flat)
	grad := make([]float64, len(p.Flat))
	if err := n.Gradient(context.Background(), grad, b); err != nil {
		t.Fatal(err)
	}
	if !slices.EqualFunc(n.Params().Flat, p.Flat, same) {
		t.Error("the differences changed the weights")
	}
	return grad
}

func TestIncrementalAgainstPlain(t *testing.T) {
	cases := 150
	if testing.Short() {
		cases = 40
	}
	steps := []float64{1e-4, 1e-4, 0x1p-13, 1e-2, 1, 100}
	formulas := []numeric.Formula{numeric.Central, numeric.Central, numeric.Forward, numeric.FivePoint}
	for seed := range uint64(cases) {
		r := rand.New(rand.NewPCG(seed, 1))
		s, p, b := randomCase(r)
		o := numeric.Options{Step: steps[r.IntN(len(steps))], Formula: formulas[r.IntN(len(formulas))]}
		t.Run(fmt.Sprintf("%d/%v,%v,rows=%d,h=%g,%v", seed, s.Layers, s.Activation, b.Len(), o.Step, o.Formula), func(t *testing.T) {
			o.Engine = numeric.Plain
			want := gradient(t, s, o, p, b)
			o.Engine, o.Workers = numeric.Incremental, 1
			got := gradient(t, s, o, p, b)
			near(t, "derivative", got, want, differenceBound(s, p, b, o.Step))
			for _, workers := range []int{2, 5} {
				o.Workers = workers
				if again := gradient(t, s, o, p, b); !slices.EqualFunc(again, got, same) {
					t.Errorf("other bits with %d workers", workers)
				}
			}
		})
	}
}

// A batch of more rows than are computed together.
func TestIncrementalManyRows(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	s := gradtwin.Spec{Layers: []int{4, 3, 5, 3}, Delta: 1e-7}
	p := gradtwin.NewParams(s)
	for i := range p.Flat {
		p.Flat[i] = r.NormFloat64()
	}
	for _, rows := range []int{32, 33, 100} {
		b := gradtwin.Batch{X: make([]float64, rows*4), Labels: make([]int, rows)}
		for i := range b.X {
			b.X[i] = r.NormFloat64()
		}
		for i := range b.Labels {
			b.Labels[i] = r.IntN(3)
		}
		want := gradient(t, s, numeric.Options{Engine: numeric.Plain}, p, b)
		got := gradient(t, s, numeric.Options{Workers: 1}, p, b)
		near(t, "derivative", got, want, differenceBound(s, p, b, numeric.DefaultStep))
		if again := gradient(t, s, numeric.Options{Workers: 3}, p, b); !slices.Equal(again, got) {
			t.Errorf("%d rows: other bits with 3 workers", rows)
		}
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
		if want := gradient(t, s, numeric.Options{}, n.Params(), b); !slices.Equal(got, want) {
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
		want := gradient(t, s, numeric.Options{Engine: numeric.Plain, Step: 1e-3}, p, b)
		got := gradient(t, s, numeric.Options{Step: 1e-3}, p, b)
		for i := range want {
			if !same(got[i], want[i]) && !(math.Abs(got[i]-want[i]) <= c.tol) {
				t.Errorf("%s: difference %d is %v, want %v", c.name, i, got[i], want[i])
			}
		}
	}
}

// Once a call has been made, no later one takes memory: of whatever values, and
// of more rows.
func TestIncrementalAllocations(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 3))
	s := gradtwin.Spec{Layers: []int{40, 12, 9, 5}, Delta: 1e-7}
	n := newNetwork(t, s, numeric.Options{Workers: 3})
	ctx := context.Background()
	grad := make([]float64, len(n.Params().Flat))
	batch := func(rows int, zeros float64) gradtwin.Batch {
		b := gradtwin.Batch{X: make([]float64, rows*s.Inputs()), Labels: make([]int, rows)}
		for i := range b.X {
			if r.Float64() >= zeros {
				b.X[i] = r.NormFloat64()
			}
		}
		return b
	}
	// The first is the least, of more rows than are computed together.
	batches := []gradtwin.Batch{batch(130, 0.99), batch(260, 0), batch(390, 0.5), batch(130, 0)}
	for name, f := range map[string]func(b gradtwin.Batch) error{
		"Step":        func(b gradtwin.Batch) error { _, err := n.Step(ctx, b, 0.01); return err },
		"Gradient":    func(b gradtwin.Batch) error { return n.Gradient(ctx, grad, b) },
		"Differences": func(b gradtwin.Batch) error { return n.Differences(ctx, grad, 0, b, 1e-5) },
	} {
		for i := range n.Params().Flat {
			n.Params().Flat[i] = r.NormFloat64()
		}
		next := 0
		run := func() {
			if err := f(batches[next%len(batches)]); err != nil {
				t.Fatal(err)
			}
			next++
		}
		if a := testing.AllocsPerRun(20, run); a != 0 { // after a first run that does not count
			t.Errorf("%s: %v allocations", name, a)
		}
	}
}
