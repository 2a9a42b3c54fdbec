package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gradtwin"
)

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
