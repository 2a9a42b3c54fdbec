package numeric

import (
	"context"

	"gradtwin"
)

// incremental is the engine that recomputes only what a change of one
// parameter reaches: see the package comment.
//
// The work is cut into the network's units: all weights of one unit, with its
// bias. A unit's differences are summed over the rows in their order by one
// worker, so the result has the same bits for any number of workers.
type incremental struct {
	*model
	workers []*worker
	run     *run // the last call, whose memory the next one takes
}

func newIncremental(m *model, workers int) *incremental {
	e := &incremental{model: m, run: newRun(m.spec)}
	for range min(workers, len(e.units)) {
		e.workers = append(e.workers, newWorker(e.model))
	}
	return e
}

// begin starts a call for the parameters from from to to−1. All memory that it
// can need is there when it returns, whatever the batch's values.
func (e *incremental) begin(from, to int, b gradtwin.Batch, p plan) *run {
	r := e.run
	r.begin(e.model, from, to, b, p)
	for _, w := range e.workers {
		w.reserve(&r.plan)
	}
	return r
}

// gradient writes the derivatives of the batch's loss by the parameters from
// from on to dst, as many as it has. The batch must be valid.
func (e *incremental) gradient(ctx context.Context, dst []float64, from int, b gradtwin.Batch, p plan,
	progress func(done, total int)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := e.begin(from, from+len(dst), b, p)
	report := reporter{progress: progress}
	for at := 0; at < b.Len(); at += rowsAtOnce {
		r.take(at, min(at+rowsAtOnce, b.Len()))
		r.unprepared.Add(len(e.workers))
		r.unfinished.Add(len(e.workers) - 1)
		for _, w := range e.workers[1:] {
			w.calls <- call{ctx, r}
			go w.start()
		}
		e.workers[0].work(ctx, r, &report)
		r.unfinished.Wait()
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	transpose(dst, from, e.spec, r.wanted, r.columns)
	report.about(r)
	return ctx.Err()
}
