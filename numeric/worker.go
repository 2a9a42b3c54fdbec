package numeric

import (
	"gradtwin/internal/simd"
)

// worker computes units, one after the other, in its own memory.
type worker struct {
	*incremental
	start   func()          // runs the worker in its own goroutine
	losses  []simd.Group    // of a row, under each change of a unit's input
	diff    []float64       // f(θ+h) − f(θ−h) of a row, for each distinct input
	buffers [3][]simd.Group // layers under a chunk of the changes
	logits  []float64
}

func newWorker(e *incremental) *worker {
	w := &worker{incremental: e}
	w.start = func() {
		w.run(nil)
		w.unfinished.Done()
	}
	return w
}

// run takes units until there are no more or the call is cancelled.
func (w *worker) run(progress func(done, total int)) {
	for {
		i := int(w.next.Add(1)) - 1
		if i >= len(w.units) {
			return
		}
		u := w.units[i]
		column := w.columns[u.offset:][:w.spec.Layers[u.layer]+1]
		if !w.unit(u, column) {
			return
		}
		done := int(w.done.Add(int64(len(column))))
		// The last one is reported when all workers have ended.
		if progress != nil && done < len(w.columns) {
			progress(done, len(w.columns))
		}
	}
}

// unit sets column to the differences of one unit's weights and bias. It
// returns false when the call was cancelled.
func (w *worker) unit(u unit, column []float64) bool {
	clear(column)
	for r := range w.rows {
		if w.ctx.Err() != nil {
			return false
		}
		row := &w.rows[r]
		if w.differ(row, u) {
			for _, s := range row.layers[u.layer].inputs.slots {
				column[s.input] += w.diff[s.value]
			}
		}
	}
	scale := 2 * w.h * float64(len(w.rows))
	for i := range column {
		column[i] /= scale
	}
	return true
}

// differ sets diff to the row's f(θ+h) − f(θ−h) for each distinct input of the
// unit. It returns false when they are all 0.
func (w *worker) differ(row *row, u unit) bool {
	layer := &row.layers[u.layer]
	in := &layer.inputs
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
		w.logit(row, u.number)
	default:
		w.farLogit(row, u.number)
	}
	w.diff = resize(w.diff, len(w.losses)*pairs)
	for g := range w.losses {
		for p := range pairs {
			w.diff[g*pairs+p] = w.losses[g][p] - w.losses[g][p+pairs]
		}
	}
	return true
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

// logit sets losses to the row's loss under each change of logit c.
func (w *worker) logit(row *row, c int) {
	layer := &row.layers[len(row.layers)-1]
	simd.LossOne(w.losses, layer.inputs.steps, row.logits[c], w.spec.Delta)
	for g := range w.losses {
		for p, loss := range w.losses[g] {
			if loss > farLoss {
				w.losses[g][p] = w.changedLogit(row, c, layer.inputs.steps[g][p])
			}
		}
	}
}

// farLogit is logit for changes of any size.
func (w *worker) farLogit(row *row, c int) {
	for g, steps := range row.layers[len(row.layers)-1].inputs.steps {
		for p, d := range steps {
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
