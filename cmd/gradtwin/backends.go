package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gradtwin"
	"gradtwin/backprop"
	"gradtwin/compare/twin"
	"gradtwin/graph"
	"gradtwin/internal/progress"
	"gradtwin/internal/words"
	"gradtwin/numeric"
)

// The backends, by the name they give themselves.
const (
	backendStock    = "stock"    // symbolic gradients, by Gorgonia as its documentation shows it
	backendGraph    = "graph"    // symbolic gradients, by Gorgonia with products and a softmax of our own
	backendBackprop = "backprop" // backpropagation written by hand
	backendNumeric  = "numeric"  // differences of the loss
)

// backendNames holds all backends. Of two that are compared, the one that comes
// first here has the gradient that is checked.
var backendNames = []string{backendStock, backendGraph, backendBackprop, backendNumeric}

// What the graph backend computes in.
const (
	dtype64 = "float64"
	dtype32 = "float32"
)

// newBackend builds one backend for a run.
func (f *runFlags) newBackend(name string, c twin.Config, o numeric.Options) (twin.Backend, error) {
	switch name {
	case backendStock:
		return graph.NewStock(c.Spec, c.Batch)
	case backendGraph:
		if f.dtype != dtype64 && f.dtype != dtype32 {
			return nil, usagef("dtype %q: want %s or %s", f.dtype, dtype64, dtype32)
		}
		return graph.New(c.Spec, c.Batch, graph.Options{Float32: f.dtype == dtype32})
	case backendBackprop:
		return backprop.New(c.Spec)
	case backendNumeric:
		return numeric.New(c.Spec, o)
	default:
		panic("gradtwin: backend " + name)
	}
}

// newBackends builds two backends for a run.
func (f *runFlags) newBackends(names [2]string, c twin.Config, o numeric.Options) (twin.Backends, error) {
	first, err := f.newBackend(names[0], c, o)
	if err != nil {
		return twin.Backends{}, err
	}
	second, err := f.newBackend(names[1], c, o)
	if err != nil {
		return twin.Backends{}, err
	}
	return twin.Backends{Symbolic: first, Numeric: second}, nil
}

// twoBackends reads the names of two backends to compare, and returns them in
// the order of backendNames.
func twoBackends(given []string) (names [2]string, err error) {
	if len(given) != 2 || given[0] == given[1] {
		return names, usagef("backends %q: want two different ones of %s", strings.Join(given, ","), strings.Join(backendNames, ", "))
	}
	copy(names[:], given)
	if slices.Index(backendNames, given[0]) > slices.Index(backendNames, given[1]) {
		names[0], names[1] = names[1], names[0]
	}
	return names, nil
}

// checkBackends refuses unknown backends, and flags that have no effect on a run
// of those named where they were given.
func checkBackends(cmd *cobra.Command, names ...string) error {
	for _, name := range names {
		if !slices.Contains(backendNames, name) {
			return usagef("backend %q: want one of %s", name, strings.Join(backendNames, ", "))
		}
	}
	for _, flag := range idle(cmd, names...) {
		switch {
		case !cmd.Flags().Changed(flag):
		case flag == "init-std":
			return usagef("--init-std: it has no effect with --init %v", cmd.Flags().Lookup("init").Value)
		default:
			return usagef("--%s: it has no effect on %s", flag, strings.Join(names, " and "))
		}
	}
	return nil
}

// idle returns the flags that have no effect on a run of the named backends.
func idle(cmd *cobra.Command, names ...string) []string {
	var flags []string
	if !slices.Contains(names, backendGraph) {
		flags = append(flags, "dtype")
	}
	if init := cmd.Flags().Lookup("init"); init.Value.String() != gradtwin.Std.String() {
		flags = append(flags, "init-std")
	}
	if !slices.Contains(names, backendNumeric) {
		flags = append(flags, "diff-step", "formula")
		if cmd.Name() == "train" { // a check's differences are the engine's
			flags = append(flags, "engine")
		}
	}
	return flags
}

// newWide builds the float64 form of a graph backend in float32, which a check
// judges its formula by; nil where the backend is in float64.
func (f *runFlags) newWide(backend string, c twin.Config) (twin.Backend, error) {
	if backend != backendGraph || f.dtype != dtype32 {
		return nil, nil
	}
	return graph.New(c.Spec, c.Batch, graph.Options{})
}

// long is the time from which a run is not begun without --yes.
const long = 10 * time.Minute

// refuseLong estimates how long so many numeric gradients of a run will take, and
// refuses to begin when that is long and --yes was not given.
func (f *runFlags) refuseLong(n *numeric.Network, c twin.Config, data twin.Data, gradients float64) error {
	if f.yes {
		return nil
	}
	start, feed, err := twin.Begin(c, data)
	if err != nil {
		return err
	}
	copy(n.Params().Flat, start.Flat)
	batch := feed.Next()
	total := 0.0
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
