package graph_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"gradtwin/compare/twin"
	"gradtwin/graph"
	"gradtwin/internal/cputime"
	"gradtwin/internal/mnist"
)

// BenchmarkStep times a step of the experiment's network on rows of MNIST, also
// in the processor's time, the median of the steps: testdata/torch_step.py reads
// it.
func BenchmarkStep(b *testing.B) {
	b.Setenv(mnist.OriginEnv, "") // it may name another data set
	source, err := mnist.Find(b.Context(), "")
	if err != nil {
		b.Skipf("MNIST can be neither found nor fetched: %v", err)
	}
	data, err := mnist.Read(os.DirFS(source.Dir))
	if err != nil {
		b.Fatal(err)
	}
	for _, rows := range []int{10, 100, 1000} {
		for _, dtype := range []string{"float64", "float32"} {
			b.Run(fmt.Sprintf("dtype=%s/batch=%d", dtype, rows), func(b *testing.B) {
				config := twin.Experiment()
				config.Batch = rows
				start, feed, err := twin.Begin(config, data.Train)
				if err != nil {
					b.Fatal(err)
				}
				n, err := graph.New(config.Spec, rows, graph.Options{Float32: dtype == "float32"})
				if err != nil {
					b.Fatal(err)
				}
				copy(n.Params().Flat, start.Flat)
				batch := feed.Next()
				clock := cputime.New()
				for b.Loop() {
					clock.Start()
					if _, err := n.Step(context.Background(), batch, config.LR); err != nil {
						b.Fatal(err)
					}
					clock.Stop()
				}
				b.ReportMetric(float64(clock.Median().Nanoseconds()), "cpu-ns/op")
			})
		}
	}
}
