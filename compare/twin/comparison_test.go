package twin_test

import (
	"context"
	"math"
	"reflect"
	"testing"

	"gradtwin/compare"
	"gradtwin/compare/twin"
	"gradtwin/compare/twin/twintest"
)

// The bins of a histogram are half a decade wide, and what is beyond them is in
// the first or the last.
func TestAnalyse(t *testing.T) {
	q := twintest.NewQuadratic()
	q.Fault = 1e-3
	c, err := twin.NewComparison(t.Context(), q, q.Judged(1e-4), 1e-4, false,
		&compare.Report{Layout: q.Layout(), Step: 1e-5, Noise: 1e-15})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Analyse(context.Background(), q); err != nil {
		t.Fatal(err)
	}
	// ±1e-4 reaches across the kink 1e-6 away: the difference gives 1 + 0.01. An
	// element that is wrong is none that another step makes right.
	if c.Causes != (twin.Causes{Kink: 1}) || c.Misses[0].Element != "W1[0,0]" ||
		math.Abs(c.Misses[0].Numeric-1.01) > 1e-9 || math.Abs(c.Misses[0].Settled-2) > 1e-9 {
		t.Errorf("misses %+v: %+v", c.Causes, c.Misses)
	}
	if got, want := c.Errors[0].Equal, 6; got != want {
		t.Errorf("%d elements of W1 are equal, want %d", got, want)
	}
	counts := make([]int, twin.ErrorBins)
	counts[33] = 1 // 0.99/2 = 0.495 is in the bin from 10^-0.5 to 1
	counts[27] = 1 // 1e-3/2.001 = 5.0e-4 in that from 10^-3.5 to 10^-3
	if !reflect.DeepEqual(c.Errors[0].Counts, counts) {
		t.Errorf("bins %v, want one element in bins 27 and 33", c.Errors[0].Counts)
	}
}
