package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"gradtwin/internal/report"
)

// The first three losses that NumPy 1.24 gives for the experiment's two runs
// with a full numerical gradient at every step.
var numpyLosses = map[string][]float64{
	"sgd":   {2.2873130473854744, 2.310749382286409, 2.2805959601575854},
	"fixed": {2.3530156333205716, 2.325261005193919, 2.298227066314604},
}

const (
	// tolNumeric is for another order of summation behind the same formula:
	// differences of 1e-16 in a loss become 1e-12 in a difference over 2e-4,
	// and a thousandth of that moves a later loss.
	tolNumeric = 1e-9
	// tolSymbolic is the same for exact gradients: nothing is divided by h.
	tolSymbolic = 1e-12
	// tolSymbolicEnd is what 1,000 steps make of that: the first test of a
	// sign that falls the other way is a jump, and none does here.
	tolSymbolicEnd = 1e-9
	// tolFormulas is between the two formulas. At h = 1e-4 some differences
	// straddle a corner of a ReLU, and the weights move a little elsewhere:
	// NumPy's own two runs are as far apart.
	tolFormulas = 1e-5
	// tolEnd is how far that has grown after 1,000 steps.
	tolEnd = 0.01
)

// trainLosses runs the train command on real MNIST and returns the losses.
func trainLosses(t *testing.T, args ...string) []float64 {
	t.Helper()
	var out, errs bytes.Buffer
	args = append([]string{"train", "--json", "--progress", "none"}, args...)
	if code := run(args, &out, &errs); code != exitDone {
		t.Fatalf("%v: exit code %d: %s", args, code, errs.String())
	}
	var losses []float64
	for line := range strings.Lines(out.String()) {
		var l struct {
			Type string
			Step int
			Loss float64
		}
		if strings.HasPrefix(line, `{"type":"step"`) {
			if err := json.Unmarshal([]byte(line), &l); err != nil {
				t.Fatal(err)
			}
			losses = append(losses, l.Loss)
		}
	}
	return losses
}

// near fails unless the losses are those wanted, to a relative tolerance.
func near(t *testing.T, name string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d steps, want %d", name, len(got), len(want))
	}
	for i := range want {
		if rel := math.Abs(got[i]-want[i]) / want[i]; !(rel <= tol) {
			t.Errorf("%s: loss %.17g after step %d, want %.17g: %.1e apart, want at most %g", name, got[i], i+1, want[i], rel,
				tol)
			return
		}
	}
}

// job is what a run of the main job left.
type job struct {
	stdout  string
	results *report.Results
	state   *os.ProcessState
}

// mainJob is the main job on real MNIST as a process of its own, run once for all
// tests that look at what it left. They run beside others.
func mainJob(t *testing.T) *job {
	t.Helper()
	realMNIST(t)
	t.Parallel()
	j, err := runMainJob()
	if err != nil {
		t.Fatal(err)
	}
	return j
}

var runMainJob = sync.OnceValues(func() (*job, error) {
	out := filepath.Join(shared, "out")
	cmd := process("compare", "--out", "out", "--progress", "none")
	var stdout, stderr bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = shared, &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, stderr.String())
	}
	results, err := report.Load(out)
	return &job{stdout.String(), results, cmd.ProcessState}, err
})

// losses returns the losses of the run with the given batches by both backends,
// 1,000 each.
func (j *job) losses(t *testing.T, batches string) (symbolic, numerical []float64) {
	t.Helper()
	for _, run := range j.results.Runs {
		if run.Config.Policy.String() == batches && len(run.Symbolic.Loss) == 1000 && len(run.Numeric.Loss) == 1000 {
			return run.Symbolic.Loss, run.Numeric.Loss
		}
	}
	t.Fatalf("no run of 1,000 steps with %s batches", batches)
	return nil, nil
}

func TestExperimentFirstSteps(t *testing.T) {
	job := mainJob(t)
	for batches, want := range numpyLosses {
		symbolic, numerical := job.losses(t, batches)
		near(t, "numeric "+batches, numerical[:3], want, tolNumeric)
		near(t, "graph "+batches, symbolic[:3], want, tolFormulas)
	}
}

