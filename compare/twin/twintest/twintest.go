// Package twintest builds pairs of backends and batches for tests.
package twintest

import (
	"context"
	"math/rand/v2"
	"testing"

	"gradtwin"
	"gradtwin/compare/twin"
	"gradtwin/graph"
	"gradtwin/numeric"
)

// Digits draws a batch like pictures of digits: four inputs of five are zero.
func Digits(spec gradtwin.Spec, rows int, seed uint64) gradtwin.Batch {
	r := rand.New(rand.NewPCG(seed, 1))
	b := gradtwin.Batch{X: make([]float64, rows*spec.Inputs()), Labels: make([]int, rows)}
	for i := range b.X {
		if r.IntN(5) == 0 {
			b.X[i] = float64(r.IntN(256)) / 255
		}
	}
	for i := range b.Labels {
		b.Labels[i] = r.IntN(spec.Classes())
	}
	return b
}

// NewPair builds the two backends at the same weights, after some steps of
// training on the batch.
func NewPair(t testing.TB, spec gradtwin.Spec, rows, steps int, seed uint32) twin.Pair {
	t.Helper()
	g, err := graph.New(spec, rows, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	n, err := numeric.New(spec, numeric.Options{})
	if err != nil {
		t.Fatal(err)
	}
	batch := Digits(spec, rows, uint64(seed))
	g.Params().Init(gradtwin.NewRand(seed), gradtwin.Init{})
	for range steps {
		if _, err := g.Step(context.Background(), batch, 0.1); err != nil {
			t.Fatal(err)
		}
	}
	copy(n.Params().Flat, g.Params().Flat)
	return twin.Pair{Symbolic: g, Numeric: n, Batch: batch}
}
