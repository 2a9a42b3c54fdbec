package audit

import (
	"context"
	"os/exec"
)

// perOperation is how many shapes are drawn for every operation.
const perOperation = 30

// drawnCase is a case that a generator drew, and its outcome.
type drawnCase struct {
	testCase
	Outcome Outcome
}

// Fuzz draws cases with random shapes and settings, a fixed number for each
// operation that only accepts, and runs them in worker processes as Run does. The
// same seed from draws the same cases.
func Fuzz(
	ctx context.Context, worker func(context.Context) *exec.Cmd, from uint64, only func(op string) bool,
) (rows []Row, err error) {
	all, err := drawn(ctx, worker, seed(from), perOperation, only)
	for _, d := range all {
		r := d.row()
		r.Type, r.Outcomes = TypeFuzz, []Outcome{d.Outcome}
		if r.Fails() {
			for _, k := range d.known() {
				r.Known = append(r.Known, k.Problem)
			}
		}
		rows = append(rows, r)
	}
	return rows, err
}

// drawn draws n cases of each generator and runs them.
func drawn(
	ctx context.Context, worker func(context.Context) *exec.Cmd, from seed, n int, only func(op string) bool,
) (all []drawnCase, err error) {
	var jobs []job
	for k, g := range generators() {
		for i := 0; i < n && only(g.op); i++ {
			all = append(all, drawnCase{testCase: g.draw(from, k, i)})
			jobs = append(jobs, job{k, i, &from})
		}
	}
	outcomes, err := runJobs(ctx, worker, jobs)
	if err != nil {
		return nil, err
	}
	for k, o := range outcomes {
		all[k].Outcome = o
	}
	return all, nil
}
