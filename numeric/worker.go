package numeric

import (
	"context"
	"slices"

	"gradtwin/internal/simd"
)

// worker computes units, one after the other, in its own memory.
type worker struct {
	lanes
	start func()    // takes a call and works on it, in a goroutine of its own
	calls chan call // of one element
	sums  []float64 // the formula's of the losses, for each distinct input
	mem   scratch
}

// call is what a worker's goroutine is started for. A function with arguments
// behind go would cost memory at each start.
type call struct {
	ctx context.Context
	run *run
}

func newWorker(m *model) *worker {
	w := &worker{lanes: newLanes(m), calls: make(chan call, 1)}
	w.start = func() {
		c := <-w.calls
		w.work(c.ctx, c.run, nil)
		c.run.unfinished.Done()
	}
	return w
}

// reserve makes room for all weights of a unit.
func (w *worker) reserve(p *plan) {
	most := slices.Max(w.spec.Layers) + 2 // the bias, and the 0 of a one-sided formula
	w.losses = resize(w.losses, p.groups(most))
	w.sums = resize(w.sums, len(w.losses)*p.perGroup)
	w.mem.distinct = resize(w.mem.distinct, most)
	w.mem.table = resize(w.mem.table, 4*most)
}

// work prepares rows until there are no more, waits for the other workers, and
// computes units until there are no more; or until the call is cancelled.
func (w *worker) work(ctx context.Context, r *run, report *reporter) {
	for i := r.nextRow.take(); i < len(r.rows) && ctx.Err() == nil; i = r.nextRow.take() {
		r.prepareRow(w.model, i, &w.mem)
	}
	r.unprepared.Done()
	r.unprepared.Wait()
	for i := r.nextUnit.take(); i < len(w.units) && ctx.Err() == nil; i = r.nextUnit.take() {
		u := w.units[i]
		if wanted := r.wanted[u.layer]; wanted.from < wanted.to {
			w.unit(ctx, r, u)
		}
		r.done.Add(int64(w.spec.Layers[u.layer] + 1))
		report.about(r)
	}
}

// unit adds the differences by one unit's weights and bias, of the rows in
// their order, to its column. After the batch's last rows it makes the
// derivatives of them. A cancelled call ends anywhere.
func (w *worker) unit(ctx context.Context, r *run, u unit) {
	column := r.columns[u.offset:][:w.spec.Layers[u.layer]+1]
	if r.first == 0 {
		clear(column)
	}
	for i := range r.rows {
		if ctx.Err() != nil {
			return
		}
		row := &r.rows[i]
		if in := &row.layers[u.layer].inputs; w.sumLosses(&r.plan, row, u, in) {
			for _, s := range in.slots {
				column[s.input] += w.sums[s.distinct]
			}
		}
	}
	if r.isLast() {
		over := r.plan.stencil.divisor * r.plan.h * float64(r.batch.Len())
		for i, sum := range column {
			if sum != 0 { // as many inputs' are
				column[i] = sum / over
			}
		}
	}
}

// sumLosses sets sums to the formula's sums of the row's losses, for each distinct
// input of the unit. It returns false when they are all 0.
func (w *worker) sumLosses(p *plan, row *row, u unit, in *inputs) bool {
	layer := &row.layers[u.layer]
	if len(in.changes) == 0 {
		return false
	}
	w.losses = resize(w.losses, len(in.changes))
	switch {
	case u.layer < len(row.layers)-1:
		if layer.Act == simd.ReLU && layer.Z[u.number] <= -in.reach {
			return false
		}
		for from := 0; from < len(in.changes); from += w.chunk {
			to := min(from+w.chunk, len(in.changes))
			w.hidden(w.losses[from:to], in.changes[from:to], row, u)
		}
	case in.reach <= simd.LogitReach:
		w.logit(in.changes, row, u.number)
	default:
		w.farLogit(in.changes, row, u.number)
	}
	w.combine(p)
	return true
}

// combine sets sums from the losses.
func (w *worker) combine(p *plan) {
	w.sums = resize(w.sums, len(w.losses)*p.perGroup)
	if p.stencil.central() {
		const half = simd.Width / 2
		for g := range w.losses {
			out, losses := (*[half]float64)(w.sums[g*half:]), &w.losses[g]
			for i := range out {
				out[i] = losses[i] - losses[i+half]
			}
		}
		return
	}
	var d [maxSizes]float64
	for g := range w.losses {
		for i := range p.perGroup {
			for k := range p.stencil.weights {
				if p.stencil.oneSided {
					d[k] = w.losses[g][k*p.perGroup+i] - w.losses[0][0] // the first value is 0
				} else {
					d[k] = w.losses[g][2*k*p.perGroup+i] - w.losses[g][(2*k+1)*p.perGroup+i]
				}
			}
			w.sums[g*p.perGroup+i] = p.stencil.sum(d[:])
		}
	}
}
