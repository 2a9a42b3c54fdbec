package main

import (
	"fmt"
	"io"
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
