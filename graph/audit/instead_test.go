package audit

import (
	"slices"
	"testing"

	"gradtwin/graph/faults"
)

// Every expression that package faults gives is right in every cell, and each
// of them is tried. A scalar cannot be transposed or cut, and to CTCLoss nothing
// can be added.
func TestInstead(t *testing.T) {
	rows := OfType(everything(t), TypeInstead)
	for _, r := range rows {
		for _, o := range r.Outcomes {
			optional := o.Cell == tapeTransposed.String() || o.Cell == tapeSliced.String() ||
				r.Op == "CTCLoss" && o.Cell == tapeTwice.String()
			if o.Verdict != Right && !(optional && o.Verdict == NotRun) {
				t.Errorf("%s, %s: %v", r.Name(), o.Cell, o)
			}
		}
		if r.Instead == "" {
			t.Errorf("%s: package faults gives no such expression", r.Name())
		}
	}
	for _, c := range insteads() {
		if warnings, _ := warningsOf(&c.testCase); len(warnings) > 0 {
			t.Errorf("%s (%s): Wrap warns: %v", c.fault, c.Variant, warnings)
		}
	}
	for _, k := range faults.Table() {
		if k.Instead != "" && !slices.ContainsFunc(rows, func(r Row) bool { return r.Op == k.Name() }) {
			t.Errorf("%s: nothing tries %s: add it to instead.go", k.Name(), k.Instead)
		}
	}
}
