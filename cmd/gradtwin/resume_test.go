package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gradtwin/compare/twin"
	"gradtwin/internal/checkpoint"
	"gradtwin/numeric"
)

// process returns the command as a process of its own: the test binary, which
// is the command under that name.
func process(args ...string) *exec.Cmd {
	path, err := os.Executable()
	if err != nil {
		panic(err)
	}
	cmd := exec.Command(path)
	cmd.Args = append([]string{"gradtwin"}, args...)
	return cmd
}

// kept is what must be the same bits however often a run was interrupted.
func kept(t *testing.T, path, kind string) map[string][]float64 {
	t.Helper()
	c, err := checkpoint.Read(path, kind)
	if err != nil {
		t.Fatal(err)
	}
	arrays := map[string][]float64{}
	for _, a := range c.Arrays {
		if !strings.HasSuffix(a.Name, "seconds") {
			arrays[a.Name] = a.Data
		}
	}
	return arrays
}

// bits has cmp compare all bits of a number, the sign of a zero too.
var bits = cmp.Transformer("bits", math.Float64bits)

// kills is how often the run is killed: $GRADTWIN_KILLS for a longer test.
func kills(t *testing.T) int {
	if text := os.Getenv("GRADTWIN_KILLS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return 5
}

// A run that is killed again and again at random moments, without a chance to
// do anything about it, ends with the bits of one that is not.
func TestKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: processes started again and again")
	}
	t.Parallel()
	for _, tt := range []struct {
		losses string // the array with one number for each step of the first run
		args   []string
	}{
		{"loss", []string{"train", "--backend", "graph"}},
		{"loss", []string{"train", "--backend", "numeric", "--inner", "3"}},
		{"fixed/graph/loss", []string{"compare", "--every", "40"}},
	} {
		t.Run(strings.Join(tt.args, " "), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			args := append(tt.args, "--data", "../../testdata/tiny", "--layers", "784,6,10", "--progress", "none", "--yes",
				"--checkpoint-every", "1ms")
			begun := time.Now()
			short := process(append(args, "--steps", "1", "--checkpoint", filepath.Join(dir, "short.npz"))...)
			if out, err := short.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			alive := 2 * time.Since(begun)
			path := filepath.Join(dir, "killed.npz")
			// keep goes on where the last process was killed.
			keep := func(steps int) *exec.Cmd {
				given := append(args, "--steps", strconv.Itoa(steps))
				if _, err := os.Stat(path); err == nil {
					return process(append(given, "--resume", path)...)
				}
				return process(append(given, "--checkpoint", path)...)
			}
			for n := range kills(t) {
				cmd := keep(10_000_000) // more than can be done
				var errs bytes.Buffer
				cmd.Stderr = &errs
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				// Killed while it starts, loads, trains or writes.
				time.Sleep(rand.N(alive))
				cmd.Process.Kill()
				var exit *exec.ExitError
				if err := cmd.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
					t.Fatalf("before kill %d the run ended: %v: %s", n+1, err, errs.String())
				}
			}
			steps := 20
			if _, err := os.Stat(path); err == nil {
				steps += len(kept(t, path, tt.args[0])[tt.losses])
			}
			whole := filepath.Join(dir, "whole.npz")
			for _, cmd := range []*exec.Cmd{
				keep(steps),
				process(append(args, "--steps", strconv.Itoa(steps), "--checkpoint", whole)...),
			} {
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
			}
			if d := cmp.Diff(kept(t, whole, tt.args[0]), kept(t, path, tt.args[0]), bits); d != "" {
				t.Errorf("killed and resumed (-whole +resumed):\n%s", d)
			}
		})
	}
}

