package numeric

import "gradtwin/internal/simd"

// hidden sets losses to the row's loss when the input of a hidden unit changes
// by each of the steps.
func (w *worker) hidden(losses, steps []simd.Group, row *row, u unit) {
	e := w.engine
	groups, last := len(steps), len(row.layers)-1
	layer, above := &row.layers[u.layer], &row.layers[u.layer+1]
	delta := w.buffers[0][:groups]
	simd.Shift(delta, steps, layer.Act, layer.Z[u.number], layer.A[u.number])
	n, live := len(above.Z), above.Live
	now, spare := w.buffers[1], w.buffers[2]
	simd.Rise(now[:groups*len(live)], delta, above.Layer, e.params.W(u.layer + 1)[u.number*n:][:n])
	for m := u.layer + 2; m <= last; m++ {
		above = &row.layers[m]
		n = len(above.Z)
		simd.Product(spare[:groups*n], now[:groups*len(live)], above.Layer, e.params.W(m), live)
		now, spare, live = spare, now, e.all[:n]
	}
	simd.Loss(losses, now[:groups*n], spare, n, row.label, e.spec.Delta)
	if e.spec.Delta > nearDelta {
		return
	}
	for g := range losses {
		for p, loss := range losses[g] {
			if loss > farLoss {
				w.logits = resize(w.logits, n)
				for c := range w.logits {
					w.logits[c] = now[g*n+c][p]
				}
				losses[g][p] = rowLoss(w.logits, row.label, e.spec.Delta)
			}
		}
	}
}

// farLoss is what package simd computes losses up to: a larger one is computed
// alone. With a δ above nearDelta there is none, −ln δ being 699.98 there.
const (
	farLoss   = 700
	nearDelta = 1e-304
)

// logit sets losses to the row's loss when logit c changes by each of the
// steps.
func (w *worker) logit(steps []simd.Group, row *row, c int) {
	simd.LossOne(w.losses, steps, row.logits[c], w.engine.spec.Delta)
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
	return rowLoss(w.logits, row.label, w.engine.spec.Delta)
}
