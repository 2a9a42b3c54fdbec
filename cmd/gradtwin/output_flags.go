package main

import (
	"github.com/spf13/cobra"

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
	s.BoolVar(&f.json, "json", false, "print JSON Lines, one object a line with a type")
	if out != "" {
		s.StringVar(&f.out, "out", "", out)
	}
	s.StringVar(&f.progress, "progress", string(progress.Auto), "on stderr: auto, bar, plain or none")
}

// reporter returns what shows the progress.
func (f *outputFlags) reporter(a *app) (*progress.Reporter, error) {
	mode, err := progress.ParseMode(f.progress)
	if err != nil {
		return nil, usageError{err}
	}
	return progress.New(mode, a.stderr), nil
}
