package numeric

import (
	"gradtwin/internal/simd"
)

// worker computes units, one after the other, in its own memory.
type worker struct {
	*incremental
	start         func()          // runs the worker in its own goroutine
	losses        []simd.Group    // of a row, under each change of a unit's input
	withH, with2H []float64       // the formula's sums of them, for each distinct input
	buffers       [3][]simd.Group // layers under a chunk of the changes
	logits        []float64
	scales        []float64 // of the steps of a unit's weights, where they are not all 1
	own           inputs    // of such a unit
	table         []int32   // hash table of inputs
}

func newWorker(e *incremental) *worker {
	w := &worker{incremental: e}
	w.start = func() {
		w.run()
		w.unfinished.Done()
	}
	return w
}

// run prepares rows until there are no more, waits for the other workers, and
// computes units until there are no more; or until the call is cancelled.
func (w *worker) run() {
	for r := w.nextRow.take(); r < len(w.rows) && w.ctx.Err() == nil; r = w.nextRow.take() {
		w.prepareRow(r, &w.table)
	}
	w.unprepared.Done()
	w.unprepared.Wait()
	for i := w.nextUnit.take(); i < len(w.units) && w.ctx.Err() == nil; i = w.nextUnit.take() {
		u := w.units[i]
		if wanted := w.wanted[u.layer]; wanted.from < wanted.to {
			w.unit(u)
		}
		w.done.Add(int64(w.spec.Layers[u.layer] + 1))
		if w == w.workers[0] { // which runs in the caller's goroutine
			w.report()
		}
	}
}

