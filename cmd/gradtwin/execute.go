package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"syscall"
)

// run executes one command line and returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := interruptible()
	defer stop()
	return execute(ctx, args, stdout, stderr)
}

// execute is run until ctx is cancelled.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	out := &output{w: stdout}
	a := &app{args: args, stdout: out, stderr: stderr, screen: newScreen(stdout)}
	root := a.root()
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	err = errors.Join(err, a.wrong)
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
		fmt.Fprintf(stderr, "Run %s --help for what can be given.\n", cmd.CommandPath())
	}
	return code
}
