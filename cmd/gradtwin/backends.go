package main

import (
	"fmt"
	"time"

	"gradtwin/compare/twin"
	"gradtwin/graph"
	"gradtwin/internal/progress"
	"gradtwin/internal/words"
	"gradtwin/numeric"
)

// The backends, by the name they give themselves.
const (
	backendGraph   = "graph"
	backendNumeric = "numeric"
)

// What the graph backend computes in.
const (
	dtype64 = "float64"
	dtype32 = "float32"
)

// newBackend builds one backend for a run.
func (f *runFlags) newBackend(name string, c twin.Config, o numeric.Options) (twin.Backend, error) {
	switch name {
	case backendGraph:
		if f.dtype != dtype64 && f.dtype != dtype32 {
			return nil, usagef("dtype %q: want %s or %s", f.dtype, dtype64, dtype32)
		}
		return graph.New(c.Spec, c.Batch, graph.Options{Float32: f.dtype == dtype32})
	case backendNumeric:
		return numeric.New(c.Spec, o)
	default:
		return nil, usagef("backend %q: want %s or %s", name, backendGraph, backendNumeric)
	}
}

// newBackends builds both backends for a run.
func (f *runFlags) newBackends(c twin.Config, o numeric.Options) (twin.Backends, error) {
	symbolic, err := f.newBackend(backendGraph, c, o)
	if err != nil {
		return twin.Backends{}, err
	}
	n, err := f.newBackend(backendNumeric, c, o)
	if err != nil {
		return twin.Backends{}, err
	}
	return twin.Backends{Symbolic: symbolic, Numeric: n}, nil
}

// newWide builds the float64 form of a graph backend in float32, which a check
// judges its formula by; nil where the backend is in float64.
func (f *runFlags) newWide(c twin.Config) (twin.Backend, error) {
	if f.dtype != dtype32 {
		return nil, nil
	}
	return graph.New(c.Spec, c.Batch, graph.Options{})
}

// long is the time from which a run is not begun without --yes.
const long = 10 * time.Minute

// refuseLong estimates how long the numeric gradients of a run will take, one a
// step and some more, and refuses to begin when that is long and --yes was not
// given.
func (f *runFlags) refuseLong(b twin.Backend, c twin.Config, data twin.Data, more int) error {
	n, ok := b.(*numeric.Network)
	if !ok || f.yes {
		return nil
	}
	start, feed, err := twin.Begin(c, data)
	if err != nil {
		return err
	}
	copy(n.Params().Flat, start.Flat)
	batch := feed.Next()
	// Both are floating-point: the largest number of steps is an int's largest.
	gradients, total := float64(c.Steps)+float64(more), 0.0
	// A machine that stands still for a moment looks slow: only what it says
	// every time counts.
	for range 3 {
		one, err := n.Estimate(batch)
		if err != nil {
			return err
		}
		if total = gradients * one.Seconds(); total <= long.Seconds() {
			return nil
		}
	}
	faster := ""
	if f.engine != numeric.Incremental.String() {
		faster = fmt.Sprintf(", or use --engine %v", numeric.Incremental)
	}
	return usagef("steps %d: %s gradients with --engine %s take about %s each, %s in all: continue with --yes%s",
		c.Steps, words.Commas(gradients), f.engine, duration(total/gradients), duration(total), faster)
}

// stepProgress shows one step of training on a bar or as a line.
func stepProgress(t *progress.Task, step int, loss float64) {
	t.Set(step, fmt.Sprintf("loss %.4f", loss))
}