// A checkpoint may come from somebody else: whatever it says, it is an error
// that names the file.
func TestResumeRefuses(t *testing.T) {
	dir := t.TempDir()
	begun := filepath.Join(dir, "begun.npz")
	flags := []string{"--data", "../../testdata/tiny", "--progress", "none"}
	if code := run(append([]string{"compare", "--layers", "784,2,10", "--steps", "2", "--policy", "sgd", "--checkpoint",
		begun}, flags...), io.Discard, io.Discard); code != exitDone {
		t.Fatalf("exit code %d", code)
	}
	for want, change := range map[string]func(h *runHeader, arrays map[string][]float64){
		"--nothing is not among the flags that a run of compare keeps": func(h *runHeader,
			_ map[string][]float64) {
			h.Flags["nothing"] = "1"
		},
		"--out is not among the flags that a run of compare keeps": func(h *runHeader,
			_ map[string][]float64) {
			h.Flags["out"] = dir
		},
		"--checkpoint is not among the flags": func(h *runHeader,
			_ map[string][]float64) {
			h.Flags["checkpoint"] = dir
		},
		"--yes is not among the flags": func(h *runHeader,
			_ map[string][]float64) {
			h.Flags["yes"] = "true"
		},
		"--seed x: ": func(h *runHeader,
			_ map[string][]float64) {
			h.Flags["seed"] = "x"
		},
		"learning rate NaN: want a finite": func(h *runHeader,
			_ map[string][]float64) {
			h.Flags["lr"] = "NaN"
		},
		" of memory: want ": func(h *runHeader,
			_ map[string][]float64) {
			h.Flags["layers"] = "784,2700000,10"
		},
		"gradients with --engine incremental take": func(h *runHeader,
			_ map[string][]float64) {
			h.Flags["steps"] = "9223372036854775807"
		},
		`dtype "int": want`: func(h *runHeader,
			_ map[string][]float64) {
			h.Flags["dtype"] = "int"
		},
		`inject "W9*2": tensor "W9"`: func(h *runHeader,
			_ map[string][]float64) {
			h.Flags["inject"] = "W9*2"
		},
		`policy "other": want one of`: func(h *runHeader,
			_ map[string][]float64) {
			h.Runs["other"] = h.Runs["sgd"]
		},
		"is not the file of the run": func(h *runHeader, _ map[string][]float64) { h.Files = nil },
		"row 60 of a data set of 60 rows": func(h *runHeader,
			_ map[string][]float64) {
			h.Runs["sgd"].Rows[3] = 60
		},
		"generator state of zeros": func(h *runHeader,
			_ map[string][]float64) {
			clear(h.Runs["sgd"].Rand)
		},
		"sgd/numeric/W1[783,1] is NaN: want": func(_ *runHeader,
			a map[string][]float64) {
			a["sgd/numeric/W1"][784*2-1] = math.NaN()
		},
		"sgd/graph/loss[1] is +Inf: want": func(_ *runHeader,
			a map[string][]float64) {
			a["sgd/graph/loss"][1] = math.Inf(1)
		},
		"the arrays under sgd/ are not those": func(_ *runHeader,
			a map[string][]float64) {
			a["sgd/evaluated"][1] = 1.5
		},
	} {
		c, err := checkpoint.Read(begun, "compare")
		if err != nil {
			t.Fatal(err)
		}
		var h runHeader
		if err := json.Unmarshal(c.Header, &h); err != nil {
			t.Fatal(err)
		}
		arrays := map[string][]float64{}
		for _, a := range c.Arrays {
			arrays[a.Name] = a.Data
		}
		change(&h, arrays)
		if c.Header, err = json.Marshal(h); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "hostile.npz")
		if err := checkpoint.Write(path, c); err != nil {
			t.Fatal(err)
		}
		var errs bytes.Buffer
		code := run(append([]string{"compare", "--resume", path}, flags...), io.Discard, &errs)
		if text := errs.String(); code != exitError && code != exitUsage ||
			!strings.Contains(text, "checkpoint "+path+": ") || !strings.Contains(text, want) {
			t.Errorf("exit code %d, standard error %q: want an error of checkpoint %s with %q", code, withoutWarnings(text),
				path, want)
		}
	}
}

