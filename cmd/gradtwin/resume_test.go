package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gradtwin/compare"
	"gradtwin/internal/checkpoint"
	"gradtwin/numeric"
)

// process returns the command as a process of its own: the test binary, which
// is the command under that name.
func process(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
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

// kills is how often the run is killed: $GRADTWIN_KILLS for a longer test.
func kills(t *testing.T) int {
	if text := os.Getenv("GRADTWIN_KILLS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return 10
}

// A run that is killed again and again at random moments, without a chance to
// do anything about it, ends with the bits of one that is not.
func TestKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: processes started again and again")
	}
	for _, tt := range []struct {
		kind  string
		alive time.Duration // at most, before a kill
		steps int           // for each kill: more than can be done in that time
		args  []string
	}{
		{"train", 80 * time.Millisecond, 2000, []string{"train", "--backend", "graph"}},
		{"train", 80 * time.Millisecond, 1000, []string{"train", "--backend", "numeric", "--inner", "3"}},
		{"compare", 300 * time.Millisecond, 600, []string{"compare", "--every", "700"}},
	} {
		t.Run(strings.Join(tt.args, " "), func(t *testing.T) {
			t.Parallel()
			kills := kills(t)
			dir := t.TempDir()
			args := append(tt.args, "--data", "../../testdata/tiny", "--layers", "784,6,10", "--progress", "none",
				"--yes", "--steps", strconv.Itoa(kills*tt.steps))

			whole := filepath.Join(dir, "whole.npz")
			if out, err := process(t, append(args, "--checkpoint", whole)...).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			path := filepath.Join(dir, "killed.npz")
			// keep goes on where the last process was killed.
			keep := func(every string) *exec.Cmd {
				given := append(args, "--checkpoint-every", every)
				if _, err := os.Stat(path); err == nil {
					return process(t, append(given, "--resume", path)...)
				}
				return process(t, append(given, "--checkpoint", path)...)
			}
			for n := range kills {
				cmd := keep("1ms")
				var errs bytes.Buffer
				cmd.Stderr = &errs
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				// Killed while it starts, loads, trains or writes.
				time.Sleep(time.Duration(rand.Int64N(int64(tt.alive))))
				cmd.Process.Kill()
				var exit *exec.ExitError
				if err := cmd.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
					t.Fatalf("before kill %d the run ended: %v: %s", n+1, err, errs.String())
				}
			}
			if out, err := keep("10s").CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if d := cmp.Diff(kept(t, whole, tt.kind), kept(t, path, tt.kind)); d != "" {
				t.Errorf("killed and resumed (-whole +resumed):\n%s", d)
			}
		})
	}
}

// A comparison that goes on keeps the run whose turn comes later, from its
// first checkpoint on.
func TestResumeKeepsLaterRuns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.npz")
	args := []string{"compare", "--data", "../../testdata/tiny", "--layers", "784,4,10", "--steps", "3", "--progress", "none"}
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

	config := compare.Experiment()
	config.Policy, config.Spec.Layers = compare.Fixed, []int{784, 4, 10}
	f := runFlags{dtype: dtype64}
	twin, err := f.newTwin(config, numeric.Options{})
	if err != nil {
		t.Fatal(err)
	}
	data, err := (&app{stderr: io.Discard}).load(t.Context(), "../../testdata/tiny")
	if err != nil {
		t.Fatal(err)
	}
	feed, err := begin(config, data, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	runs := newKeptRuns(&keeper{path: path, kind: "compare"}, runHeader{Runs: map[string]compare.State{}}, earlier)
	if _, err := runs.save(feed, twin, twin.NewTrace(config)); err != nil {
		t.Fatal(err)
	}
	got := kept(t, path, "compare")
	later := 0
	for name, data := range want {
		if strings.HasPrefix(name, "sgd/") {
			later++
			if d := cmp.Diff(data, got[name]); d != "" {
				t.Errorf("%s (-before +after the first checkpoint of fixed):\n%s", name, d)
			}
		}
	}
	if later == 0 || runs.header.Runs["sgd"].Step != 3 || runs.header.Runs["fixed"].Step != 0 {
		t.Errorf("%d arrays of sgd, steps %d of sgd and %d of fixed: want some, 3 and 0", later, runs.header.Runs["sgd"].Step, runs.header.Runs["fixed"].Step)
	}
}
