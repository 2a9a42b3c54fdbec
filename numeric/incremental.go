package numeric

import (
	"context"
	"slices"

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
	last       *run // the last call, whose memory the next one takes
}

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
		spec: s,
		activation: [...]simd.Activation{gradtwin.ReLU: simd.ReLU, gradtwin.Sigmoid: simd.Sigmoid,
			gradtwin.Tanh: simd.Tanh}[s.Activation],
		params:  p,
		forward: f,
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
	e.last = newRun(s)
	return e
}

// gradient writes the derivatives of the batch's loss by the parameters from
// from on to dst, as many as it has. The batch must be valid.
func (e *incremental) gradient(ctx context.Context, dst []float64, from int, b gradtwin.Batch, p plan,
	progress func(done, total int)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := e.begin(from, from+len(dst), b, p)
	report := reporter{progress: progress}
	for at := 0; at < b.Len(); at += rowsAtOnce {
		e.take(r, at, min(at+rowsAtOnce, b.Len()))
		r.unprepared.Add(len(e.workers))
		r.unfinished.Add(len(e.workers) - 1)
		for _, w := range e.workers[1:] {
			w.calls <- call{ctx, r}
			go w.start()
		}
		e.workers[0].work(ctx, r, &report)
		r.unfinished.Wait()
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	e.transpose(dst, from, r.wanted, r.columns)
	report.about(r)
	return ctx.Err()
}

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
