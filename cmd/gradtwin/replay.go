package main

import (
	"iter"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// unreplayed are the flags that do not change what is computed, --shard, whose
// parts make one result, and --data: it differs from machine to machine.
var unreplayed = []string{"help", "data", "json", "out", "progress", "yes", "save", "checkpoint", "checkpoint-every", "resume", "shard"}

// settings yields the flags that decide what a command computes, in their
// order, with their values.
func settings(cmd *cobra.Command) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		more := true
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			value := flagText(f)
			if more && value != "" && !slices.Contains(unreplayed, f.Name) {
				more = yield(f.Name, value)
			}
		})
	}
}

// flagText returns a flag's value as it is given.
func flagText(f *pflag.Flag) string {
	if strings.HasSuffix(f.Value.Type(), "Slice") {
		return strings.Trim(f.Value.String(), "[]") // a list prints as [784,10]
	}
	return f.Value.String()
}

// plainArg is an argument that a shell takes as it is.
var plainArg = regexp.MustCompile(`^[A-Za-z0-9_.,:=+-]+$`)

// replay returns a command line that runs the same again, without the flags that
// have no effect. It names the flags at their defaults too, so that it stays true
// when a default changes.
func replay(cmd *cobra.Command, idle ...string) string {
	args := []string{cmd.CommandPath()}
	for name, value := range settings(cmd) {
		if slices.Contains(idle, name) {
			continue
		}
		if !plainArg.MatchString(value) {
			value = "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
		}
		if cmd.Flags().Lookup(name).Value.Type() == "bool" {
			args = append(args, "--"+name+"="+value)
		} else {
			args = append(args, "--"+name, value)
		}
	}
	return strings.Join(args, " ")
}
