package numeric_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"gradtwin"
	"gradtwin/numeric"
)

// digits makes a batch like MNIST's: of 784 pixels 150 are not 0, two of five
// of those among the few brightest values, the others anything of 255.
func digits(r *rand.Rand, s gradtwin.Spec, rows int) gradtwin.Batch {
	b := gradtwin.Batch{X: make([]float64, rows*s.Inputs()), Labels: make([]int, rows)}
	for i := range b.X {
		if r.Float64() >= 0.191 {
			continue
		}
		level := 1 + r.IntN(255)
		if r.Float64() < 0.4 {
			level = 252 + r.IntN(4)
		}
		b.X[i] = float64(float32(level) / 255)
	}
	for i := range b.Labels {
		b.Labels[i] = r.IntN(s.Classes())
	}
	return b
}

func BenchmarkStep(b *testing.B) {
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("engine=incremental/batch=10/width=1/workers=%d", workers), func(b *testing.B) {
			s := gradtwin.Experiment()
			n := newNetwork(b, s, numeric.Options{Workers: workers})
			n.Params().Init(gradtwin.NewRand(8))
			batch := digits(rand.New(rand.NewPCG(1, 1)), s, 10)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := n.Step(context.Background(), batch, 0.01); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
