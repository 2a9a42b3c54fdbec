package audit

import (
	"context"
	"os/exec"
	"slices"
)

// perOperation is how many shapes are drawn for every operation, and moreOfFailing
// how many more of one that fails.
const (
	perOperation  = 15
	moreOfFailing = 45
)

// Condition says when an operation fails in one way: which features those of the
// drawn cases have that fail so, and those that are right have not.
type Condition struct {
	Type     string   `json:"type"` // condition
	Op       string   `json:"op"`
	Kind     string   `json:"kind"`             // wrong value, wrong gradient, or error or panic
	Failing  int      `json:"failing"`          // how many drawn cases fail in this way
	Cases    int      `json:"cases"`            // these and the right ones
	When     string   `json:"when"`             // as in "p > 2 and rank = 3"; empty where no few features say it
	Missed   int      `json:"missed,omitempty"` // how many fail although When does not hold
	Smallest string   `json:"smallest"`         // the smallest case that fails, as Row.Variant
	Code     string   `json:"code"`             // as Row.Code
	Outcome  Outcome  `json:"outcome"`          // of the smallest case
	Known    []string `json:"known,omitempty"`  // the known faults of the failing cases
}

// Fuzz draws cases with random shapes and settings for each operation that only
// accepts, more for one that fails, and runs them in worker processes as Run does.
// It returns them, and for each kind of failure of an operation the condition and the
// smallest case. The same seed draws the same cases.
func Fuzz(
	ctx context.Context, worker func(context.Context) *exec.Cmd, seed uint64, only func(op string) bool,
) ([]Row, []Condition, error) {
	return fuzz(generators(), inWorkers(ctx, worker), seed, only)
}

func fuzz(all []generator, run runner, seed uint64, only func(op string) bool) ([]Row, []Condition, error) {
	drawn := make([][]drawnCase, len(all)) // of each generator
	draw := func(from, to int, of func(k int) bool) error {
		var more []drawnCase
		for k, g := range all {
			for i := from; i < to && of(k); i++ {
				more = append(more, g.drawFrom(seed, k, i))
			}
		}
		if err := run(more); err != nil {
			return err
		}
		for _, d := range more {
			drawn[d.generator] = append(drawn[d.generator], d)
		}
		return nil
	}
	fails := func(k int) bool {
		return slices.ContainsFunc(drawn[k], func(d drawnCase) bool { return d.kind() != "" })
	}
	if err := draw(0, perOperation, func(k int) bool { return only(all[k].op) }); err != nil {
		return nil, nil, err
	}
	if err := draw(perOperation, perOperation+moreOfFailing, fails); err != nil {
		return nil, nil, err
	}
	var rows []Row
	var conditions []Condition
	var groups []group
	for _, of := range drawn {
		known := map[string][]string{} // by kind
		for _, d := range of {
			r := d.row()
			r.Type, r.Outcomes = TypeFuzz, []Outcome{d.Outcome}
			if kind := d.kind(); kind != "" {
				for _, k := range d.known() {
					r.Known = append(r.Known, k.Problem)
				}
				known[kind] = union(known[kind], r.Known)
			}
			rows = append(rows, r)
		}
		for _, kind := range kinds {
			g := group{kind: kind}
			for _, d := range of {
				g.add(d)
			}
			if n := len(g.failing); n > 0 {
				groups = append(groups, g)
				conditions = append(conditions, Condition{Type: "condition", Op: of[0].Op, Kind: kind, Failing: n,
					Cases: n + len(g.right), Known: known[kind]})
			}
		}
	}
	if err := shrink(groups, all, run); err != nil {
		return nil, nil, err
	}
	for k, g := range groups {
		c, s := &conditions[k], g.smallest
		c.When, c.Missed = when(g.failing, g.right, c.Failing)
		c.Smallest, c.Code, c.Outcome = s.Variant, s.Code, s.Outcome
	}
	return rows, conditions, nil
}

// union returns the texts of a, and those of b that are not among them.
func union(a, b []string) []string {
	for _, s := range b {
		if !slices.Contains(a, s) {
			a = append(a, s)
		}
	}
	return a
}