// A run that stops after any step, among them those between two draws of a
// batch, and goes on to more steps and into another file, ends with the bits of
// one that was not stopped. The checkpoint that it continues stays as it was.
func TestResumedAnywhere(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: 66 runs")
	}
	t.Parallel()
	for _, tt := range []struct {
		steps int
		args  []string
	}{
		{5, []string{"train", "--backend", "graph"}},
		{5, []string{"train", "--backend", "graph", "--dtype", "float32", "--policy", "fixed"}},
		{5, []string{"train", "--backend", "numeric", "--inner", "3"}},
		// An odd number of weights: the generator keeps a normal.
		{5, []string{"train", "--backend", "graph", "--inner", "3", "--layers", "784,3,5,10"}},
		{5, []string{"train", "--backend", "graph", "--policy", "fixed", "--layers", "784,3,5,10"}},
		{3, []string{"compare", "--every", "1", "--inner", "2", "--policy", "sgd"}},
		{3, []string{"compare", "--every", "1", "--inject", "b2[3]*-1"}},
	} {
		args, steps := tt.args, tt.steps
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			do := func(more ...string) {
				t.Helper()
				all := []string{args[0], "--data", "../../testdata/tiny", "--layers", "784,4,10", "--progress", "none"}
				all = append(append(all, args[1:]...), more...)
				var errs bytes.Buffer
				want := exitDone
				if slices.Contains(args, "--inject") {
					want = exitDisagree
				}
				if code := run(all, io.Discard, &errs); code != want {
					t.Fatalf("%v: exit code %d, want %d: %s", all, code, want, errs.String())
				}
			}
			whole := filepath.Join(dir, "whole.npz")
			do("--steps", strconv.Itoa(steps), "--checkpoint", whole)
			for k := 1; k <= steps; k++ {
				part, rest := filepath.Join(dir, fmt.Sprint(k, ".npz")), filepath.Join(dir, fmt.Sprint(k, "-rest.npz"))
				do("--steps", strconv.Itoa(k), "--checkpoint", part)
				before, err := os.ReadFile(part)
				if err != nil {
					t.Fatal(err)
				}
				do("--steps", strconv.Itoa(steps), "--resume", part, "--checkpoint", rest)
				if d := cmp.Diff(kept(t, whole, args[0]), kept(t, rest, args[0]), bits); d != "" {
					t.Errorf("stopped after step %d (-whole +resumed):\n%s", k, d)
				}
				if after, err := os.ReadFile(part); err != nil || !bytes.Equal(before, after) {
					t.Errorf("stopped after step %d: the checkpoint was changed (%v)", k, err)
				}
			}
		})
	}
}

// A comparison that goes on keeps the run whose turn comes later, from its
// first checkpoint on.
func TestResumeKeepsLaterRuns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.npz")
	args := []string{"compare", "--data", "../../testdata/tiny", "--layers", "784,4,10", "--steps", "3", "--progress",
		"none"}
	if code := run(append(args, "--checkpoint", path), io.Discard, io.Discard); code != exitDone {
		t.Fatalf("exit code %d", code)
	}
	want := kept(t, path, "compare")
	c, err := checkpoint.Read(path, "compare")
	if err != nil {
		t.Fatal(err)
	}
	earlier := &resumed{path: path, Checkpoint: c}
	if err := json.Unmarshal(c.Header, &earlier.runHeader); err != nil {
		t.Fatal(err)
	}

	config := twin.Experiment()
	config.Policy, config.Spec.Layers = twin.Fixed, []int{784, 4, 10}
	f := runFlags{dtype: dtype64}
	backends, err := f.newBackends([2]string{backendGraph, backendNumeric}, config, numeric.Options{})
	if err != nil {
		t.Fatal(err)
	}
	data, err := (&app{stderr: io.Discard}).load(t.Context(), "../../testdata/tiny")
	if err != nil {
		t.Fatal(err)
	}
	feed, err := begin(config, data, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	runs := newKeptRuns(&keeper{path: path, kind: "compare"}, runHeader{Runs: map[string]twin.State{}}, earlier)
	if _, err := runs.save(feed, backends, backends.NewTrace(config)); err != nil {
		t.Fatal(err)
	}
	got := kept(t, path, "compare")
	later := 0
	for name, data := range want {
		if strings.HasPrefix(name, "sgd/") {
			later++
			if d := cmp.Diff(data, got[name], bits); d != "" {
				t.Errorf("%s (-before +after the first checkpoint of fixed):\n%s", name, d)
			}
		}
	}
	if later == 0 || runs.header.Runs["sgd"].Step != 3 || runs.header.Runs["fixed"].Step != 0 {
		t.Errorf("%d arrays of sgd, steps %d of sgd and %d of fixed: want some, 3 and 0", later,
			runs.header.Runs["sgd"].Step, runs.header.Runs["fixed"].Step)
	}
}
