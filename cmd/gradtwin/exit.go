package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"

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

// exitCode returns the exit code of an error. Where an error is joined to an
// interruption it counts: a run whose checkpoint could not be written did not end
// properly.
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
