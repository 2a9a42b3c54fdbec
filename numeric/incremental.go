package numeric

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"gradtwin"
	"gradtwin/internal/simd"
)

// incremental is the engine that recomputes only what a change of one
// parameter reaches: see the package comment.
//
// The work is cut into the network's units: all weights of one unit, with its
// bias. A unit's differences are summed over the rows in their order by one
// worker, so the result has the same bits for any number of workers.
type incremental struct {
	spec       gradtwin.Spec
	activation simd.Activation
	params     *gradtwin.Params
	forward    *forward
	units      []unit // of all layers
	all        []int32
	chunk      int // groups of changes computed together
	workers    []*worker
	wanted     []part // of each layer

	// Of the call that runs.
	plan
	ctx        context.Context
	progress   func(done, total int)
	reported   int
	largest    [][]float64 // the largest weight, absolute, into each unit
	scales     []float64   // the largest scale of a step in each layer
	batchRows  int
	columns    []float64 // the gradient unit by unit, each with its bias last
	columnErrs []float64 // the errors, likewise

	// Of the rows that are being computed.
	batch               gradtwin.Batch
	rows                []row
	firstRows, lastRows bool
	earlierNoise        float64      // summed over the batch's rows before these
	done                atomic.Int64 // elements times passes over them
	nextRow, nextUnit   counter
	unprepared          sync.WaitGroup // workers that still prepare rows
	unfinished          sync.WaitGroup // workers that still compute units
}

// counter hands out the numbers from 0.
type counter struct{ next atomic.Int64 }

func (c *counter) take() int { return int(c.next.Add(1)) - 1 }

// part is the inputs of a layer whose weights are asked for: all units' weights
// of the inputs from to to−1. The bias counts as the last input.
type part struct{ from, to int }

// unit is one unit of a layer, whose column stands at an offset in columns.
type unit struct{ layer, number, offset int }

// chunkBytes is the memory of the widest layer under a chunk of changes. With
// half of its units dead, two such layers fit into a first-level data cache of
// 48 KiB; smaller chunks cost more in calls than they gain. A chunk of fewer
// than minChunk groups would read a wide layer's weights too often.
const (
	chunkBytes = 48 << 10
	minChunk   = 4
)

func newIncremental(s gradtwin.Spec, p *gradtwin.Params, f *forward, workers int) *incremental {
	e := &incremental{
		spec:       s,
		activation: [...]simd.Activation{gradtwin.ReLU: simd.ReLU, gradtwin.Sigmoid: simd.Sigmoid, gradtwin.Tanh: simd.Tanh}[s.Activation],
		params:     p,
		forward:    f,
		largest:    make([][]float64, s.Affine()),
		scales:     make([]float64, s.Affine()),
		wanted:     make([]part, s.Affine()),
		columns:    make([]float64, len(p.Flat)),
	}
	at := 0
	for l := range s.Affine() {
		for j := range s.Layers[l+1] {
			e.units = append(e.units, unit{l, j, at})
			at += s.Layers[l] + 1
		}
	}
	widest := slices.Max(s.Layers[1:])
	for k := range widest {
		e.all = append(e.all, int32(k))
	}
	e.chunk = max(chunkBytes/(widest*simd.Width*8), minChunk)
	for range min(workers, len(e.units)) {
		e.workers = append(e.workers, newWorker(e))
	}
	return e
}

// rowsAtOnce is the number of rows that are prepared together: what is kept of
// them, some 10 kB each, stays in a second-level cache while one unit after the
// other goes through them.
const rowsAtOnce = 128

// gradient writes the derivatives of the batch's loss by the parameters from
// from on to dst, as many as it has, and the estimated errors to errs, unless it
// is nil. The batch must be valid.
func (e *incremental) gradient(ctx context.Context, dst, errs []float64, from int, b gradtwin.Batch, p plan, progress func(done, total int)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	e.begin(ctx, from, from+len(dst), b, p, progress)
	for r := 0; r < e.batchRows; r += rowsAtOnce {
		e.take(b, r, min(r+rowsAtOnce, e.batchRows))
		e.unprepared.Add(len(e.workers))
		e.unfinished.Add(len(e.workers) - 1)
		for _, w := range e.workers[1:] {
			go w.start()
		}
		e.workers[0].run()
		e.unfinished.Wait()
		if err := ctx.Err(); err != nil {
			return err
		}
		for r := range e.rows {
			e.earlierNoise += e.rows[r].noise
		}
	}
	e.transpose(dst, from, e.columns)
	if errs != nil {
		e.transpose(errs, from, e.columnErrs)
	}
	e.report()
	return ctx.Err()
}

// begin starts a call for the parameters from from to to−1.
func (e *incremental) begin(ctx context.Context, from, to int, b gradtwin.Batch, p plan, progress func(done, total int)) {
	e.ctx, e.plan, e.progress = ctx, p, progress
	e.batchRows, e.earlierNoise, e.reported = b.Len(), 0, 0
	e.done.Store(0)
	if e.errors {
		e.columnErrs = resize(e.columnErrs, len(e.columns))
	}
	e.want(from, to)
	e.prepareWeights()
}

// want sets which inputs are needed for the parameters from to to−1. Part of a
// row of weights takes the whole row.
func (e *incremental) want(from, to int) {
	at := 0
	for l := range e.wanted {
		in, out := e.spec.Layers[l]+1, e.spec.Layers[l+1]
		e.wanted[l] = part{
			from: min(max(from-at, 0)/out, in),
			to:   min((max(to-at, 0)+out-1)/out, in),
		}
		at += in * out
	}
}

// take goes on to some of the batch's rows.
func (e *incremental) take(b gradtwin.Batch, from, to int) {
	in := e.spec.Inputs()
	e.batch = gradtwin.Batch{X: b.X[from*in : to*in], Labels: b.Labels[from:to]}
	e.rows = resize(e.rows, to-from)
	e.forward.grow(to - from)
	e.firstRows, e.lastRows = from == 0, to == e.batchRows
	e.nextRow.next.Store(0)
	e.nextUnit.next.Store(0)
}

// report tells about the progress, if there is any. Each element counts as
// done when all rows have gone through it.
func (e *incremental) report() {
	passes := (e.batchRows + rowsAtOnce - 1) / rowsAtOnce
	if done := int(e.done.Load()) / passes; e.progress != nil && done > e.reported {
		e.reported = done
		e.progress(done, len(e.columns))
	}
}

// transpose writes the units' columns to dst, in the order of the parameters
// from from on.
func (e *incremental) transpose(dst []float64, from int, columns []float64) {
	const block = 8 // a block's lines of both stay in the cache
	at := 0
	for l, wanted := range e.wanted {
		in, out := e.spec.Layers[l]+1, e.spec.Layers[l+1]
		src := columns[at : at+in*out]
		for i0 := wanted.from; i0 < wanted.to; i0 += block {
			for j0 := 0; j0 < out; j0 += block {
				for i := i0; i < min(i0+block, wanted.to); i++ {
					row := at + i*out - from // the place of the row's first element in dst
					for j := max(j0, -row); j < min(j0+block, out, len(dst)-row); j++ {
						dst[row+j] = src[j*in+i] // the bias is the last: b stands behind W
					}
				}
			}
		}
		at += in * out
	}
}
