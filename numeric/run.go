package numeric

import (
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"gradtwin"
	"gradtwin/internal/simd"
)

// run is one call of the incremental engine: what is asked for, and what its
// workers share.
type run struct {
	plan    plan
	batch   gradtwin.Batch
	wanted  []part      // of each layer
	largest [][]float64 // the largest weight, absolute, into each unit
	columns []float64   // unit by unit, its bias last: sums over the rows so far, then the gradient

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

// begin makes r a call for the parameters from from to to−1.
func (r *run) begin(m *model, from, to int, b gradtwin.Batch, p plan) {
	r.plan, r.batch = p, b
	r.done.Store(0)
	r.columns = resize(r.columns, len(m.params.Flat))
	r.want(m.spec, from, to)
	r.prepareWeights(m)
	count := min(b.Len(), rowsAtOnce)
	m.forward.grow(count)
	r.rows = resize(r.rows, count)
	for i := range r.rows {
		r.rows[i].reserve(m.spec, &r.plan)
	}
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

// prepareWeights finds the largest weight, absolute, into each unit that findLive
// asks for.
func (r *run) prepareWeights(m *model) {
	if m.activation != simd.ReLU {
		return
	}
	for l := 1; l < m.spec.Affine()-1; l++ {
		largest := r.largest[l]
		clear(largest)
		for row := range slices.Chunk(m.params.W(l), len(largest)) {
			// Without the sign the bits are in the order of the values, NaN last.
			for k, w := range row {
				largest[k] = math.Float64frombits(max(math.Float64bits(largest[k]), math.Float64bits(w)&^(1<<63)))
			}
		}
	}
}

// rowsAtOnce is the number of rows that are prepared together: what is kept of
// them, some 10 kB each, stays in a second-level cache of 512 KiB while one unit
// after the other goes through them.
const rowsAtOnce = 32

// take goes on to the batch's rows from to to−1.
func (r *run) take(from, to int) {
	r.first = from
	r.rows = resize(r.rows, to-from)
	r.nextRow.next.Store(0)
	r.nextUnit.next.Store(0)
}

// prepareRow prepares row i of those that are being computed.
func (r *run) prepareRow(m *model, i int, mem *scratch) {
	x, label := r.batch.X[r.first*m.spec.Inputs():], r.batch.Labels[r.first+i]
	r.rows[i].prepare(m, x, i, label, r.wanted, r.largest, &r.plan, mem)
}

// isLast reports whether the rows being computed are the batch's last.
func (r *run) isLast() bool { return r.first+len(r.rows) == r.batch.Len() }

// reporter tells a caller about the progress of its call.
type reporter struct {
	progress func(done, total int) // nil when nobody looks
	reported int
}

// about reports what is new. Each element counts as done when all rows have
// gone through it. A nil reporter reports nothing.
func (p *reporter) about(r *run) {
	if p == nil || p.progress == nil {
		return
	}
	passes := (r.batch.Len() + rowsAtOnce - 1) / rowsAtOnce
	if done := int(r.done.Load()) / passes; done > p.reported {
		p.reported = done
		p.progress(done, len(r.columns))
	}
}
