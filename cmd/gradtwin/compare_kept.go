package main

import (
	"maps"
	"slices"
	"strings"

	"gradtwin/compare/twin"
	"gradtwin/internal/checkpoint"
)

// keptRuns are the runs of a comparison in its checkpoint.
type keptRuns struct {
	*keeper
	header runHeader
	arrays []checkpoint.Array // of all runs that were begun, an earlier process's too
}

// newKeptRuns returns the runs of a comparison: those of the checkpoint that it
// continues, none when earlier is nil.
func newKeptRuns(k *keeper, h runHeader, earlier *resumed) *keptRuns {
	kept := &keptRuns{keeper: k, header: h}
	if earlier != nil {
		// A run that comes later is kept until then.
		maps.Copy(kept.header.Runs, earlier.Runs)
		kept.arrays = earlier.Arrays
	}
	return kept
}

// save writes a checkpoint of all runs, the feed's as it stands now, and
// returns its arrays.
func (k *keptRuns) save(feed *twin.Sampler, backends twin.Backends, trace *twin.Trace) ([]checkpoint.Array, error) {
	prefix := feed.Config().Policy.String() + "/"
	arrays := slices.DeleteFunc(slices.Clone(k.arrays), func(a checkpoint.Array) bool {
		return strings.HasPrefix(a.Name, prefix)
	})
	arrays = append(arrays, traceArrays(prefix, trace)...)
	for _, b := range []twin.Backend{backends.Symbolic, backends.Numeric} {
		arrays = append(arrays, paramArrays(prefix+b.Name()+"/", b.Params())...)
	}
	return arrays, k.keeper.save(k.header, feed, arrays)
}
