package main

import (
	"math"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gradtwin"
	"gradtwin/compare"
)

// checkFlags say what is checked, and how hard.
type checkFlags struct {
	mode    compare.Mode
	samples int
	budget  string
	tensors []string
	allow   []string
	strict  bool
	after   int
	inject  string
	h       float64
	backend string
	sweep   bool
	shard   string
}

// idle returns the flags that have no effect on the check.
func (f *checkFlags) idle(cmd *cobra.Command, run *runFlags) []idleFlag {
	all := run.idle(cmd, f.backend, backendNumeric)
	if f.mode != compare.Sample {
		all = append(all, idleFlag{"samples", "with --mode " + f.mode.String()})
	}
	if f.mode != compare.Full { // only whole gradients are the engine's
		all = append(all, idleFlag{"engine", "with --mode " + f.mode.String()})
	}
	return all
}

// checkTensors refuses names that are no tensor's of the network, and those of
// --allow and --inject that are not checked.
func (f *checkFlags) checkTensors(layers []int) error {
	var names []string
	for _, t := range (gradtwin.Spec{Layers: layers}).Layout() {
		names = append(names, t.Name)
	}
	if names == nil {
		return nil // the network is refused later
	}
	for _, flag := range []struct {
		name  string
		given []string
	}{{"tensors", f.tensors}, {"allow", f.allow}} {
		for _, name := range flag.given {
			if !slices.Contains(names, name) {
				return unknownName(flag.name, name, names)
			}
			if f.tensors != nil && !slices.Contains(f.tensors, name) {
				return usagef("--allow %s: it has no effect without it in --tensors", name)
			}
		}
	}
	tensor, _, _ := strings.Cut(f.inject, "[")
	if f.tensors != nil && slices.Contains(names, tensor) && !slices.Contains(f.tensors, tensor) {
		return usagef("--inject %s: it has no effect without %s in --tensors", f.inject, tensor)
	}
	return nil
}

// options turns the flags into the checker's options.
func (f *checkFlags) options(run *runFlags) (compare.Options, error) {
	o := compare.Options{Mode: f.mode, Samples: f.samples, Tensors: f.tensors, Allow: f.allow, Seed: run.seed,
		Strict: f.strict, Step: f.h}
	if f.samples < 0 {
		return o, usagef("samples %d: want 0 or more", f.samples)
	}
	if !(f.h >= 0) || math.IsInf(f.h, 0) {
		return o, usagef("diff-step %v: want a finite number, 0 or more", f.h)
	}
	if err := f.checkTensors(run.layers); err != nil {
		return o, err
	}
	if f.budget != "" {
		var ok bool
		if o.MaxCalls, o.MaxTime, ok = countOrTime(f.budget); !ok {
			return o, usagef("budget %q: want a number of loss calls, as in 1000, or a time, as in 2s", f.budget)
		}
	}
	return o, nil
}
