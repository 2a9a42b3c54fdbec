package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"gradtwin"
	"gradtwin/internal/checkpoint"
)

const (
	// work is how long a command may work before it is interrupted, and hang how
	// long it may take to end then: far more than it takes on a busy machine.
	work, hang = 100 * time.Millisecond, time.Minute
	// most bounds what a command may allocate, garbage too. The networks that the
	// targets let pass need a hundredth of it in that time.
	most = 1 << 30
)

// promised runs a command line and fails the test when it breaks a promise that
// holds for all: it ends soon after ctx is cancelled, with one of the exit codes
// and something said where it is an error.
func promised(ctx context.Context, t *testing.T, args []string) (code int, stderr string) {
	t.Helper()
	late := time.AfterFunc(work+hang, func() { panic("this command line hangs: " + strings.Join(args, " ")) })
	defer late.Stop()
	var errs bytes.Buffer
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	code = execute(ctx, args, io.Discard, &errs)
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > most {
		t.Errorf("%q: %d bytes allocated", args, got)
	}
	if !slices.Contains([]int{exitDone, exitError, exitUsage, exitDisagree, exitNotJudged, exitInterrupted}, code) {
		t.Errorf("%q: exit code %d", args, code)
	}
	if (code == exitError || code == exitUsage) && !strings.Contains("\n"+withoutWarnings(errs.String()), "\ngradtwin: ") {
		t.Errorf("%q: exit code %d, standard error %q", args, code, errs.String())
	}
	return code, errs.String()
}

// interrupted returns a context for a command that is interrupted after a
// while.
func interrupted(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	timer := time.AfterFunc(work, cancel)
	t.Cleanup(func() { timer.Stop() })
	return ctx
}

// withoutWarnings returns what follows the warnings about the tiny data set.
func withoutWarnings(stderr string) string {
	lines := strings.SplitAfter(stderr, "\n")
	return strings.Join(slices.DeleteFunc(lines, func(l string) bool {
		return strings.HasPrefix(l,
			"gradtwin: warning:")
	}), "")
}

// small reports whether a network is one that the targets run: larger ones that
// are valid take their time and memory rightly.
func small(layers string) bool {
	total := 0
	for _, size := range strings.Split(layers, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(size))
		if err != nil || n < 1 || float64(n) > maxMemory/memoryEach {
			return true // refused
		}
		total += n
	}
	return total <= 784+50
}

// FuzzFlag gives each flag of the commands that compute any value. It ends with
// a message that names the flag or the value, or works.
func FuzzFlag(f *testing.F) {
	tiny := []string{"--data", "../../testdata/tiny", "--layers", "784,3,10", "--progress", "none"}
	commands := [][]string{
		append([]string{"train", "--steps", "2"}, tiny...),
		append([]string{"train", "--steps", "2", "--backend", "numeric"}, tiny...),
		append([]string{"compare", "--steps", "2"}, tiny...),
		append([]string{"check"}, tiny...),
		append([]string{"bench", "--count", "1", "--benchtime", "1ns", "--batch", "10"}, tiny...),
		{"graph", "--layers", "784,3,10"},
	}
	// Flags that name files and folders are not given any.
	names := []string{
		"seed", "policy", "batch", "steps", "inner", "lr", "layers", "activation", "delta", "dtype", "engine", "diff-step", "yes", "json", "progress",
		"backend", "checkpoint-every", "every", "inject", "mode", "samples", "budget", "tensors", "strict", "after", "sweep", "op", "count", "benchtime",
		"program", "allow", "backends", "init", "init-std", "formula",
	}
	values := []string{
		"", "0", "1", "-1", "10", "true", "NaN", "Inf", "-Inf", "1e-320", "1e308", "0x1p-2", "1_000", "1e9", "2147483648", "4294967296", "9223372036854775807",
		"99999999999999999999", "784,999999999,10", "784,3,10", "784,,10", "784,1000,10,10", "784,2147483648,10", "10,100", "float32", "float32,float64", "plain",
		"both", "fixed", "tanh", "probe", "sample", "1000h", "1ns", "W1[0,0]*-1", "b2[3]+1e308", "b2[3]*NaN", "W1[-1,0]+1", "W9", "W1,b2", "bar", "\x00", "../x",
	}
	// One in so many of all: those take half a minute.
	const stride = 23
	for i := 0; i < len(commands)*len(names)*len(values); i += stride {
		f.Add(byte(i/len(values)/len(names)), byte(i/len(values)%len(names)), values[i%len(values)])
	}
	f.Fuzz(func(t *testing.T, command, flag byte, value string) {
		args := commands[int(command)%len(commands)]
		name := names[int(flag)%len(names)]
		if name == "layers" && !small(value) {
			t.Skip("a large network that is right")
		}
		args = append(slices.Clone(args), "--"+name+"="+value)
		code, stderr := promised(interrupted(t), t, args)
		named := func(what string) bool { return strings.Contains(withoutWarnings(stderr), what) }
		spelled := map[string]string{"lr": "learning rate"}[name]
		if code == exitUsage && !named(name) && (spelled == "" || !named(spelled)) && !named(value) &&
			!named(strings.Trim(strconv.Quote(value), `"`)) {
			t.Errorf("%q: standard error %q: want one that names the flag or the value", args, stderr)
		}
	})
}

