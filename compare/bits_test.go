package compare_test

import (
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gradtwin/compare"
)

// The report on a wrapped graph has the same bits for any number of processors
// and of workers.
func TestSameBits(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var want *compare.Report
	for _, n := range []struct{ processors, workers int }{{1, 1}, {2, 2}, {3, 3}, {8, 8}, {1, 8}, {8, 1}} {
		runtime.GOMAXPROCS(n.processors)
		got, err := compare.Check(t.Context(), wrapSingle(t, true, 6, 1),
			compare.Options{Mode: compare.Full, Workers: n.workers})
		if err != nil {
			t.Fatal(err)
		}
		got.Seconds, got.Options.Workers = 0, 0
		if want == nil {
			want = got
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%d processors, %d workers (-1 of each +these):\n%s", n.processors, n.workers, d)
		}
	}
}
