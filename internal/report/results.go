// Package report holds what a comparison found and the files that keep it:
// results.json, the steps as CSV, and the gradients as .npz. Package page draws
// it.
package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/moby/sys/atomicwriter"

	"gradtwin/compare"
	"gradtwin/compare/twin"
)

// Version is the version of results.json's schema. It goes up when a reader of
// the old form would misread the new one.
const Version = 2

// Results is what results.json holds: all that is needed to run the comparison
// again and to draw it without running it.
type Results struct {
	Version     int         `json:"version"`
	Replay      string      `json:"replay"`              // the command line that runs the same again
	Engine      string      `json:"engine"`              // the numeric backend's
	Formula     string      `json:"formula,omitempty"`   // of its differences; central where there is none
	Step        float64     `json:"step"`                // their h
	InitFrom    string      `json:"init_from,omitempty"` // file of the weights at the start, "" for drawn ones
	Environment Environment `json:"environment"`
	Data        Data        `json:"data"`
	Inject      string      `json:"inject,omitempty"` // the fault that was planted in the gradients that are checked
	Interrupted bool        `json:"interrupted"`      // the runs hold what was done until then
	Error       string      `json:"error,omitempty"`  // those of the runs, and what was wrong beside
	Runs        []Run       `json:"runs"`
}

// Environment is where the times were measured.
type Environment struct {
	Go       string            `json:"go"`
	OS       string            `json:"os"`
	Arch     string            `json:"arch"`
	CPU      string            `json:"cpu,omitempty"`
	Cores    int               `json:"cores"` // GOMAXPROCS
	Revision string            `json:"revision,omitempty"`
	Modules  map[string]string `json:"modules,omitempty"`
}

// Data is the data set of the runs. It does not say where the files were: that
// differs from machine to machine, and the checksums tell what they were.
type Data struct {
	Origin string `json:"origin"`
	Train  int    `json:"train"` // rows
	Test   int    `json:"test"`  // rows
	Files  []File `json:"files"`
}

// File is one data file.
type File struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// Run is the comparison of both backends under one policy.
type Run struct {
	twin.Trace
	Comparisons []twin.Comparison `json:"comparisons"`
	// Predictions are those of the test rows at the start and the end, when a report
	// was asked for.
	Predictions []*twin.Predictions `json:"predictions,omitempty"`
	Memory      []StepMemory        `json:"memory,omitempty"` // of both backends, when a report was asked for
	// Error is what ended the run early, a signal aside, or is wrong with it.
	Error    string `json:"error,omitempty"`
	Diverged bool   `json:"diverged,omitempty"` // Error says that training did
}

// StepMemory is what one step of a backend allocates, the mean of a few after
// the run.
type StepMemory struct {
	Backend     string  `json:"backend"`
	Bytes       float64 `json:"bytes"`
	Allocations float64 `json:"allocations"`
}

// checks returns the checks of the run.
func (r *Run) checks() []*compare.Report {
	var out []*compare.Report
	for k := range r.Comparisons {
		out = append(out, r.Comparisons[k].Checks()...)
	}
	return out
}

// Outcome returns how the checks of the run ended together.
func (r *Run) Outcome() Outcome { return OutcomeOf(r.checks()...) }

// Planted says that a gradient was made wrong on purpose, by the fault of --inject.
func Planted(fault string) string {
	return "A fault was planted in the gradient that is checked, to show a failure: " + fault + "."
}

// Notes says what was planted, and how the runs ended when that was not properly and
// no run says it.
func (r *Results) Notes() []string {
	var notes []string
	if r.Inject != "" {
		notes = append(notes, Planted(r.Inject))
	}
	if r.Interrupted {
		notes = append(notes, "The run was interrupted: this is what was done until then.")
	}
	if r.Error != "" && !slices.ContainsFunc(r.Runs, func(run Run) bool { return run.Error != "" }) {
		notes = append(notes, "The run ended with an error: "+r.Error)
	}
	return notes
}

// Dir is a folder that results are written to.
type Dir string

// Open makes the folder if it is not there, and makes sure that it can be
// written to: better before a long run than after.
func Open(path string) (Dir, error) {
	if err := os.MkdirAll(path, 0o755); err != nil {
		return "", fmt.Errorf("output folder: %w", err)
	}
	f, err := os.CreateTemp(path, ".gradtwin-*")
	if err != nil {
		return "", fmt.Errorf("output folder %s: cannot write there: %w", path, err)
	}
	f.Close()
	if err := os.Remove(f.Name()); err != nil {
		return "", fmt.Errorf("output folder %s: %w", path, err)
	}
	return Dir(path), nil
}

// Write puts a file into the folder: first under another name, so that a
// reader finds the old or the new one but never half of it.
func (d Dir) Write(name string, content []byte) error {
	// Whoever removed the folder during a long run did not mean its results.
	if err := os.MkdirAll(string(d), 0o755); err != nil {
		return fmt.Errorf("output folder: %w", err)
	}
	if err := atomicwriter.WriteFile(filepath.Join(string(d), name), content, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Join(string(d), name), err)
	}
	return nil
}

// WriteResults writes results.json.
func (d Dir) WriteResults(r *Results) error {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(r); err != nil {
		return fmt.Errorf("results.json: %w", err)
	}
	return d.Write("results.json", buf.Bytes())
}
