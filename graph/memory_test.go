package graph_test

import (
	"context"
	"math/rand/v2"
	"runtime"
	"testing"

	"gradtwin"
	"gradtwin/graph"
)

// Memory stays flat over 100,000 steps. The network is a small one: the number of
// allocations of a step does not depend on the sizes of layers.
func TestStepMemory(t *testing.T) {
	spec := gradtwin.Spec{Layers: []int{6, 4, 3}, Delta: 1e-7}
	n := newNetwork(t, spec, 2, graph.Options{})
	r := rand.New(rand.NewPCG(1, 1))
	b := gradtwin.Batch{X: make([]float64, 12), Labels: []int{0, 2}}
	for i := range b.X {
		b.X[i] = r.NormFloat64()
	}
	live := func(steps int) (heap, objects uint64) {
		for range steps {
			if _, err := n.Step(context.Background(), b, 0.01); err != nil {
				t.Fatal(err)
			}
		}
		var m runtime.MemStats
		runtime.GC()
		runtime.GC() // empties the pools too
		runtime.ReadMemStats(&m)
		return m.HeapAlloc, m.HeapObjects
	}
	steps := 100_000
	if testing.Short() {
		steps = 5_000
	}
	heap, objects := live(100)
	endHeap, endObjects := live(steps)
	// Less than an object in a hundred steps: the runtime's own books move.
	if endObjects > objects+uint64(steps)/100 || endHeap > heap+uint64(steps) {
		t.Errorf("%d bytes in %d objects after 100 steps, %d in %d after %d more", heap, objects, endHeap, endObjects, steps)
	}
}
