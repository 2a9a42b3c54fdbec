package audit

import (
	"slices"
	"sync"
	"testing"

	"gorgonia.org/gorgonia"

	"gradtwin/graph"
	"gradtwin/graph/faults"
)

// differentiable audits all cases that have a gradient, once for all tests.
func differentiable(t *testing.T) ([]Row, error) {
	audited.Do(func() {
		cases := map[string]bool{}
		for _, c := range Catalogue() {
			cases[c.Name()] = c.Design == ""
		}
		audited.rows, audited.err = Run(t.Context(), worker(t),
			func(r Row) bool { return r.Type == TypeOperation && cases[r.Name()] })
	})
	return audited.rows, audited.err
}

var audited struct {
	sync.Once
	rows []Row
	err  error
}

// Every operation that the audit finds wrong on the tape machine is known to
// package faults, and of none that is right does it say anything. What ends in an
// error or a panic is told by that.
func TestWrapWarns(t *testing.T) {
	cases := map[string]Case{}
	for _, c := range Catalogue() {
		if c.Design == "" {
			cases[c.Name()] = c
		}
	}
	rows, err := differentiable(t)
	if err != nil {
		t.Fatal(err)
	}
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
		warnings, wrapped := warningsOf(&c)
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
			t.Errorf("%s is right, and Wrap warns: %q", c.Name(), warnings)
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
func warningsOf(c *Case) (warnings []string, wrapped bool) {
	defer func() {
		if recover() != nil {
			warnings, wrapped = nil, false
		}
	}()
	b, err := c.build(gorgonia.NewGraph(), c.arrays(0), TapeLeaf)
	if err != nil {
		return nil, false
	}
	cost, err := c.cost(b.leaves, b.result, TapeLeaf, way{})
	if err != nil {
		return nil, false
	}
	if c.Eval {
		gorgonia.NewTapeMachine(cost.Graph(), gorgonia.EvalMode()) // which switches all operations
	}
	w, err := graph.Wrap(cost, b.leaves...)
	if err != nil {
		return nil, false
	}
	return w.Warnings(), true
}
