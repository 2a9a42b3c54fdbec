package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"gradtwin"
	"gradtwin/internal/weights"
)

// startFlags say which weights a run begins with, where it does not draw them.
type startFlags struct {
	from string // a file, "" for none
}

func (f *startFlags) addTo(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.from, "init-from", "", "`FILE` with the weights to begin with, as --save or NumPy's savez writes it: W1, b1, W2, …")
}

// idle returns the flags that have no effect beside these.
func (f *startFlags) idle() []idleFlag {
	if f.from == "" {
		return nil
	}
	return []idleFlag{{"init", "with --init-from"}, {"init-std", "with --init-from"}}
}

// name returns the file's name without its folder, "" for none.
func (f *startFlags) name() string {
	if f.from == "" {
		return ""
	}
	return filepath.Base(f.from)
}

// weights returns the weights that a run begins with, nil for those that it draws.
func (f *startFlags) weights(s gradtwin.Spec) (*gradtwin.Params, error) {
	if f.from == "" {
		return nil, nil
	}
	w, err := weights.Read(f.from)
	if err != nil {
		return nil, err
	}
	if err := w.Matches(s); err != nil {
		return nil, fmt.Errorf("weights %s: %w", f.from, err)
	}
	return w.Params, nil
}
