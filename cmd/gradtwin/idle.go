package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gradtwin"
	"gradtwin/compare/twin"
)

// idleFlag is a flag that has no effect, and where it has none.
type idleFlag struct{ name, where string }

// idle returns the flags that have no effect on a run of the named backends.
func (f *runFlags) idle(cmd *cobra.Command, backends ...string) []idleFlag {
	on := "on " + strings.Join(backends, " and ")
	var all []idleFlag
	add := func(idle bool, where string, names ...string) {
		for _, name := range names {
			if idle && cmd.Flags().Lookup(name) != nil {
				all = append(all, idleFlag{name, where})
			}
		}
	}
	add(!slices.Contains(backends, backendGraph), on, "dtype")
	differences := slices.Contains(backends, backendNumeric) || slices.Contains(backends, benchPlain)
	add(!differences, on, "diff-step", "formula")
	// A check's differences are the engine's too.
	add(!differences && cmd.Name() == "train", on, "engine")
	add(f.init != gradtwin.Std, "with --init "+f.init.String(), "init-std")
	add(f.policy == twin.Fixed.String(), "with --policy "+f.policy, "inner")
	add(len(f.layers) == 2, "without a hidden layer", "activation")
	return all
}

// refuseIdle refuses flags that were given and have no effect.
func refuseIdle(cmd *cobra.Command, all []idleFlag) error {
	for _, flag := range all {
		if cmd.Flags().Changed(flag.name) {
			return usagef("--%s: it has no effect %s", flag.name, flag.where)
		}
	}
	return nil
}
