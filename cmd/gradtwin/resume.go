package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/internal/checkpoint"
	"gradtwin/internal/report"
)

// checkpointFlags say where a run is kept, how often, and where it goes on.
type checkpointFlags struct {
	file, every, resume string
}

func (f *checkpointFlags) addTo(cmd *cobra.Command) {
	s := cmd.Flags()
	s.StringVar(&f.file, "checkpoint", "", "file that keeps the run, to go on from when it is interrupted")
	s.StringVar(&f.every, "checkpoint-every", "10s", "steps (100) or time (10s) between two checkpoints")
	s.StringVar(&f.resume, "resume", "", "checkpoint to go on from; it is kept up to date, unless --checkpoint names another")
}

// keeper writes a run's checkpoints. A nil keeper writes none.
type keeper struct {
	path  string
	kind  string
	steps int           // between two checkpoints; 0 when time decides
	time  time.Duration // between two checkpoints; 0 when steps decide

	lastStep int
	last     time.Time
}

// keeper returns what the flags ask for, nil when that is nothing.
func (f *checkpointFlags) keeper(kind string) (*keeper, error) {
	k := &keeper{path: f.file, kind: kind, last: time.Now()}
	var ok bool
	if k.steps, k.time, ok = countOrTime(f.every); !ok {
		return nil, usagef("checkpoint-every %q: want a number of steps, as in 100, or a time, as in 10s", f.every)
	}
	if k.path == "" {
		k.path = f.resume
	}
	if k.path == "" {
		return nil, nil
	}
	if k.path != f.resume {
		// A run begun by mistake must not wipe out the one that is kept there.
		if _, err := os.Lstat(k.path); err == nil {
			return nil, usagef("checkpoint %s is there already: go on from it with --resume, or remove it", k.path)
		}
	}
	return k, nil
}

// due tells whether it is time for a checkpoint after a step.
func (k *keeper) due(step int) bool {
	if k == nil {
		return false
	}
	if k.steps > 0 {
		return step-k.lastStep >= k.steps
	}
	return time.Since(k.last) >= k.time
}

// runHeader is what every checkpoint says of its run.
type runHeader struct {
	Flags map[string]string `json:"flags"` // as settings returns them
	Files []report.File     `json:"files"` // of the data
	// Runs holds where each run stands, by its batch policy. A run that was
	// not begun is not in it.
	Runs map[string]compare.State `json:"runs"`
}

// newRunHeader returns the header of a command's runs before any was begun.
func newRunHeader(cmd *cobra.Command, data *dataset) runHeader {
	return runHeader{Flags: maps.Collect(settings(cmd)), Files: data.describe().Files, Runs: map[string]compare.State{}}
}

// save writes a checkpoint in which the feed's run stands where the feed does.
func (k *keeper) save(h runHeader, feed *compare.Feed, arrays []checkpoint.Array) error {
	if k == nil {
		return nil
	}
	state, err := feed.State()
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	h.Runs[feed.Config().Policy.String()] = state
	text, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	if err := checkpoint.Write(k.path, &checkpoint.Checkpoint{Kind: k.kind, Header: text, Arrays: arrays}); err != nil {
		return err
	}
	k.lastStep, k.last = state.Step, time.Now()
	return nil
}

// resumed is a run read from its checkpoint.
type resumed struct {
	path string
	*checkpoint.Checkpoint
	runHeader
}

// read returns the run to go on with, nil when there is none, and gives the
// command's flags the values they had there. A flag given another value is a
// mistake; only --steps may be given anew.
func (f *checkpointFlags) read(cmd *cobra.Command) (*resumed, error) {
	if f.resume == "" {
		return nil, nil
	}
	c, err := checkpoint.Read(f.resume, cmd.Name())
	if err != nil {
		return nil, err
	}
	r := &resumed{path: f.resume, Checkpoint: c}
	if err := json.Unmarshal(c.Header, &r.runHeader); err != nil {
		return nil, fmt.Errorf("checkpoint %s: %w", f.resume, err)
	}
	if err := r.validate(); err != nil {
		return nil, fmt.Errorf("checkpoint %s: %w", f.resume, err)
	}
	given := maps.Collect(settings(cmd))
	for name, kept := range r.Flags {
		flag := cmd.Flags().Lookup(name)
		switch {
		// A file from somebody else must not choose what is written where.
		case flag == nil || slices.Contains(unreplayed, name):
			return nil, fmt.Errorf("checkpoint %s: --%s is no flag that a run of %s keeps", f.resume, name, cmd.Name())
		case !flag.Changed:
			if err := flag.Value.Set(kept); err != nil {
				return nil, fmt.Errorf("checkpoint %s: --%s %s: %w", f.resume, name, kept, err)
			}
		case name != "steps" && given[name] != kept:
			return nil, usagef("--%s %s: the checkpoint %s is of a run with %s", name, given[name], f.resume, kept)
		}
	}
	// A run that was killed while it wrote leaves the half of it behind.
	if half, err := filepath.Glob(filepath.Join(filepath.Dir(f.resume), ".tmp-"+filepath.Base(f.resume)+"*")); err == nil {
		for _, name := range half {
			os.Remove(name)
		}
	}
	return r, nil
}