// The whole runs with exact gradients are NumPy's.
func TestExperimentExact(t *testing.T) {
	job := mainJob(t)
	text, err := os.ReadFile("../../testdata/backprop.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct{ SGD, Fixed []float64 }
	if err := json.Unmarshal(text, &golden); err != nil {
		t.Fatal(err)
	}
	for batches, want := range map[string][]float64{"sgd": golden.SGD, "fixed": golden.Fixed} {
		if len(want) != 1000 {
			t.Fatalf("%s: %d golden losses, want 1000", batches, len(want))
		}
		graph, _ := job.losses(t, batches)
		for backend, got := range map[string][]float64{
			backendGraph:    graph,
			backendBackprop: trainLosses(t, "--backend", backendBackprop, "--policy", batches),
		} {
			near(t, backend+" "+batches, got[:3], want[:3], tolSymbolic)
			near(t, backend+" "+batches, got, want, tolSymbolicEnd)
		}
	}
}

// Both backends end the experiment's runs at the same place.
func TestExperimentEnds(t *testing.T) {
	job := mainJob(t)
	for batches := range numpyLosses {
		symbolic, numerical := job.losses(t, batches)
		s, n := symbolic[999], numerical[999]
		if rel := math.Abs(s-n) / n; !(rel <= tolEnd) {
			t.Errorf("%s: losses %v (graph) and %v (numeric) at the end: %.1e apart, want at most %g", batches, s, n, rel,
				tolEnd)
		}
		if n > symbolic[0]/2 {
			t.Errorf("%s: the loss went from %v to %v only", batches, symbolic[0], n)
		}
	}
}

// The experiment's gradient at the start: every parameter is compared and all
// agree; one changed element is found and named.
func TestExperimentCheck(t *testing.T) {
	realMNIST(t)
	t.Parallel()
	check := func(args ...string) (int, string) {
		var out bytes.Buffer
		code := run(append([]string{"check", "--seed", "8", "--progress", "none"}, args...), &out, io.Discard)
		return code, out.String()
	}
	for _, batches := range []string{"sgd", "fixed"} {
		if code, out := check("--policy", batches); code != exitDone ||
			!strings.Contains(out, "45,360 ok, 0 kinks, 0 wrong, 0 inconclusive") {
			t.Errorf("%s: exit code %d:\n%s", batches, code, out)
		}
	}
	for _, element := range []string{"W1[203,17]", "W2[49,99]", "b3[0]"} {
		code, out := check("--inject", element+"+1e-3")
		if code != exitDisagree || !strings.Contains(out, "WRONG  "+element) {
			t.Errorf("%s changed: exit code %d:\n%s", element, code, out)
		}
	}
}

// A difference step at which a difference says nothing, of noise alone or across
// half the loss, makes no check pass: a flipped sign is found at either, and
// without it the check passes with its power stated and a control made.
func TestExperimentBadStep(t *testing.T) {
	realMNIST(t)
	t.Parallel()
	type result struct {
		Verdict string
		Check   struct {
			Resolution         float64
			RelativeResolution float64 `json:"relative_resolution"`
			Control            struct{ Done, Caught bool }
			Worst              []struct {
				Tensor   string
				Index    []int
				Symbolic float64
				Verdict  string
			}
		}
	}
	check := func(args ...string) (int, result) {
		var out bytes.Buffer
		code := run(append([]string{"check", "--json", "--seed", "8", "--progress", "none"}, args...), &out, io.Discard)
		var r result
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if err := json.Unmarshal([]byte(lines[len(lines)-1]), &r); err != nil {
			t.Fatalf("%v: exit code %d: %v", args, code, err)
		}
		return code, r
	}
	const fault = "W1[154,37]*-1"
	// Its gradient is far from 0: what the check at its own step calls wrong has
	// the sign that the fault gave it.
	_, r := check("--inject", fault)
	if w := r.Check.Worst; len(w) == 0 || w[0].Verdict != "wrong" || w[0].Tensor != "W1" ||
		!slices.Equal(w[0].Index, []int{154, 37}) || w[0].Symbolic < 0.01 {
		t.Fatalf("%s at the check's own step: first %+v, want it wrong, with a gradient of 0.0148", fault, w)
	}
	for _, mode := range []string{"full", "probe"} {
		for _, step := range []string{"1e-13", "1"} {
			code, r := check("--mode", mode, "--diff-step", step, "--inject", fault)
			if code != exitDisagree && code != exitNotJudged {
				t.Errorf("%s, step %s: exit code %d for a flipped sign", mode, step, code)
			}
			code, r = check("--mode", mode, "--diff-step", step)
			// Smooth enough for an error of a thousandth to show.
			if c := r.Check; code != exitDone || r.Verdict != "agree" || !(c.Resolution > 0) ||
				!(c.RelativeResolution < 1e-3) || !c.Control.Done || !c.Control.Caught {
				t.Errorf("%s, step %s: exit code %d, %q, resolution %g, relative %g, control %+v: want a pass with its power and "+
					"a control", mode, step, code, r.Verdict, c.Resolution, c.RelativeResolution, c.Control)
			}
		}
	}
}
