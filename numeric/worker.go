package numeric

import (
	"context"
	"slices"

	"gradtwin/internal/simd"
)

// worker computes units, one after the other, in its own memory.
type worker struct {
	engine        *incremental
	start         func()          // takes a call and works on it, in a goroutine of its own
	calls         chan call       // of one element
	losses        []simd.Group    // of a row, under each change of a unit's input
	withH, with2H []float64       // the formula's sums of them, for each distinct input
	buffers       [3][]simd.Group // layers under a chunk of the changes
	logits        []float64
	scales        []float64 // of the steps of a unit's weights, where they are not all 1
	own           inputs    // of such a unit
	mem           scratch
}

// call is what a worker's goroutine is started for. A function with arguments
// behind go would cost memory at each start.
type call struct {
	ctx context.Context
	run *run
}

func newWorker(e *incremental) *worker {
	w := &worker{engine: e, calls: make(chan call, 1)}
	w.start = func() {
		c := <-w.calls
		w.work(c.ctx, c.run, nil)
		c.run.unfinished.Done()
	}
	widest := slices.Max(e.spec.Layers[1:])
	for i := range w.buffers {
		w.buffers[i] = make([]simd.Group, e.chunk*widest)
	}
	w.logits = make([]float64, widest)
	return w
}

// reserve makes room for all weights of a unit.
func (w *worker) reserve(p *plan) {
	most := slices.Max(w.engine.spec.Layers) + 2 // the bias, and the 0 of a one-sided formula
	w.losses = resize(w.losses, p.groups(most))
	w.withH = resize(w.withH, len(w.losses)*p.values)
	w.with2H = resize(w.with2H, len(w.losses)*p.values)
	w.mem.values = resize(w.mem.values, most)
	w.mem.table = resize(w.mem.table, 4*most)
	if p.scheme.relative {
		w.own.reserve(most-2, p)
		w.scales = resize(w.scales, most)
	}
}

// work prepares rows until there are no more, waits for the other workers, and
// computes units until there are no more; or until the call is cancelled.
func (w *worker) work(ctx context.Context, r *run, report *reporter) {
	for i := r.nextRow.take(); i < len(r.rows) && ctx.Err() == nil; i = r.nextRow.take() {
		w.engine.prepareRow(r, i, &w.mem)
	}
	r.unprepared.Done()
	r.unprepared.Wait()
	for i := r.nextUnit.take(); i < len(w.engine.units) && ctx.Err() == nil; i = r.nextUnit.take() {
		u := w.engine.units[i]
		if wanted := r.wanted[u.layer]; wanted.from < wanted.to {
			w.unit(ctx, r, u)
		}
		r.done.Add(int64(w.engine.spec.Layers[u.layer] + 1))
		report.about(r)
	}
}

// unit adds the differences by one unit's weights and bias, of the rows in
// their order, to its column. After the batch's last rows it makes the
// derivatives of them, and their estimated errors. A cancelled call ends
// anywhere.
func (w *worker) unit(ctx context.Context, r *run, u unit) {
	size := w.engine.spec.Layers[u.layer] + 1
	column, errs := r.columns[u.offset:][:size], []float64(nil)
	if r.plan.scheme.errors {
		errs = r.columnErrs[u.offset:][:size]
	}
	if r.first == 0 {
		clear(column)
		clear(errs)
	}
	scaled := r.plan.scheme.relative && w.findScales(r.plan.scheme, u)
	for i := range r.rows {
		if ctx.Err() != nil {
			return
		}
		row := &r.rows[i]
		layer := &row.layers[u.layer]
		in := &layer.inputs
		if scaled {
			in = &w.own
			in.fill(layer.below, w.scales, r.wanted[u.layer], &r.plan, &w.mem)
		}
		if !w.differ(&r.plan, row, u, in) {
			continue
		}
		for _, s := range in.slots {
			column[s.input] += w.withH[s.value]
		}
		if errs != nil {
			for _, s := range in.slots {
				errs[s.input] += w.with2H[s.value]
			}
		}
	}
	if r.last() {
		w.derive(r, column, errs, scaled)
	}
}

// derive makes derivatives of a column's differences, and estimated errors.
func (w *worker) derive(r *run, column, errs []float64, scaled bool) {
	s, rows := r.plan.scheme, float64(r.batch.Len())
	off := r.earlierNoise
	for i := range r.rows {
		off += r.rows[i].noise
	}
	off /= rows
	for i := range column {
		h := s.h
		if scaled {
			h *= w.scales[i]
		}
		over := s.stencil.divisor * h * rows
		column[i] /= over
		if errs != nil {
			errs[i] = s.stencil.errorOf(column[i], errs[i]/(2*over), h, off)
		}
	}
}

// findScales finds the scales of the steps of a unit's weights and bias, and
// tells whether any is not 1.
func (w *worker) findScales(s scheme, u unit) bool {
	e := w.engine
	in, out := e.spec.Layers[u.layer], e.spec.Layers[u.layer+1]
	weights := e.params.W(u.layer)
	w.scales = resize(w.scales, in+1)
	scaled := false
	for i := range w.scales {
		v := e.params.B(u.layer)[u.number]
		if i < in {
			v = weights[i*out+u.number]
		}
		w.scales[i] = s.scale(v)
		scaled = scaled || w.scales[i] != 1
	}
	return scaled
}

// differ sets withH and with2H to the formula's sums with step h and 2h of the
// row's losses, for each distinct input of the unit. It returns false when they
// are all 0.
func (w *worker) differ(p *plan, row *row, u unit, in *inputs) bool {
	layer := &row.layers[u.layer]
	if len(in.steps) == 0 {
		return false
	}
	w.losses = resize(w.losses, len(in.steps))
	switch {
	case u.layer < len(row.layers)-1:
		if layer.Act == simd.ReLU && layer.Z[u.number] <= -in.reach {
			return false
		}
		chunk := w.engine.chunk
		for from := 0; from < len(in.steps); from += chunk {
			to := min(from+chunk, len(in.steps))
			w.hidden(w.losses[from:to], in.steps[from:to], row, u)
		}
	case in.reach <= simd.LogitReach:
		w.logit(in.steps, row, u.number)
	default:
		w.farLogit(in.steps, row, u.number)
	}
	w.combine(p)
	return true
}

// combine sets withH and with2H from the losses.
func (w *worker) combine(p *plan) {
	w.withH = resize(w.withH, len(w.losses)*p.values)
	if p.scheme.central() {
		const half = simd.Width / 2
		for g := range w.losses {
			out, losses := (*[half]float64)(w.withH[g*half:]), &w.losses[g]
			for i := range out {
				out[i] = losses[i] - losses[i+half]
			}
		}
		return
	}
	w.with2H = resize(w.with2H, len(w.withH))
	stencil := &p.scheme.stencil
	var d [maxSizes]float64
	for g := range w.losses {
		for i := range p.values {
			for k := range p.scheme.sizes() {
				if stencil.oneSided {
					d[k] = w.losses[g][k*p.values+i] - w.losses[0][0] // the first value is 0
				} else {
					d[k] = w.losses[g][2*k*p.values+i] - w.losses[g][(2*k+1)*p.values+i]
				}
			}
			w.withH[g*p.values+i] = stencil.sum(d[:])
			if p.scheme.errors {
				w.with2H[g*p.values+i] = stencil.sum(d[1:])
			}
		}
	}
}
