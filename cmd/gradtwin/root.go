package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// app is what the commands share.
type app struct {
	stdout, stderr io.Writer
}

func (a *app) root() *cobra.Command {
	var version bool
	root := &cobra.Command{
		Use:   "gradtwin",
		Short: "The same network twice: symbolic gradients against numerical ones",
		Long: `gradtwin builds the same neural network twice, as a Gorgonia expression graph
with symbolic gradients and as plain code whose gradients are central
differences. It checks one against the other and trains both on MNIST.

` + exitCodes,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if version {
				return a.version()
			}
			return usagef("no command given: want one of %s", commandNames(cmd))
		},
	}
	root.Flags().BoolVar(&version, "version", false, "print what the command version prints")
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(
		a.compareCommand(), a.ratesCommand(), a.trainCommand(), a.predictCommand(), a.checkCommand(), a.mergeCommand(),
		a.reportCommand(), a.dataCommand(), a.benchCommand(), a.graphCommand(), a.auditCommand(), a.versionCommand(),
	)
	return root
}

// noArgs refuses anything that is not a flag.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		if cmd.HasParent() {
			return usagef("%s takes no argument, got %q", cmd.Name(), args[0])
		}
		return usagef("unknown command %q: want one of %s", args[0], commandNames(cmd))
	}
	return nil
}

// commandNames lists what root can be asked to do.
func commandNames(root *cobra.Command) string {
	var names []string
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return strings.Join(names, ", ")
}

// warn says what is wrong with a run that goes on.
func (a *app) warn(err error) { fmt.Fprintln(a.stderr, "gradtwin: warning:", err) }
