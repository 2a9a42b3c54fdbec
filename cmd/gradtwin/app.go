package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// The exit codes.
const (
	exitDone        = 0
	exitError       = 1
	exitUsage       = 2
	exitDisagree    = 3
	exitInterrupted = 130 // a shell's code for a program ended by SIGINT
)

const exitCodes = `Exit codes:
  0    agreed or done
  1    error
  2    wrong usage
  3    the gradients disagree
  130  interrupted; what was done so far was printed and written
`

// errDisagree ends a command that worked and found wrong gradients.
var errDisagree = errors.New("the gradients disagree")

// usageError is a mistake in how the command was called.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// app is what the commands share.
type app struct {
	stdout, stderr io.Writer
}

// run executes one command line and returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	// The first signal ends the work in order; a second one kills at once.
	context.AfterFunc(ctx, stop)
	return execute(ctx, args, stdout, stderr)
}

// execute is run until ctx is cancelled.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	a := &app{stdout: stdout, stderr: stderr}
	root := a.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	code := exitCode(err)
	switch code {
	case exitDone, exitDisagree: // the result says it
	case exitInterrupted:
		fmt.Fprintln(stderr, "gradtwin: interrupted")
	default:
		fmt.Fprintln(stderr, "gradtwin:", err)
	}
	if code == exitUsage {
		fmt.Fprintln(stderr, "Run gradtwin --help, or gradtwin COMMAND --help, for what can be given.")
	}
	return code
}

func exitCode(err error) int {
	var usage usageError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errDisagree):
		return exitDisagree
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &usage):
		return exitUsage
	default:
		return exitError
	}
}

func (a *app) root() *cobra.Command {
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
			return usagef("no command given: want one of %s", commandNames(cmd))
		},
	}
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(a.compareCommand(), a.trainCommand(), a.checkCommand(), a.mergeCommand(), a.reportCommand(), a.dataCommand(), a.benchCommand(), a.graphCommand(), a.auditCommand())
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
