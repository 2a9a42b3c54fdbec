package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"gradtwin/internal/report"
)

// At learning rate 10 the experiment's runs diverge at the first step, as those of a
// smaller network do at 100, to losses of up to -ln δ = 16.1 that are all finite. Each
// says so, ends with exit code 1, and prints and keeps what was done.
func TestLearningRate10(t *testing.T) {
	realMNIST(t)
	t.Parallel()
	const says = ": since step 1 the loss has been above "
	for _, backend := range []string{backendGraph, backendNumeric} {
		path := filepath.Join(t.TempDir(), "c.npz")
		var out, errs bytes.Buffer
		code := run([]string{"train", "--backend", backend, "--lr", "10", "--steps", "60", "--json", "--progress", "none",
			"--checkpoint", path}, &out, &errs)
		if code != exitError {
			t.Errorf("%s: exit code %d, want %d", backend, code, exitError)
		}
		// The warning at step 50, and the error.
		if n := strings.Count(errs.String(), backend+says); n != 2 {
			t.Errorf("%s: %q on stderr %d times, want 2: %s", backend, says, n, errs.String())
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		var result trainResult
		if err := json.Unmarshal([]byte(lines[len(lines)-1]), &result); err != nil {
			t.Fatal(err)
		}
		if result.Steps != 60 || !strings.Contains(result.Error, says) || result.Interrupted {
			t.Errorf("%s: result %+v, want one of 60 steps with an error", backend, result)
		}
		if n := len(kept(t, path, "train")["loss"]); n != 60 {
			t.Errorf("%s: a checkpoint of %d steps, want 60", backend, n)
		}
	}

	dir := t.TempDir()
	var out, errs bytes.Buffer
	code := run([]string{"compare", "--lr", "100", "--steps", "60", "--every", "60", "--layers", "784,4,40,10",
		"--progress", "none", "--out", dir}, &out, &errs)
	if code != exitError {
		t.Errorf("compare: exit code %d, want %d", code, exitError)
	}
	results, err := report.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	// Of both backends in both runs; the second run is done though the first
	// diverged.
	if n := strings.Count(results.Error, says); n != 4 || len(results.Runs) != 2 || len(results.Runs[1].Drift) != 60 {
		t.Errorf("compare: %d runs and the error %q, want 2 and one that says it 4 times", len(results.Runs), results.Error)
	}
	if want := "Training diverged with fixed and sgd batches; the gradients agree where they were compared (fixed " +
		"batches at the start, sgd batches at the start)"; !strings.Contains(strings.Join(strings.Fields(out.String()),
		" "), want) ||
		!strings.Contains(errs.String(), "an empty check") {
		t.Errorf("compare does not say that the gradients at the end could not be checked (%q):\n%s\n%s", want,
			out.String(), errs.String())
	}
}

// No alarm at ten times the experiment's learning rate; other tests run its own.
func TestLearningRateTenth(t *testing.T) {
	realMNIST(t)
	t.Parallel()
	for _, batches := range []string{"sgd", "fixed"} {
		trainLosses(t, "--policy", batches, "--lr", "0.1") // fails unless the exit code is 0
	}
}
