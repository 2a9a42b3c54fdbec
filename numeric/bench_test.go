package numeric_test

import (
	"context"
	"fmt"
	"testing"

	"gonum.org/v1/gonum/diff/fd"

	"gradtwin"
	"gradtwin/compare/twin"
	"gradtwin/internal/cputime"
	"gradtwin/numeric"
)

// experimentNetwork is the experiment's network with hidden layers of several
// times the width, its initial weights, and the first rows of its SGD run.
func experimentNetwork(b *testing.B, rows, width int, o numeric.Options) (*numeric.Network, gradtwin.Batch) {
	config := twin.Experiment()
	config.Batch = rows
	for l := 1; l < config.Spec.Affine(); l++ {
		config.Spec.Layers[l] *= width
	}
	start, feed, err := twin.Begin(config, realMNIST(b))
	if err != nil {
		b.Fatal(err)
	}
	n := newNetwork(b, config.Spec, o)
	copy(n.Params().Flat, start.Flat)
	return n, feed.Next()
}

// BenchmarkGradient times one numerical gradient. The plain engine takes
// seconds for the experiment's network, and hours for the larger ones. GFLOP/s
// counts what the incremental engine's vectors do: see Operations. With one
// worker it is of the processor's time, the median of the calls.
func BenchmarkGradient(b *testing.B) {
	run := func(rows, width int, o numeric.Options) {
		b.Run(fmt.Sprintf("engine=%v/batch=%d/width=%d/workers=%d", o.Engine, rows, width, o.Workers), func(b *testing.B) {
			n, batch := experimentNetwork(b, rows, width, o)
			dst := make([]float64, len(n.Params().Flat))
			gradient := func() {
				if err := n.Gradient(context.Background(), dst, batch); err != nil {
					b.Fatal(err)
				}
			}
			if o.Engine == numeric.Incremental {
				gradient() // takes the memory
			}
			clock := cputime.New()
			b.ReportAllocs()
			for b.Loop() {
				if o.Workers > 1 { // as a program has it: its goroutine is not held to a thread
					gradient()
					continue
				}
				clock.Start()
				gradient()
				clock.Stop()
			}
			if o.Engine != numeric.Incremental {
				return
			}
			b.ReportMetric(n.Operations(batch)/1e6, "MFLOP")
			if o.Workers == 1 {
				b.ReportMetric(n.Operations(batch)/clock.Median().Seconds()/1e9, "GFLOP/s-of-cpu")
			} else {
				b.ReportMetric(n.Operations(batch)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			}
		})
	}
	for _, rows := range []int{1, 10} {
		run(rows, 1, numeric.Options{Engine: numeric.Plain, Workers: 1})
	}
	for _, rows := range []int{1, 10, 100} {
		for _, width := range []int{1, 2, 4} {
			for _, workers := range []int{1, 2} {
				run(rows, width, numeric.Options{Workers: workers})
			}
		}
	}
}

// BenchmarkFormula times the incremental engine's formulas.
func BenchmarkFormula(b *testing.B) {
	for _, f := range formulas {
		b.Run("formula="+f.String(), func(b *testing.B) {
			n, batch := experimentNetwork(b, 10, 1, numeric.Options{Formula: f, Workers: 1})
			dst := make([]float64, len(n.Params().Flat))
			for b.Loop() {
				if err := n.Gradient(context.Background(), dst, batch); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkStep times steps of the experiment's SGD run, one after the other.
func BenchmarkStep(b *testing.B) {
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("engine=incremental/batch=10/width=1/workers=%d", workers), func(b *testing.B) {
			config := twin.Experiment()
			start, feed, err := twin.Begin(config, realMNIST(b))
			if err != nil {
				b.Fatal(err)
			}
			n := newNetwork(b, config.Spec, numeric.Options{Workers: workers})
			copy(n.Params().Flat, start.Flat)
			for b.Loop() {
				if _, err := n.Step(context.Background(), feed.Next(), config.LR); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkGonum times gonum's diff/fd on the plain loss.
func BenchmarkGonum(b *testing.B) {
	for _, concurrent := range []bool{false, true} {
		b.Run(fmt.Sprintf("engine=gonum/batch=10/width=1/concurrent=%v", concurrent), func(b *testing.B) {
			n, batch := experimentNetwork(b, 10, 1, numeric.Options{Engine: numeric.Plain})
			x := append([]float64(nil), n.Params().Flat...)
			dst := make([]float64, len(x))
			// Each of gonum's goroutines needs a network of its own.
			nets := make(chan *numeric.Network, 2)
			for range cap(nets) {
				nets <- newNetwork(b, gradtwin.Experiment(), numeric.Options{Engine: numeric.Plain})
			}
			f := func(x []float64) float64 {
				n := <-nets
				defer func() { nets <- n }()
				copy(n.Params().Flat, x)
				loss, err := n.Loss(batch)
				if err != nil {
					b.Error(err)
				}
				return loss
			}
			for b.Loop() {
				fd.Gradient(dst, f, x, &fd.Settings{Formula: fd.Central, Step: numeric.DefaultStep, Concurrent: concurrent})
			}
		})
	}
}
