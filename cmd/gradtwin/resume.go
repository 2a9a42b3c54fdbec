package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gradtwin"
	"gradtwin/compare/twin"
	"gradtwin/internal/checkpoint"
	"gradtwin/internal/report"
	"gradtwin/internal/stats"
)

// checkpointFlags say where and how often a run is saved, and which one is continued.
type checkpointFlags struct {
	file, every, resume string
}

// usualEvery is the time between two checkpoints where none is given.
const usualEvery = "10s"

func (f *checkpointFlags) addTo(cmd *cobra.Command) {
	s := cmd.Flags()
	s.StringVar(&f.file, "checkpoint", "", "`FILE` to save the run to, so that --resume can continue it")
	s.StringVar(&f.every, "checkpoint-every", usualEvery, "steps (100) or `time` (10s) between two checkpoints")
	s.StringVar(&f.resume, "resume", "", "checkpoint `FILE` to continue from; it is kept up to date, unless --checkpoint "+
		"names another")
}

// runHeader is what every checkpoint says of its run.
type runHeader struct {
	Flags map[string]string `json:"flags"` // as settings returns them
	Files []report.File     `json:"files"` // of the data
	// Runs holds where each run stands, by its batch policy. A run that was
	// not begun is not in it.
	Runs map[string]twin.State `json:"runs"`
}

// newRunHeader returns the header of a command's runs before any was begun.
func newRunHeader(cmd *cobra.Command, data *dataset) runHeader {
	return runHeader{Flags: maps.Collect(settings(cmd)), Files: data.describe().Files, Runs: map[string]twin.State{}}
}

// resumed is a run read from its checkpoint.
type resumed struct {
	path string
	*checkpoint.Checkpoint
	runHeader
}

// read returns the run to continue, nil when there is none, and gives the
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
	for name := range given {
		if _, kept := r.Flags[name]; !kept && cmd.Flags().Changed(name) {
			return nil, usagef("--%s: the checkpoint %s is of a run without it", name, f.resume)
		}
	}
	for name, kept := range r.Flags {
		flag := cmd.Flags().Lookup(name)
		switch {
		// A file from somebody else must not choose what is written where.
		case flag == nil || slices.Contains(unkept, name):
			return nil, fmt.Errorf("checkpoint %s: --%s is not among the flags that a run of %s keeps", f.resume, name, cmd.Name())
		case !flag.Changed:
			if err := flag.Value.Set(kept); err != nil {
				return nil, fmt.Errorf("checkpoint %s: --%s %s: %w", f.resume, name, kept, err)
			}
		case name != "steps" && given[name] != kept:
			return nil, usagef("--%s %s: the checkpoint %s is of a run with %s", name, given[name], f.resume, kept)
		}
	}
	return r, nil
}

// validate reports what is wrong with the runs and arrays, whatever network they
// are of.
func (r *resumed) validate() error {
	for policy := range r.Runs {
		if err := new(twin.Policy).UnmarshalText([]byte(policy)); err != nil {
			return fmt.Errorf("run: %w", err)
		}
	}
	for _, a := range r.Arrays {
		// The drift of weights beyond 1e154 is infinite: their squares are.
		if strings.HasSuffix(a.Name, "drift") {
			continue
		}
		for i, x := range a.Data {
			if stats.IsNotFinite(x) {
				return fmt.Errorf("%s is %v: want a finite number", a.Element(i), x)
			}
		}
	}
	return nil
}

// wrap says of an error that the checkpoint's flags may be what is wrong: they
// are the run's.
func (r *resumed) wrap(err error) error {
	if r == nil || err == nil {
		return err
	}
	return fmt.Errorf("with the flags of checkpoint %s: %w", r.path, err)
}

// begin returns a run's feed and sets the backends' parameters: at the
// beginning, to those given or else to those that the run draws, or where the
// checkpoint r, when it is not nil and has the run, keeps them. The backends' arrays
// are found by their prefix.
func begin(c twin.Config, data *dataset, r *resumed, given *gradtwin.Params, backends map[string]twin.Backend) (*twin.Sampler, error) {
	state, kept := r.state(c)
	if !kept {
		start, feed, err := twin.Begin(c, data.Train)
		if err != nil {
			return nil, err
		}
		if given != nil {
			start = given
		}
		for _, b := range backends {
			copy(b.Params().Flat, start.Flat)
		}
		return feed, nil
	}
	if err := r.sameData(data.describe()); err != nil {
		return nil, err
	}
	feed, err := twin.Resume(c, data.Train, state)
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
func (r *resumed) state(c twin.Config) (twin.State, bool) {
	if r == nil {
		return twin.State{}, false
	}
	s, ok := r.Runs[c.Policy.String()]
	return s, ok
}

// sameData returns an error unless the data are those that the run began with.
func (r *resumed) sameData(data report.Data) error {
	for i, f := range data.Files {
		if i >= len(r.Files) || r.Files[i] != f {
			return fmt.Errorf("checkpoint %s: %s with SHA-256 %s is not the file of the run that it keeps", r.path, f.Name,
				f.SHA256)
		}
	}
	return nil
}

// paramArrays returns a backend's parameters, tensor by tensor.
func paramArrays(prefix string, p *gradtwin.Params) []checkpoint.Array {
	var arrays []checkpoint.Array
	for k, t := range p.Layout() {
		arrays = append(arrays, checkpoint.Array{Tensor: gradtwin.Tensor{Name: prefix + t.Name, Shape: t.Shape},
			Data: p.At(k)})
	}
	return arrays
}

// traceArrays returns the series of a twin run for a checkpoint.
func traceArrays(prefix string, t *twin.Trace) []checkpoint.Array {
	arrays := []checkpoint.Array{checkpoint.Vector(prefix+"drift", t.Drift)}
	evaluated := make([]float64, len(t.Evaluated))
	for i, step := range t.Evaluated {
		evaluated[i] = float64(step)
	}
	arrays = append(arrays, checkpoint.Vector(prefix+"evaluated", evaluated))
	for _, s := range []*twin.Series{&t.Symbolic, &t.Numeric} {
		p := prefix + s.Backend + "/"
		arrays = append(arrays, checkpoint.Vector(p+"loss", s.Loss), checkpoint.Vector(p+"seconds", s.Seconds),
			checkpoint.Vector(p+"accuracy", s.Accuracy))
	}
	return arrays
}

// fillTrace is the inverse of traceArrays, for a run of so many steps.
func (r *resumed) fillTrace(prefix string, t *twin.Trace, steps int) error {
	t.Drift = r.Array(prefix + "drift")
	ok := len(t.Drift) == steps
	for _, step := range r.Array(prefix + "evaluated") {
		ok = ok && step >= 0 && step <= float64(steps) && step == math.Trunc(step)
		t.Evaluated = append(t.Evaluated, int(step))
	}
	for _, s := range []*twin.Series{&t.Symbolic, &t.Numeric} {
		p := prefix + s.Backend + "/"
		s.Loss, s.Seconds, s.Accuracy = r.Array(p+"loss"), r.Array(p+"seconds"), r.Array(p+"accuracy")
		ok = ok && len(s.Loss) == steps && len(s.Seconds) == steps && len(s.Accuracy) == len(t.Evaluated)
	}
	if !ok {
		return fmt.Errorf("checkpoint %s: the arrays under %s are not those of a run of %d steps", r.path, prefix, steps)
	}
	return nil
}
