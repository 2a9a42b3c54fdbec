package numeric

import (
	"sync"
	"sync/atomic"

	"gradtwin"
)

// run is one call of the incremental engine: what is asked for, and what its
// workers share.
type run struct {
	plan    plan
	batch   gradtwin.Batch
	wanted  []part      // of each layer
	largest [][]float64 // the largest weight, absolute, into each unit
	columns []float64   // the gradient unit by unit, each with its bias last

	// Of the rows that are being computed, the batch's rows from first on.
	first             int
	rows              []row
	done              atomic.Int64 // elements times passes over them
	nextRow, nextUnit counter
	unprepared        sync.WaitGroup // workers that still prepare rows
	unfinished        sync.WaitGroup // workers that still compute units
}

// counter hands out the numbers from 0.
type counter struct{ next atomic.Int64 }

func (c *counter) take() int { return int(c.next.Add(1)) - 1 }

func newRun(s gradtwin.Spec) *run {
	r := &run{wanted: make([]part, s.Affine()), largest: make([][]float64, s.Affine())}
	for l := range r.largest {
		r.largest[l] = make([]float64, s.Layers[l+1])
	}
	return r
}

// begin starts a call for the parameters from from to to−1. All memory that it
// can need is there when it returns, whatever the batch's values.
func (e *incremental) begin(from, to int, b gradtwin.Batch, p plan) *run {
	r := e.last
	r.plan, r.batch = p, b
	r.done.Store(0)
	r.columns = resize(r.columns, len(e.params.Flat))
	r.want(e.spec, from, to)
	e.prepareWeights(r)
	count := min(b.Len(), rowsAtOnce)
	e.forward.grow(count)
	r.rows = resize(r.rows, count)
	for i := range r.rows {
		r.rows[i].reserve(e.spec, &r.plan)
	}
	for _, w := range e.workers {
		w.reserve(&r.plan)
	}
	return r
}

// want sets which inputs are needed for the parameters from to to−1. Part of a
// row of weights takes the whole row.
func (r *run) want(s gradtwin.Spec, from, to int) {
	at := 0
	for l := range r.wanted {
		in, out := s.Layers[l]+1, s.Layers[l+1]
		r.wanted[l] = part{
			from: min(max(from-at, 0)/out, in),
			to:   min((max(to-at, 0)+out-1)/out, in),
		}
		at += in * out
	}
}

// rowsAtOnce is the number of rows that are prepared together: what is kept of
// them, some 10 kB each, stays in a second-level cache of 512 KiB while one unit
// after the other goes through them.
const rowsAtOnce = 32

// take goes on to the batch's rows from to to−1.
func (e *incremental) take(r *run, from, to int) {
	r.first = from
	r.rows = resize(r.rows, to-from)
	r.nextRow.next.Store(0)
	r.nextUnit.next.Store(0)
}

// last reports whether the rows being computed are the batch's last.
func (r *run) last() bool { return r.first+len(r.rows) == r.batch.Len() }