// FuzzCommandLine gives a whole command line that is interrupted before any
// work: parsing it and checking the values.
func FuzzCommandLine(f *testing.F) {
	for _, line := range []string{
		"", "train", "train --lr", "train --lr=1 --lr=2", "compare --policy both --steps 3 --every " +
			"-1", "check --mode probe --samples 9223372036854775807",
		"bench --op step --count 0", "graph --program", "train -- x", "train --help", "help train", "compare -h", "--version", "train --yes=maybe",
		"check --layers 784 --layers 10 --inject W1[0,0]*-1 --diff-step NaN", "completion bash", "__complete train --",
		"train --batch 1000000000 --layers 784,999999999,10", "bench --batch 1,2,3 --dtype float32 --backend numeric",
	} {
		f.Add(line)
	}
	f.Setenv("GRADTWIN_DATA", "../../testdata/tiny")
	done, cancel := context.WithCancel(context.Background())
	cancel()
	f.Fuzz(func(t *testing.T, line string) {
		args := strings.Fields(line)
		for _, a := range args {
			for _, file := range []string{"data", "out", "checkpoint", "resume", "svg", "against", "programs", "report",
				"audit", "save", "init-from", "weights"} {
				if strings.Contains(a, file) {
					t.Skip("it would read or write files")
				}
			}
			if !small(a[strings.IndexByte(a, '=')+1:]) {
				t.Skip("a large network that is right")
			}
		}
		promised(done, t, args)
	})
}

// FuzzResume goes on from a checkpoint that is whole, but whose header says
// anything. It works, or ends with an error that names the file; whatever the
// header says, no other file is written.
func FuzzResume(f *testing.F) {
	dir := f.TempDir()
	begun := map[string]*checkpoint.Checkpoint{}
	for _, kind := range []string{"train", "compare"} {
		path := filepath.Join(dir, kind+".npz")
		args := []string{kind, "--data", "../../testdata/tiny", "--layers", "784,2,10", "--steps", "2", "--policy", "sgd",
			"--progress", "none", "--checkpoint", path}
		var errs bytes.Buffer
		if code := run(args, io.Discard, &errs); code != exitDone {
			f.Fatalf("exit code %d: %s", code, errs.String())
		}
		c, err := checkpoint.Read(path, kind)
		if err != nil {
			f.Fatal(err)
		}
		begun[kind] = c
		var h runHeader
		if err := json.Unmarshal(c.Header, &h); err != nil {
			f.Fatal(err)
		}
		isTrain := kind == "train"
		f.Add([]byte(c.Header), isTrain, uint16(0), 0.5)
		f.Add([]byte(`{}`), isTrain, uint16(0), 0.)
		for _, change := range []func(h *runHeader){
			func(h *runHeader) { h.Flags["lr"] = "NaN" },
			func(h *runHeader) { h.Flags["steps"] = "9223372036854775807" },
			func(h *runHeader) { h.Flags["layers"] = "784,999999999,10" },
			func(h *runHeader) { h.Flags["out"] = "../elsewhere" },
			func(h *runHeader) { h.Flags["checkpoint"] = "../elsewhere" },
			func(h *runHeader) { h.Flags["nothing"] = "1" },
			func(h *runHeader) { h.Files = h.Files[:1] },
			func(h *runHeader) { h.Runs["other"] = h.Runs["sgd"] },
			func(h *runHeader) { s := h.Runs["sgd"]; s.Rows[0] = 60; h.Runs["sgd"] = s },
			func(h *runHeader) { s := h.Runs["sgd"]; s.Step = -1; h.Runs["sgd"] = s },
			func(h *runHeader) { s := h.Runs["sgd"]; s.Rand = make([]byte, len(s.Rand)); h.Runs["sgd"] = s },
		} {
			var changed runHeader
			if err := json.Unmarshal(c.Header, &changed); err != nil {
				f.Fatal(err)
			}
			change(&changed)
			text, err := json.Marshal(changed)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text, isTrain, uint16(0), 0.5)
		}
	}
	f.Fuzz(func(t *testing.T, header []byte, train bool, array uint16, value float64) {
		kind := map[bool]string{true: "train", false: "compare"}[train]
		c := &checkpoint.Checkpoint{Kind: kind, Header: header, Arrays: slices.Clone(begun[kind].Arrays)}
		var h runHeader
		if !json.Valid(header) {
			t.Skip("not written by gradtwin: no JSON")
		}
		if json.Unmarshal(header, &h) == nil && !small(h.Flags["layers"]) {
			t.Skip("a large network that is right")
		}
		at := int(array) % len(c.Arrays)
		changed := slices.Clone(c.Arrays[at].Data)
		changed[0] = value
		c.Arrays[at] = checkpoint.Array{Tensor: gradtwin.Tensor{Name: c.Arrays[at].Name, Shape: c.Arrays[at].Shape},
			Data: changed}
		root := t.TempDir()
		folder := filepath.Join(root, "a", "b")
		if err := os.MkdirAll(folder, 0o777); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(folder, "run.npz")
		if err := checkpoint.Write(path, c); err != nil {
			t.Fatal(err)
		}
		code, stderr := promised(interrupted(t), t, []string{kind, "--data", "../../testdata/tiny", "--progress", "none",
			"--resume", path})
		if (code == exitError || code == exitUsage) && !strings.Contains(stderr, path) {
			t.Errorf("exit code %d, standard error %q: want one that names %s", code, stderr, path)
		}
		err := filepath.WalkDir(root, func(name string, e os.DirEntry, err error) error {
			if err == nil && !e.IsDir() && name != path {
				t.Errorf("%s was written", name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