// unit adds the differences by one unit's weights and bias, of the rows in
// their order, to its column. After the batch's last rows it makes the
// derivatives of them, and their estimated errors. A cancelled call ends
// anywhere.
func (w *worker) unit(u unit) {
	size := w.spec.Layers[u.layer] + 1
	column, errs := w.columns[u.offset:][:size], []float64(nil)
	if w.errors {
		errs = w.columnErrs[u.offset:][:size]
	}
	if w.firstRows {
		clear(column)
		clear(errs)
	}
	scaled := w.relative && w.findScales(u)
	for r := range w.rows {
		if w.ctx.Err() != nil {
			return
		}
		row := &w.rows[r]
		layer := &row.layers[u.layer]
		in := &layer.inputs
		if scaled {
			in = &w.own
			in.fill(layer.below, w.scales, w.wanted[u.layer], w.plan, &w.table)
		}
		if !w.differ(row, u, in) {
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
	if !w.lastRows {
		return
	}
	off := w.earlierNoise
	for r := range w.rows {
		off += w.rows[r].noise
	}
	off /= float64(w.batchRows)
	for i := range column {
		h := w.h
		if scaled {
			h *= w.scales[i]
		}
		over := w.divisor * h * float64(w.batchRows)
		column[i] /= over
		if errs != nil {
			errs[i] = w.errorOf(column[i], errs[i]/(2*over), h, off)
		}
	}
}

// findScales finds the scales of the steps of a unit's weights and bias, and
// tells whether any is not 1.
func (w *worker) findScales(u unit) bool {
	in, out := w.spec.Layers[u.layer], w.spec.Layers[u.layer+1]
	weights := w.params.W(u.layer)
	w.scales = resize(w.scales, in+1)
	scaled := false
	for i := range w.scales {
		v := w.params.B(u.layer)[u.number]
		if i < in {
			v = weights[i*out+u.number]
		}
		w.scales[i] = w.scale(v)
		scaled = scaled || w.scales[i] != 1
	}
	return scaled
}

// differ sets withH and with2H to the formula's sums with step h and 2h of the
// row's losses, for each distinct input of the unit. It returns false when they
// are all 0.
func (w *worker) differ(row *row, u unit, in *inputs) bool {
	layer := &row.layers[u.layer]
	if len(in.steps) == 0 {
		return false
	}
	w.losses = resize(w.losses, len(in.steps))
	switch {
	case u.layer < w.spec.Affine()-1:
		if layer.Act == simd.ReLU && layer.Z[u.number] <= -in.reach {
			return false
		}
		for from := 0; from < len(in.steps); from += w.chunk {
			to := min(from+w.chunk, len(in.steps))
			w.hidden(w.losses[from:to], in.steps[from:to], row, u)
		}
	case in.reach <= simd.LogitReach:
		w.logit(in.steps, row, u.number)
	default:
		w.farLogit(in.steps, row, u.number)
	}
	w.combine()
	return true
}

// combine sets withH and with2H from the losses.
func (w *worker) combine() {
	w.withH = resize(w.withH, len(w.losses)*w.values)
	w.with2H = resize(w.with2H, len(w.losses)*w.values)
	if w.central() {
		const half = simd.Width / 2
		for g := range w.losses {
			out, losses := w.withH[g*half:(g+1)*half], &w.losses[g]
			for p := range out {
				out[p] = losses[p] - losses[p+half]
			}
		}
		return
	}
	var d [maxSizes]float64
	for g := range w.losses {
		for p := range w.values {
			for k := range w.sizes() {
				if w.oneSided {
					d[k] = w.losses[g][k*w.values+p] - w.losses[0][0] // the first value is 0
				} else {
					d[k] = w.losses[g][2*k*w.values+p] - w.losses[g][(2*k+1)*w.values+p]
				}
			}
			w.withH[g*w.values+p] = w.sum(d[:])
			if w.errors {
				w.with2H[g*w.values+p] = w.sum(d[1:])
			}
		}
	}
}

// hidden sets losses to the row's loss when the input of a hidden unit changes
// by each of the steps.
func (w *worker) hidden(losses, steps []simd.Group, row *row, u unit) {
	for i := range w.buffers {
		w.buffers[i] = resize(w.buffers[i], w.chunk*len(w.all))
	}
	groups, last := len(steps), w.spec.Affine()-1
	layer, above := &row.layers[u.layer], &row.layers[u.layer+1]
	delta := w.buffers[0][:groups]
	simd.Shift(delta, steps, layer.Act, layer.Z[u.number], layer.A[u.number])
	n, live := len(above.Z), above.Live
	now, spare := w.buffers[1], w.buffers[2]
	simd.Rise(now[:groups*len(live)], delta, above.Layer, w.params.W(u.layer + 1)[u.number*n:][:n])
	for m := u.layer + 2; m <= last; m++ {
		above = &row.layers[m]
		n = len(above.Z)
		simd.Product(spare[:groups*n], now[:groups*len(live)], above.Layer, w.params.W(m), live)
		now, spare, live = spare, now, w.all[:n]
	}
	simd.Loss(losses, now[:groups*n], spare, n, row.label, w.spec.Delta)
	for g := range losses {
		for p, loss := range losses[g] {
			if loss > farLoss {
				w.logits = resize(w.logits, n)
				for c := range w.logits {
					w.logits[c] = now[g*n+c][p]
				}
				losses[g][p] = rowLoss(w.logits, row.label, w.spec.Delta)
			}
		}
	}
}

// farLoss is what package simd computes losses up to. Only with a δ below
// e⁻⁷⁰⁰ can they be larger: such a loss is computed alone.
const farLoss = 700

// logit sets losses to the row's loss when logit c changes by each of the
// steps.
func (w *worker) logit(steps []simd.Group, row *row, c int) {
	simd.LossOne(w.losses, steps, row.logits[c], w.spec.Delta)
	for g := range w.losses {
		for p, loss := range w.losses[g] {
			if loss > farLoss {
				w.losses[g][p] = w.changedLogit(row, c, steps[g][p])
			}
		}
	}
}

// farLogit is logit for steps of any size.
func (w *worker) farLogit(steps []simd.Group, row *row, c int) {
	for g := range steps {
		for p, d := range steps[g] {
			w.losses[g][p] = w.changedLogit(row, c, d)
		}
	}
}

// changedLogit returns the row's loss when logit c changes by d.
func (w *worker) changedLogit(row *row, c int, d float64) float64 {
	w.logits = append(w.logits[:0], row.layers[len(row.layers)-1].Z...)
	w.logits[c] += d
	return rowLoss(w.logits, row.label, w.spec.Delta)
}
