package audit

import (
	"slices"
	"strings"
	"testing"

	"gradtwin/graph/faults"
)

// fuzzedInTests is how many shapes of each operation are run in the tests: three
// hundred in all.
const fuzzedInTests = 3

// What fails among the drawn cases is known to package faults, and of what is
// right it says nothing.
func TestFuzzedFaultsAreKnown(t *testing.T) {
	t.Parallel()
	var all []drawnCase
	for k, g := range generators() {
		for i := range fuzzedInTests {
			all = append(all, g.drawFrom(1, k, i))
		}
	}
	if err := inWorkers(t.Context(), worker(t))(all); err != nil {
		t.Fatal(err)
	}
	failures := 0
	for _, d := range all {
		found := d.known()
		if d.Outcome.Verdict.Failure() {
			failures++
			if len(found) == 0 {
				t.Errorf("%s: %v, and package faults does not know it", d.Name(), d.Outcome)
			}
			continue
		}
		if strings.HasPrefix(d.Outcome.Note, "right ") {
			continue // in one way to make a scalar of it, and not in another
		}
		for _, k := range found {
			if (k.Effect == faults.Value || k.Effect == faults.Derivative) && !rightAllTheSame(d.Op) {
				t.Errorf("%s is right, and package faults says: %s", d.Name(), k.Problem)
			}
		}
	}
	if failures < 40 {
		t.Errorf("%d of %d cases fail: want some 80", failures, len(all))
	}
}

// rightAllTheSame are operations with faults that some data or settings do not
// show.
func rightAllTheSame(op string) bool {
	return slices.Contains([]string{"MaxPool1D", "MaxPool2D", "ByIndices", "Dropout"}, op)
}
