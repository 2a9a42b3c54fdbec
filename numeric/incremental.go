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

	// Of the call that runs.
	plan
	ctx        context.Context
	noise      float64 // of the loss
	rows       []row
	largest    [][]float64 // the largest weight, absolute, into each unit
	scales     []float64   // the largest scale of a step in each layer
	table      []int32     // hash table of inputs
	next       atomic.Int64
	done       atomic.Int64 // elements
	columns    []float64    // the gradient unit by unit, each with its bias last
	columnErrs []float64    // the errors, likewise
	unfinished sync.WaitGroup
}

// unit is one unit of a layer, whose column stands at an offset in columns.
type unit struct{ layer, number, offset int }

// chunkBytes is the memory of the widest layer under a chunk of changes. With
// half of its units dead, two such layers fit into a first-level data cache of
// 48 KiB; smaller chunks cost more in calls than they gain.
const chunkBytes = 48 << 10

func newIncremental(s gradtwin.Spec, p *gradtwin.Params, f *forward, workers int) *incremental {
	e := &incremental{
		spec:       s,
		activation: [...]simd.Activation{gradtwin.ReLU: simd.ReLU, gradtwin.Sigmoid: simd.Sigmoid, gradtwin.Tanh: simd.Tanh}[s.Activation],
		params:     p,
		forward:    f,
		largest:    make([][]float64, s.Affine()),
		scales:     make([]float64, s.Affine()),
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
	e.chunk = max(chunkBytes/(widest*simd.Width*8), 1)
	for range min(workers, len(e.units)) {
		e.workers = append(e.workers, newWorker(e))
	}
	return e
}

// gradient writes the derivative of the batch's loss by each parameter to dst,
// and the estimated errors to errs, unless it is nil. The batch must be valid.
func (e *incremental) gradient(ctx context.Context, dst, errs []float64, b gradtwin.Batch, p plan, progress func(done, total int)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	e.ctx, e.plan = ctx, p
	e.prepare(b)
	if errs != nil {
		e.noise = e.forward.noise(b)
		e.columnErrs = resize(e.columnErrs, len(dst))
	}
	e.next.Store(0)
	e.done.Store(0)
	e.unfinished.Add(len(e.workers) - 1)
	for _, w := range e.workers[1:] {
		go w.start()
	}
	e.workers[0].run(progress)
	e.unfinished.Wait()
	e.ctx = nil
	if err := ctx.Err(); err != nil {
		return err
	}
	e.transpose(dst, e.columns)
	if errs != nil {
		e.transpose(errs, e.columnErrs)
	}
	if progress != nil {
		progress(len(dst), len(dst))
	}
	return ctx.Err()
}

// transpose writes the units' columns to dst, in the order of the parameters.
func (e *incremental) transpose(dst, columns []float64) {
	const block = 8 // a block's lines of both stay in the cache
	at := 0
	for l := range e.spec.Affine() {
		in, out := e.spec.Layers[l]+1, e.spec.Layers[l+1]
		src, dst := columns[at:at+in*out], dst[at:at+in*out]
		for i0 := 0; i0 < in; i0 += block {
			for j0 := 0; j0 < out; j0 += block {
				for i := i0; i < min(i0+block, in); i++ {
					for j := j0; j < min(j0+block, out); j++ {
						dst[i*out+j] = src[j*in+i] // the bias is the last: b stands behind W
					}
				}
			}
		}
		at += in * out
	}
}
