package main

import (
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// newNames are the flags that got another name, by the old one.
var newNames = map[string]string{"step": "diff-step", "batches": "policy", "params": "tensors"}

// renamed returns the present name of a flag that a command once had under the
// old name, "" when there is none.
func renamed(cmd *cobra.Command, old string) string {
	if now := newNames[old]; cmd.Flags().Lookup(now) != nil {
		return now
	}
	return ""
}

// flagError turns what the parser refused into a usage error. For an old name
// it says the new one.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		if now := renamed(cmd, unknown.GetSpecifiedName()); now != "" {
			return usagef("unknown flag --%s: it is called --%s now", unknown.GetSpecifiedName(), now)
		}
	}
	return usageError{err}
}
