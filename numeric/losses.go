package numeric

import "gradtwin/internal/simd"

// lanes computes a row's losses under changes of one unit's input, in memory of its
// own.
type lanes struct {
	*model
	losses  []simd.Group    // under each change
	buffers [3][]simd.Group // layers under a chunk of the changes
	logits  []float64
}

func newLanes(m *model) lanes {
	l := lanes{model: m, logits: make([]float64, m.widest())}
	for i := range l.buffers {
		l.buffers[i] = make([]simd.Group, m.chunk*m.widest())
	}
	return l
}

// hidden sets losses to the row's loss when the input of a hidden unit changes
// by each of these.
func (a *lanes) hidden(losses, changes []simd.Group, row *row, u unit) {
	groups, last := len(changes), len(row.layers)-1
	layer, above := &row.layers[u.layer], &row.layers[u.layer+1]
	delta := a.buffers[0][:groups]
	simd.Shift(delta, changes, layer.Act, layer.Z[u.number], layer.A[u.number])
	n, live := len(above.Z), above.Live
	now, spare := a.buffers[1], a.buffers[2]
	simd.Rise(now[:groups*len(live)], delta, above.Layer, a.params.W(u.layer + 1)[u.number*n:][:n])
	for l := u.layer + 2; l <= last; l++ {
		above = &row.layers[l]
		n = len(above.Z)
		simd.Product(spare[:groups*n], now[:groups*len(live)], above.Layer, a.params.W(l), live)
		now, spare, live = spare, now, a.all[:n]
	}
	simd.Loss(losses, now[:groups*n], spare, n, row.label, a.spec.Delta)
	if a.spec.Delta > nearDelta {
		return
	}
	for g := range losses {
		for p, loss := range losses[g] {
			if loss > farLoss {
				a.logits = resize(a.logits, n)
				for c := range a.logits {
					a.logits[c] = now[g*n+c][p]
				}
				losses[g][p] = rowLoss(a.logits, row.label, a.spec.Delta)
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

// logit sets losses to the row's loss when logit c changes by each of
// these.
func (a *lanes) logit(changes []simd.Group, row *row, c int) {
	simd.LossOne(a.losses, changes, row.logits[c], a.spec.Delta)
	for g := range a.losses {
		for p, loss := range a.losses[g] {
			if loss > farLoss {
				a.losses[g][p] = a.changedLogit(row, c, changes[g][p])
			}
		}
	}
}

// farLogit is logit for changes of any size.
func (a *lanes) farLogit(changes []simd.Group, row *row, c int) {
	for g := range changes {
		for p, d := range changes[g] {
			a.losses[g][p] = a.changedLogit(row, c, d)
		}
	}
}

// changedLogit returns the row's loss when logit c changes by d.
func (a *lanes) changedLogit(row *row, c int, d float64) float64 {
	a.logits = append(a.logits[:0], row.layers[len(row.layers)-1].Z...)
	a.logits[c] += d
	return rowLoss(a.logits, row.label, a.spec.Delta)
}
