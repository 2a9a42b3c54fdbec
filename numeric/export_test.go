package numeric

import (
	"gradtwin"
	"gradtwin/internal/simd"
)

// Operations returns the number of floating-point operations, a fused
// multiply-add as two, that package simd does for one incremental gradient:
// lanes that only fill a group up are counted too, preparing the rows and
// summing the differences is not. An exponential counts as 33 operations, with
// its part in the row's maximum and sum, and the rest of a loss as 40, as they
// are in the assembly.
func (n *Network) Operations(b gradtwin.Batch) float64 {
	e := n.engine
	run := e.begin(0, len(n.params.Flat), b, n.plan)
	total := 0
	for at := 0; at < b.Len(); at += rowsAtOnce {
		run.take(at, min(at+rowsAtOnce, b.Len()))
		for i := range run.rows {
			run.prepareRow(e.model, i, &e.workers[0].mem)
		}
		total += e.operations(run)
	}
	return float64(total)
}

// operations counts those of the rows that are prepared.
func (e *incremental) operations(run *run) int {
	const exp, log = 33, 40
	last := e.spec.Affine() - 1
	total := 0
	for _, u := range e.units {
		for r := range run.rows {
			layer := &run.rows[r].layers[u.layer]
			lanes := len(layer.inputs.changes) * simd.Width
			if u.layer == last {
				total += lanes * (exp + log)
				continue
			}
			if layer.Act == simd.ReLU && layer.Z[u.number] <= -layer.inputs.reach {
				continue
			}
			above := &run.rows[r].layers[u.layer+1]
			live := len(above.Live)
			per := 3 + live*4 // change of the unit, of the layer above
			for m := u.layer + 2; m <= last; m++ {
				size := len(run.rows[r].layers[m].Z)
				per += size * (2*live + 1)
				if m < last {
					per += 2 * size
				}
				live = size
			}
			per += e.spec.Classes()*exp + log
			total += lanes * per
		}
	}
	return total
}
