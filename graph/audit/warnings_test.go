package audit

import (
	"slices"
	"testing"

	"gradtwin"
	"gradtwin/graph/faults"
)

// differentiable are the rows of the cases that have a gradient, by their names.
func differentiable(t *testing.T) (rows []Row, cases map[string]*testCase) {
	cases = named()
	return slices.DeleteFunc(OfType(everything(t), TypeOperation),
		func(r Row) bool { return cases[r.Name()].Design != "" }), cases
}

// Every operation that the audit finds wrong on the tape machine is known to
// package faults, and of none that is right does it say anything. What ends in an
// error or a panic is told by that.
func TestWrapWarns(t *testing.T) {
	rows, cases := differentiable(t)
	t.Parallel()
	allowed := map[string]string{
		"MaxPool1D": "the same node as AveragePool1D",
		"MaxPool2D": "the same node as AveragePool1D, when its kernel has one row",
		"ByIndices": "right for some indices",
		"Max":       "at a tie, a subgradient element by element and not along lines",
	}
	warned, right := map[string]bool{}, map[string]bool{}
	shown := map[string]bool{} // the problems of what fails
	checked := 0
	for _, r := range rows {
		c := cases[r.Name()]
		if r.Tape() != Right {
			for _, k := range c.known() {
				shown[k.Problem] = true
			}
		}
		if r.Tape().Failure() && len(c.known()) == 0 {
			t.Errorf("%s: %v: package faults says nothing of it", c.Name(), r.Shown())
		}
		warnings, wrapped := warningsOf(c)
		if r.Tape() == Right {
			right[r.Op] = true
		}
		if !wrapped {
			continue
		}
		checked++
		if len(warnings) > 0 {
			warned[r.Op] = true
		}
		verdict := r.Tape()
		if (verdict == WrongGradient || verdict == WrongValue) && len(warnings) == 0 {
			t.Errorf("%s: %v, and Wrap does not warn", c.Name(), r.Shown())
		}
		if verdict == Right && len(warnings) > 0 && allowed[r.Op] == "" {
			t.Errorf("%s is right, and Wrap warns: %v", c.Name(), warnings)
		}
	}
	// What shapes or values show that the catalogue has not: the fuzzer's, and
	// TestFaults' of package graph.
	elsewhere := []string{"Max at ties", "Slice of one element", "ConvType", "DiagFlat"}
	for _, k := range faults.Table() {
		if !shown[k.Problem] && !slices.Contains(elsewhere, k.Name()) {
			t.Errorf("%s, %s: no variant fails with it: give the catalogue one that does, and one beside it that is right",
				k.Name(), k.Problem)
		}
	}
	if checked < len(rows)/2 {
		t.Errorf("%d of %d cases could be wrapped", checked, len(rows))
	}
	for _, op := range []string{"Tanh", "Mul", "Conv2d", "Add", "Transpose", "Concat", "Reshape"} {
		if !right[op] || warned[op] {
			t.Errorf("%s: right %v, warned of %v", op, right[op], warned[op])
		}
	}
}

// warningsOf wraps Σ w·y. Where that cannot be built there is nothing to warn
// of: the user sees the error.
func warningsOf(c *testCase) (warnings []gradtwin.Fault, wrapped bool) {
	w, _, err := c.wrap(0)
	if err != nil {
		return nil, false
	}
	return w.Faults(), true
}
