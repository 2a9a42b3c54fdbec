package audit

import (
	"testing"

	"gorgonia.org/gorgonia"

	"gradtwin/graph"
)

// graph.Wrap warns of what fails on the tape machine, and of nothing that is
// always right. What it cannot see is listed: the functions that are made of
// right operations in a wrong way, and what cannot be built or wrapped.
func TestWrapWarns(t *testing.T) {
	unseen := map[string]string{
		"LogSumExp":     "composed of right operations",
		"Norm":          "composed of right operations; wrong for negative elements",
		"AveragePool1D": "is a MaxPool2D node",
		"MaxPool2D":     "asymmetric padding",
		"MinBetween":    "an error",
		"MaxBetween":    "an error",
	}
	rows, err := Run(t.Context(), worker(t), func(c *Case) bool { return c.Design == "" })
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]Case{}
	for _, c := range Catalogue() {
		cases[c.Name()] = c
	}
	warned, right := map[string]bool{}, map[string]bool{}
	checked := 0
	for _, r := range rows {
		c := cases[r.Op+" ("+r.Variant+")"]
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
		if r.Tape().Failure() && len(warnings) == 0 && unseen[r.Op] == "" {
			t.Errorf("%s: %v, and Wrap does not warn", c.Name(), r.Shown())
		}
	}
	if checked < len(rows)/2 {
		t.Errorf("%d of %d cases could be wrapped", checked, len(rows))
	}
	for _, op := range []string{"Tanh", "Mul", "Conv2d", "Add", "Transpose", "Concat", "GroupNorm"} {
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
	in := make([]Array, len(c.In))
	for k := range in {
		in[k] = c.In[k].array(k)
	}
	leaves, _, y, err := c.build(gorgonia.NewGraph(), in, TapeLeaf)
	if err != nil {
		return nil, false
	}
	cost, err := c.cost(leaves, y, TapeLeaf, way{})
	if err != nil {
		return nil, false
	}
	w, err := graph.Wrap(cost, leaves...)
	if err != nil {
		return nil, false
	}
	return w.Warnings(), true
}
