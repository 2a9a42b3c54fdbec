package twin_test

import (
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/compare/twin"
	"gradtwin/compare/twin/twintest"
	"gradtwin/graph"
	"gradtwin/numeric"
)

// What a run gives has the same bits for any number of processors and of
// workers: the numerical gradient, both backends' losses and
// parameters, and the checker's report.
func TestSameBits(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var want *bits
	for _, n := range []struct{ processors, workers int }{{1, 1}, {2, 2}, {3, 3}, {8, 8}, {1, 8}, {8, 1}} {
		runtime.GOMAXPROCS(n.processors)
		got := runForBits(t, n.workers)
		if want == nil {
			want = got
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%d processors, %d workers (-1 of each +these):\n%s", n.processors, n.workers, d)
		}
	}
}

// bits is what must not depend on how the work is shared.
type bits struct {
	Gradient []float64
	Losses   map[string][]float64 // by the backend's name
	Params   map[string][]float64
	Report   *compare.Report
}

func runForBits(t *testing.T, workers int) *bits {
	t.Helper()
	// More rows than the numeric engine takes at once, and matrices large
	// enough for the products that gonum shares among processors.
	const rows = 130
	spec := gradtwin.Spec{Layers: []int{60, 70, 10}, Delta: 1e-7}
	g, err := graph.New(spec, rows, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	n, err := numeric.New(spec, numeric.Options{Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	b := &bits{Losses: map[string][]float64{}, Params: map[string][]float64{}}
	for _, backend := range []twin.Backend{g, n} {
		backend.Params().Init(gradtwin.NewRand(5), gradtwin.Init{})
		for step := range 3 {
			loss, err := backend.Step(t.Context(), twintest.Digits(spec, rows, uint64(step)), 0.1)
			if err != nil {
				t.Fatal(err)
			}
			b.Losses[backend.Name()] = append(b.Losses[backend.Name()], loss)
		}
		b.Params[backend.Name()] = slices.Clone(backend.Params().Flat)
	}
	batch := twintest.Digits(spec, rows, 7)
	b.Gradient = make([]float64, len(n.Params().Flat))
	if err := n.Gradient(t.Context(), b.Gradient, batch); err != nil {
		t.Fatal(err)
	}
	copy(n.Params().Flat, g.Params().Flat)
	pair := twin.Pair{Symbolic: g, Numeric: n, Batch: batch}
	r, err := compare.Check(t.Context(), pair, compare.Options{Mode: compare.Full, Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	r.Seconds, r.Options.Workers = 0, 0
	b.Report = r
	return b
}
