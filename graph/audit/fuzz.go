package audit

import (
	"cmp"
	"context"
	"math/rand/v2"
	"os/exec"
	"slices"
)

// fuzzCells are those that each drawn case is run in: on the tape machine.
var fuzzCells = []Cell{Forward, TapeLeaf, TapeInner, TapeTwice}

// fuzzed returns the first failure of a drawn case, and otherwise its last
// outcome.
func (c *Case) fuzzed() (o Outcome) {
	for _, cell := range fuzzCells {
		if o = c.run(cell); o.Verdict.Failure() {
			break
		}
	}
	return o
}

// TypeFuzz is the type of rows that the fuzzer drew.
const TypeFuzz = "fuzz"

// drawnCase is a case that a generator drew.
type drawnCase struct {
	generator int
	choices   string
	Case
	Outcome Outcome
}

// row has the one outcome.
func (d *drawnCase) row() Row {
	r := d.Case.row()
	r.Type, r.Outcomes = TypeFuzz, []Outcome{d.Outcome}
	return r
}

// class is the kind of the failure.
func (d *drawnCase) class() failureClass {
	switch d.Outcome.Verdict {
	case WrongValue:
		return valueClass
	case Zero, WrongGradient:
		return gradientClass
	case Failed, Panicked:
		return errorClass
	}
	return noFailure
}

// failureClass is a kind of failures that one condition is looked for.
type failureClass string

const (
	noFailure     failureClass = ""
	valueClass    failureClass = "wrong value"
	gradientClass failureClass = "wrong gradient"
	errorClass    failureClass = "error or panic"
)

// perOperation is how many shapes are drawn for every operation, moreOfFailing how
// many more for one that has failed: the conditions are found from these.
const (
	perOperation  = 15
	moreOfFailing = 45
)

// Fuzzing is what the fuzzer found.
type Fuzzing struct {
	Rows       []Row       // of all cases drawn
	Conditions []Condition // of each operation and kind of failure
}

// Fuzz draws cases of every operation that only accepts, of random shapes and
// settings, from a seed, and runs them in workers as Run does.
func Fuzz(
	ctx context.Context, worker func(context.Context) *exec.Cmd, seed uint64, only func(op string) bool,
) (Fuzzing, error) {
	var all []drawnCase
	draw := func(n, from int, of func(generator int) bool) {
		for k, g := range generators() {
			if !only(g.op) || !of(k) {
				continue
			}
			for i := from; i < from+n; i++ {
				all = append(all, drawCase(k, g, seed, i))
			}
		}
	}
	draw(perOperation, 0, func(int) bool { return true })
	if err := runDrawn(ctx, worker, all); err != nil {
		return Fuzzing{}, err
	}
	first := len(all)
	draw(moreOfFailing, perOperation, func(k int) bool {
		return slices.ContainsFunc(all[:first],
			func(d drawnCase) bool { return d.generator == k && d.Outcome.Verdict.Failure() })
	})
	if err := runDrawn(ctx, worker, all[first:]); err != nil {
		return Fuzzing{}, err
	}
	slices.SortStableFunc(all, func(a, b drawnCase) int { return cmp.Compare(a.generator, b.generator) })
	var f Fuzzing
	for k := range all {
		f.Rows = append(f.Rows, all[k].row())
	}
	var err error
	f.Conditions, err = conditions(ctx, worker, all)
	return f, err
}

// drawCase draws case i of a generator.
func drawCase(k int, g generator, seed uint64, i int) drawnCase {
	c := &choices{random: rand.New(rand.NewPCG(seed, uint64(k)<<32|uint64(i)))}
	d := drawnCase{generator: k, Case: g.draw(c)}
	d.choices = c.String()
	return d
}

// runDrawn sets the outcomes.
func runDrawn(ctx context.Context, worker func(context.Context) *exec.Cmd, all []drawnCase) error {
	var jobs []job
	for _, d := range all {
		jobs = append(jobs, job{Subject: d.generator, Choices: d.choices})
	}
	outcomes, err := runJobs(ctx, worker, jobs)
	if err != nil {
		return err
	}
	for k := range all {
		all[k].Outcome = outcomes[k]
	}
	return nil
}

// shrink makes each failing case as small as it can be and fail in the same way:
// it tries smaller choices, one at a time.
func shrink(ctx context.Context, worker func(context.Context) *exec.Cmd, failing []drawnCase) error {
	drawn := generators()
	seen := map[string]bool{}
	for {
		var candidates []drawnCase
		var of []int
		for k := range failing {
			for _, choices := range smaller(failing[k].choices) {
				d := drawnCase{generator: failing[k].generator, choices: choices}
				if key := string(rune(k)) + choices; seen[key] {
					continue
				} else {
					seen[key] = true
				}
				c := parseChoices(choices)
				d.Case = drawn[d.generator].draw(c)
				d.choices = c.String()
				if d.elements() <= failing[k].elements() {
					candidates, of = append(candidates, d), append(of, k)
				}
			}
		}
		if len(candidates) == 0 {
			return nil
		}
		if err := runDrawn(ctx, worker, candidates); err != nil {
			return err
		}
		changed := false
		for i, d := range candidates {
			f := &failing[of[i]]
			if d.class() == f.class() && simpler(&d, f) {
				*f, changed = d, true
			}
		}
		if !changed {
			return nil
		}
	}
}

// simpler reports whether a case is simpler than another: it has fewer elements,
// or as many from smaller choices.
func simpler(a, b *drawnCase) bool {
	total := func(d *drawnCase) (n int) {
		for _, v := range parseChoices(d.choices).values {
			n += v
		}
		return n
	}
	return cmp.Or(cmp.Compare(a.elements(), b.elements()), cmp.Compare(total(a), total(b))) < 0
}

// smaller returns choices with one of them smaller.
func smaller(s string) (out []string) {
	c := parseChoices(s)
	for k, v := range c.values {
		for _, w := range []int{0, v / 2, v - 1} {
			if w >= 0 && w < v {
				less := choices{values: slices.Clone(c.values)}
				less.values[k] = w
				if text := less.String(); !slices.Contains(out, text) {
					out = append(out, text)
				}
			}
		}
	}
	return out
}
