package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// wanted says what a flag takes, by the type of its value.
var wanted = map[string]string{
	"bool": "true or false", "int": "a whole number", "uint32": "a whole number from 0 to 4294967295",
	"uint64": "a whole number, 0 or more", "float64": "a number",
	"intSlice": "whole numbers with commas between", "float64Slice": "numbers with commas between",
	"duration": "a time, as in 200ms or 10s",
}

// flagError turns what the parser refused into a usage error.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	var usage usageError
	switch {
	case errors.As(err, &usage):
		return usage
	case errors.As(err, &invalid):
		f := invalid.GetFlag()
		want, ok := wanted[f.Value.Type()]
		if !ok {
			return usageError{err}
		}
		if isList(f.Value) {
			want += ", as in " + f.DefValue
		}
		return usagef("%s %q: want %s", f.Name, invalid.GetValue(), want)
	case errors.As(err, &unknown):
		name := unknown.GetSpecifiedName()
		if unknown.GetSpecifiedShortnames() != "" {
			return usageError{err}
		}
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				names = append(names, "--"+f.Name)
			}
		})
		return usagef("%s has no flag --%s%s", cmd.CommandPath(), name, didYouMean("--"+strings.TrimSpace(name), names))
	}
	return usageError{err}
}

// noArgs refuses anything that is not a flag.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if !cmd.HasSubCommands() {
		return usagef("%s takes no argument, got %q", cmd.Name(), args[0])
	}
	return unknownName("unknown command", args[0], commandNames(cmd))
}

// commandNames lists what root can be asked to do.
func commandNames(root *cobra.Command) []string {
	var names []string
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return names
}
