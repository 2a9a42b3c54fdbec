package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gradtwin/internal/progress"
)

// outputFlags say what is shown and written.
type outputFlags struct {
	json     bool
	out      string
	progress string
}

func (f *outputFlags) addTo(cmd *cobra.Command, out string) {
	s := cmd.Flags()
	addJSON(s, &f.json)
	if out != "" {
		s.StringVar(&f.out, "out", "", out)
	}
	f.addProgress(s)
}

// addJSON adds the flag for JSON Lines.
func addJSON(s *pflag.FlagSet, to *bool) {
	s.BoolVar(to, "json", false, "print JSON Lines: one object per line, each with a type")
}

// addProgress adds the flag that says how the progress is shown.
func (f *outputFlags) addProgress(s *pflag.FlagSet) {
	s.StringVar(&f.progress, "progress", string(progress.Auto),
		"on stderr: auto (bar on a terminal, else plain), bar, plain or none")
	wantNames(s, "progress", progress.Modes())
}

// reporter returns what shows the progress.
func (f *outputFlags) reporter(a *app) *progress.Reporter {
	return progress.New(progress.Mode(f.progress), a.stderr)
}
