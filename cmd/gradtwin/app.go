package main

import (
	"fmt"
	"io"

	"gradtwin/compare"
)

// app is what the commands share.
type app struct {
	args           []string // of the command line
	stdout, stderr io.Writer
	screen         screen // that stdout is shown on
	wrong          error  // found where cobra takes no error
}

// warn reports what is wrong with a run that goes on.
func (a *app) warn(err error) { fmt.Fprintln(a.stderr, "gradtwin: warning:", err) }

// say prints sentences, broken to the width of the terminal.
func (a *app) say(format string, args ...any) {
	fmt.Fprintln(a.stdout, a.screen.wrap(fmt.Sprintf(format, args...)))
}

// printReport prints what a check found. Its replay line is Go code, or long: a command
// prints its own.
func (a *app) printReport(r *compare.Report) {
	shown := *r
	shown.Replay = ""
	fmt.Fprint(a.stdout, a.screen.verdicts(shown.Text(a.screen.width())))
}
