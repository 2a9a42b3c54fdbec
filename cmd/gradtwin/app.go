package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"gradtwin/internal/report"
)

// The exit codes.
const (
	exitDone        = 0
	exitError       = 1
	exitUsage       = 2
	exitDisagree    = 3
	exitNotJudged   = 4
	exitInterrupted = 130 // a shell's code for a program ended by SIGINT
	exitPipe        = 141 // and by SIGPIPE
)

const exitCodes = `Exit codes:
  0    agreed or done
  1    error
  2    wrong usage
  3    the gradients disagree, or audit finds something worse than its baseline
  4    the gradients could not be judged
  130  interrupted; what was done so far was printed and written
  141  the reader of the output, head for example, has closed it; what was done
       so far was written
`

// errDisagree ends a command that worked and found wrong gradients, errNotJudged
// one that found none and could not judge all, errWorse an audit that found more
// wrong than an earlier one.
var (
	errDisagree  = errors.New("the gradients disagree")
	errNotJudged = errors.New("the gradients could not be judged")
	errWorse     = errors.New("something is worse than in the baseline")
)

// endOf returns the error that a command ends with whose checks ended so.
func endOf(o report.Outcome) error {
	switch o {
	case report.Disagree:
		return errDisagree
	case report.NotJudged:
		return errNotJudged
	}
	return nil
}

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
	ctx, stop := interruptible()
	defer stop()
	return execute(ctx, args, stdout, stderr)
}

// execute is run until ctx is cancelled.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	out := &output{w: stdout}
	a := &app{stdout: out, stderr: stderr}
	root := a.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if out.err != nil && !errors.Is(err, out.err) {
		err = errors.Join(err, out.err) // not every print looks
	}
	code := exitCode(err)
	for _, cause := range causes(err) {
		switch {
		case cause == errDisagree, cause == errNotJudged, cause == errWorse: // the result says it
		case errors.Is(cause, syscall.EPIPE): // the reader knows
		case errors.Is(cause, context.Canceled):
			fmt.Fprintln(stderr, "gradtwin: interrupted")
		default:
			fmt.Fprintln(stderr, "gradtwin:", cause)
		}
	}
	if code == exitUsage {
		fmt.Fprintln(stderr, "Run gradtwin --help, or gradtwin COMMAND --help, for what can be given.")
	}
	return code
}

// exitCode returns what the causes of an end come to. Where an error is among
// them it counts: a run whose checkpoint could not be written is not a run that
// was interrupted in order.
func exitCode(err error) int {
	code := exitDone
	for _, cause := range causes(err) {
		var usage usageError
		switch {
		case cause == errDisagree, cause == errWorse:
			code = exitDisagree
		case cause == errNotJudged:
			code = exitNotJudged
		case errors.As(cause, &usage):
			return exitUsage
		case errors.Is(cause, context.Canceled):
			code = exitInterrupted
		case errors.Is(cause, syscall.EPIPE):
			if code != exitInterrupted {
				code = exitPipe
			}
		default:
			return exitError
		}
	}
	return code
}

// causes returns the errors that were joined, each once.
func causes(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		if err == nil {
			return nil
		}
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		for _, cause := range causes(e) {
			if !slices.ContainsFunc(all, func(e error) bool { return errors.Is(e, cause) }) {
				all = append(all, cause)
			}
		}
	}
	return all
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

// describeEnd tells a result whether its run was interrupted, and what else went
// wrong with it, "" for nothing.
func describeEnd(err error) (interrupted bool, problem string) {
	var problems []string
	for _, cause := range causes(err) {
		if errors.Is(cause, context.Canceled) {
			interrupted = true
		} else {
			problems = append(problems, cause.Error())
		}
	}
	return interrupted, strings.Join(problems, "; ")
}
