package numeric

import (
	"context"
	"time"

	"gradtwin"
)

// Estimate tells about how long one gradient of the batch takes, from the time
// of a few evaluations of the loss or, with the incremental engine, of a few
// units of each layer. It takes some 20 ms, or a few evaluations where those
// are longer.
func (n *Network) Estimate(b gradtwin.Batch) (time.Duration, error) {
	if err := b.Validate(n.spec); err != nil {
		return 0, err
	}
	if n.engine != nil {
		return n.engine.estimate(b, n.plan), nil
	}
	n.forward.loss(b) // makes the memory, warms the caches
	pass := timed(20*time.Millisecond, 3, func(int) { n.forward.loss(b) })
	return pass * time.Duration(len(n.plan.changes)*len(n.params.Flat)), nil
}

// estimate times the preparation of a few rows, and a few units of each layer.
func (e *incremental) estimate(b gradtwin.Batch, p plan) time.Duration {
	r := e.begin(0, len(e.params.Flat), b, p)
	rows := min(b.Len(), rowsAtOnce)
	r.take(0, rows)
	w := e.workers[0]
	total := timed(0, rows, func(i int) { r.prepareRow(e.model, i, &w.mem) }) * time.Duration(rows)
	for l, first := 0, 0; l < e.spec.Affine(); l++ {
		count := e.spec.Layers[l+1]
		// Units from all over the layer: some may be dead.
		const stride = 7
		one := timed(5*time.Millisecond, 3, func(i int) { w.unit(context.Background(), r, e.units[first+i*stride%count]) })
		total += one * time.Duration(count)
		first += count
	}
	return total * time.Duration(b.Len()) / time.Duration(rows*len(e.workers))
}

// timed returns the mean time of f, called at least a number of times and for
// at least some time. f gets the number of the call.
func timed(atLeast time.Duration, least int, f func(int)) time.Duration {
	begun := time.Now()
	for i := 0; ; i++ {
		if d := time.Since(begun); i >= least && d >= atLeast {
			return d / time.Duration(i)
		}
		f(i)
	}
}