// validate tells what is wrong with the runs and arrays, whatever network they
// are of.
func (r *resumed) validate() error {
	for policy := range r.Runs {
		if _, err := compare.ParsePolicy(policy); err != nil {
			return fmt.Errorf("run: %w", err)
		}
	}
	for _, a := range r.Arrays {
		// The drift of weights beyond 1e154 is infinite: their squares are.
		if strings.HasSuffix(a.Name, "drift") {
			continue
		}
		for i, x := range a.Data {
			if x-x != 0 { // NaN for NaN and both infinities
				return fmt.Errorf("%s is %v: want a finite number", a.Element(i), x)
			}
		}
	}
	return nil
}

// blame says of an error that the checkpoint's flags may be what is wrong: they
// are the run's.
func (r *resumed) blame(err error) error {
	if r == nil || err == nil {
		return err
	}
	return fmt.Errorf("with the flags of checkpoint %s: %w", r.path, err)
}

// begin returns a run's feed and sets the backends' parameters: at the
// beginning, or where the checkpoint r, when it is not nil and has the run,
// keeps them. The backends' arrays are found by their prefix.
func begin(c compare.Config, data *dataset, r *resumed, backends map[string]compare.Backend) (*compare.Feed, error) {
	state, kept := r.state(c)
	if !kept {
		start, feed, err := compare.Begin(c, data.Train)
		if err != nil {
			return nil, err
		}
		for _, b := range backends {
			copy(b.Params().Flat, start.Flat)
		}
		return feed, nil
	}
	if err := r.sameData(data.describe()); err != nil {
		return nil, err
	}
	feed, err := compare.Resume(c, data.Train, state)
	if err != nil {
		return nil, fmt.Errorf("checkpoint %s: %w", r.path, err)
	}
	for prefix, b := range backends {
		for k, t := range b.Params().Layout() {
			kept := r.Array(prefix + t.Name)
			if len(kept) != t.Len() {
				return nil, fmt.Errorf("checkpoint %s: array %s of %d elements: want %d", r.path, prefix+t.Name, len(kept), t.Len())
			}
			copy(b.Params().At(k), kept)
		}
	}
	return feed, nil
}

// state returns where a run stands, and whether r keeps it.
func (r *resumed) state(c compare.Config) (compare.State, bool) {
	if r == nil {
		return compare.State{}, false
	}
	s, ok := r.Runs[c.Policy.String()]
	return s, ok
}

// sameData tells whether a run would go on with the data it began with.
func (r *resumed) sameData(data report.Data) error {
	for i, f := range data.Files {
		if i >= len(r.Files) || r.Files[i] != f {
			return fmt.Errorf("checkpoint %s: %s with SHA-256 %s is not the file of the run that it keeps", r.path, f.Name, f.SHA256)
		}
	}
	return nil
}

// paramArrays returns a backend's parameters, tensor by tensor.
func paramArrays(prefix string, p *gradtwin.Params) []checkpoint.Array {
	var arrays []checkpoint.Array
	for k, t := range p.Layout() {
		arrays = append(arrays, checkpoint.Array{Tensor: gradtwin.Tensor{Name: prefix + t.Name, Shape: t.Shape}, Data: p.At(k)})
	}
	return arrays
}

// traceArrays returns the series of a twin run for a checkpoint.
func traceArrays(prefix string, t *compare.Trace) []checkpoint.Array {
	arrays := []checkpoint.Array{checkpoint.Vector(prefix+"drift", t.Drift)}
	evaluated := make([]float64, len(t.Evaluated))
	for i, step := range t.Evaluated {
		evaluated[i] = float64(step)
	}
	arrays = append(arrays, checkpoint.Vector(prefix+"evaluated", evaluated))
	for _, s := range []*compare.Series{&t.Symbolic, &t.Numeric} {
		p := prefix + s.Backend + "/"
		arrays = append(arrays, checkpoint.Vector(p+"loss", s.Loss), checkpoint.Vector(p+"seconds", s.Seconds), checkpoint.Vector(p+"accuracy", s.Accuracy))
	}
	return arrays
}

// fillTrace is the inverse of traceArrays, for a run of so many steps.
func (r *resumed) fillTrace(prefix string, t *compare.Trace, steps int) error {
	t.Drift = r.Array(prefix + "drift")
	ok := len(t.Drift) == steps
	for _, step := range r.Array(prefix + "evaluated") {
		ok = ok && step >= 0 && step <= float64(steps) && step == math.Trunc(step)
		t.Evaluated = append(t.Evaluated, int(step))
	}
	for _, s := range []*compare.Series{&t.Symbolic, &t.Numeric} {
		p := prefix + s.Backend + "/"
		s.Loss, s.Seconds, s.Accuracy = r.Array(p+"loss"), r.Array(p+"seconds"), r.Array(p+"accuracy")
		ok = ok && len(s.Loss) == steps && len(s.Seconds) == steps && len(s.Accuracy) == len(t.Evaluated)
	}
	if !ok {
		return fmt.Errorf("checkpoint %s: the arrays under %s are not those of a run of %d steps", r.path, prefix, steps)
	}
	return nil
}
