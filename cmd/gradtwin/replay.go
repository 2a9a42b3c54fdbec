package main

import (
	"iter"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gradtwin/internal/mnist"
)

// unkept are the flags that do not change what is computed; --shard, whose parts
// make one result; and --data, whose place differs from machine to machine.
var unkept = []string{
	"help", "data", "json", "out", "progress", "yes", "save", "checkpoint", "checkpoint-every", "resume", "shard",
}

// settings yields the flags that decide what a command computes, in their
// order, with their values.
func settings(cmd *cobra.Command) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		more := true
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			value := flagText(f)
			if more && value != "" && !slices.Contains(unkept, f.Name) {
				more = yield(f.Name, value)
			}
		})
	}
}

// flagText returns a flag's value as it is given.
func flagText(f *pflag.Flag) string {
	if isList(f.Value) {
		return strings.Trim(f.Value.String(), "[]") // a list prints as [784,10]
	}
	return f.Value.String()
}

// plainArg is an argument that a shell takes as it is.
var plainArg = regexp.MustCompile(`^[A-Za-z0-9_.,:=+/-]+$`)

// replay returns a command line that runs the same again on the same data, without
// the flags that have no effect. It names the flags at their defaults too, so that it
// stays true when a default changes.
func replay(cmd *cobra.Command, idle []idleFlag, data *dataset) string {
	args := []string{cmd.CommandPath()}
	add := func(name, value string) {
		switch cmd.Flags().Lookup(name).Value.Type() {
		case "bool":
			if value == "true" {
				args = append(args, "--"+name)
			}
		default:
			if !plainArg.MatchString(value) {
				value = "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
			}
			args = append(args, "--"+name, value)
		}
	}
	for name, value := range settings(cmd) {
		if !slices.ContainsFunc(idle, func(f idleFlag) bool { return f.name == name }) {
			add(name, value)
		}
	}
	if yes := cmd.Flags().Lookup("yes"); yes != nil { // it may take long again
		add(yes.Name, yes.Value.String())
	}
	if data.source.Origin != mnist.OriginCache {
		add("data", data.source.Dir)
	}
	return strings.Join(args, " ")
}
