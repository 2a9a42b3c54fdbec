//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/google/go-cmp/cmp"

	"gradtwin/internal/checkpoint"
)

// endless are the arguments of a run that goes on until it is ended.
func endless(command string, more ...string) []string {
	return append([]string{command, "--data", "../../testdata/tiny", "--layers", "784,6,10", "--steps", "10000000",
		"--yes"}, more...)
}

// begun waits until a run has taken its first steps: until it has written a
// progress line.
func begun(t *testing.T, stderr io.Reader) *bufio.Reader {
	t.Helper()
	r := bufio.NewReader(stderr)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatalf("the run ended before its first progress: %v", err)
		}
		if strings.Contains(line, "loss") {
			return r
		}
	}
}

// end returns what is left on stderr and the exit code.
func end(t *testing.T, cmd *exec.Cmd, stderr io.Reader) (errs string, code int) {
	t.Helper()
	rest, err := io.ReadAll(stderr)
	if err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(rest), cmd.ProcessState.ExitCode() // -1: killed by a signal
}

// start starts the command and waits for its first steps.
func start(t *testing.T, cmd *exec.Cmd) *bufio.Reader {
	t.Helper()
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	return begun(t, stderr)
}

// resumable fails unless the checkpoint's run has the given number of steps, and
// the arrays of a run of so many that nothing happened to.
func resumable(t *testing.T, path string, steps int) {
	t.Helper()
	whole := filepath.Join(t.TempDir(), "whole.npz")
	args := endless("train", "--progress", "none", "--checkpoint", whole, "--steps", fmt.Sprint(steps))
	if code := run(args, io.Discard, io.Discard); code != exitDone {
		t.Fatalf("exit code %d", code)
	}
	if d := cmp.Diff(kept(t, whole, "train"), kept(t, path, "train"), bits); d != "" {
		t.Errorf("checkpoint of %d steps (-untouched +got):\n%s", steps, d)
	}
}

// alone fails unless a folder has no more than the given files.
func alone(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("files in %s (-want +got):\n%s", dir, d)
	}
}

// A reader that goes away ends the run properly: with the checkpoint of the last
// step, quietly, and with the code of a program that SIGPIPE ended.
func TestReaderGone(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "c.npz")
	cmd := process(endless("train", "--json", "--progress", "none", "--checkpoint", path, "--checkpoint-every",
		"1h")...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(stdout)
	for range 100 {
		if _, err := r.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	stdout.Close()
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitPipe {
		t.Errorf("exit code %d, want %d", code, exitPipe)
	}
	for line := range strings.Lines(errs.String()) {
		if !strings.Contains(line, "is not MNIST's") {
			t.Errorf("stderr: %s", line)
		}
	}
	steps := len(kept(t, path, "train")["loss"])
	if steps < 99 {
		t.Errorf("a checkpoint of %d steps, want at least the 99 that were read", steps)
	}
	resumable(t, path, steps)
	alone(t, dir, "c.npz")
}

// A signal at any moment, while a checkpoint is written or not, loses no step:
// the checkpoint is that of the last step that was printed.
func TestSignalKeepsEveryStep(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(sig.String(), func(t *testing.T) {
			notIgnored(t, sig)
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, "c.npz")
			cmd := process(endless("train", "--json", "--progress", "plain", "--checkpoint", path, "--checkpoint-every",
				"1ms")...)
			var out bytes.Buffer
			cmd.Stdout = &out
			stderr := start(t, cmd)
			time.Sleep(time.Duration(rand.Int64N(int64(100 * time.Millisecond))))
			cmd.Process.Signal(sig)
			if errs, code := end(t, cmd, stderr); code != exitInterrupted ||
				!strings.HasSuffix(errs, "gradtwin: interrupted\n") {
				t.Errorf("exit code %d, %q: want %d, and that it was interrupted", code, errs, exitInterrupted)
			}
			lines := strings.Split(strings.TrimSpace(out.String()), "\n")
			var result trainResult
			if err := json.Unmarshal([]byte(lines[len(lines)-1]), &result); err != nil || result.Type != "result" ||
				!result.Interrupted {
				t.Fatalf("last line %q: %v, want the result of an interrupted run", lines[len(lines)-1], err)
			}
			if printed := strings.Count(out.String(), `"type":"step"`); printed != result.Steps {
				t.Errorf("%d steps printed, %d in the result", printed, result.Steps)
			}
			resumable(t, path, result.Steps)
			alone(t, dir, "c.npz")
		})
	}
}

// notIgnored skips a test whose signal the tests themselves were started to
// ignore, as nohup does: their children ignore it too.
func notIgnored(t *testing.T, sig os.Signal) {
	if signal.Ignored(sig) {
		t.Skipf("%v is ignored here", sig)
	}
}

// A terminal that goes away can send SIGHUP more than once.
func TestHangup(t *testing.T) {
	notIgnored(t, syscall.SIGHUP)
	out := t.TempDir()
	cmd := process(endless("compare", "--policy", "sgd", "--progress", "plain", "--out", out)...)
	stderr := start(t, cmd)
	for range 5 { // while the report is drawn
		cmd.Process.Signal(syscall.SIGHUP)
		time.Sleep(5 * time.Millisecond)
	}
	if errs, code := end(t, cmd, stderr); code != exitInterrupted {
		t.Errorf("exit code %d, want %d: %s", code, exitInterrupted, errs)
	}
	if _, err := os.Stat(filepath.Join(out, "report.html")); err != nil {
		t.Error(err)
	}
}

// Under nohup a hangup changes nothing.
func TestNohup(t *testing.T) {
	nohup, err := exec.LookPath("nohup")
	if err != nil {
		t.Skip("no nohup")
	}
	// nohup finds the command by its name.
	dir := t.TempDir()
	cmd := process(endless("train", "--steps", "2000", "--progress", "plain")...)
	if err := os.Symlink(cmd.Path, filepath.Join(dir, "gradtwin")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	cmd.Path, cmd.Args = nohup, append([]string{"nohup"}, cmd.Args...)
	stderr := start(t, cmd)
	cmd.Process.Signal(syscall.SIGHUP)
	if errs, code := end(t, cmd, stderr); code != exitDone {
		t.Errorf("exit code %d, want %d: %s", code, exitDone, errs)
	}
}

// The terminal goes away: the report and the checkpoint do not.
func TestTerminalGone(t *testing.T) {
	dir := t.TempDir()
	out, path := filepath.Join(dir, "out"), filepath.Join(dir, "c.npz")
	cmd := process(endless("compare", "--policy", "sgd", "--out", out, "--checkpoint", path, "--checkpoint-every",
		"1h")...)
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Skipf("no pseudo-terminal: %v", err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	r := bufio.NewReader(terminal)
	if text, err := r.ReadString('%'); err != nil { // of the bar
		t.Fatalf("the run ended before its first progress: %v: %s", err, text)
	}
	terminal.Close()
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitError && code != exitInterrupted {
		t.Errorf("exit code %d, want %d or %d", code, exitError, exitInterrupted)
	}
	text, err := os.ReadFile(filepath.Join(out, "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	var results struct {
		Interrupted bool
		Runs        []struct{ Drift []float64 }
	}
	if err := json.Unmarshal(text, &results); err != nil || !results.Interrupted || len(results.Runs) != 1 {
		t.Fatalf("results.json: %v, %d runs, interrupted %v: want one interrupted run", err, len(results.Runs),
			results.Interrupted)
	}
	if _, err := os.Stat(filepath.Join(out, "report.html")); err != nil {
		t.Error(err)
	}
	if got, want := len(kept(t, path, "compare")["sgd/drift"]), len(results.Runs[0].Drift); got != want || got == 0 {
		t.Errorf("a checkpoint of %d steps and results of %d", got, want)
	}
}

// Folders that are removed or replaced while a run goes on.
func TestFolderGone(t *testing.T) {
	for _, tt := range []struct {
		name     string
		replaced bool // by a file
		code     int
		errs     string
	}{
		{"removed", false, exitInterrupted, ""},
		{"replaced", true, exitError, ": not a directory"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			out, keep := filepath.Join(dir, "out"), filepath.Join(dir, "keep")
			if err := os.Mkdir(keep, 0o755); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(keep, "c.npz")
			cmd := process(endless("compare", "--policy", "sgd", "--progress", "plain", "--out", out, "--checkpoint", path,
				"--checkpoint-every", "1h")...)
			var stdout bytes.Buffer
			cmd.Stdout = &stdout
			stderr := start(t, cmd)
			for _, folder := range []string{out, keep} {
				if err := os.RemoveAll(folder); err != nil {
					t.Fatal(err)
				}
				if tt.replaced {
					if err := os.WriteFile(folder, []byte("mine"), 0o666); err != nil {
						t.Fatal(err)
					}
				}
			}
			cmd.Process.Signal(syscall.SIGTERM)
			errs, code := end(t, cmd, stderr)
			if code != tt.code {
				t.Errorf("exit code %d, want %d: %s", code, tt.code, errs)
			}
			if !strings.Contains(stdout.String(), "the results are of") {
				t.Errorf("what was done is not on stdout: %s", stdout.String())
			}
			if tt.replaced {
				for _, folder := range []string{out, keep} {
					if !strings.Contains(errs, folder+tt.errs) {
						t.Errorf("stderr %q, want %q", errs, folder+tt.errs)
					}
					if text, err := os.ReadFile(folder); err != nil || string(text) != "mine" {
						t.Errorf("%s was changed: %q, %v", folder, text, err)
					}
				}
				if strings.Contains(stdout.String(), "Results and plots are in") {
					t.Error("stdout says that there are results")
				}
				return
			}
			alone(t, keep, "c.npz")
			if len(kept(t, path, "compare")["sgd/drift"]) == 0 {
				t.Error("an empty checkpoint")
			}
			if _, err := os.Stat(filepath.Join(out, "results.json")); err != nil {
				t.Error(err)
			}
		})
	}
}

// A second process that would write the same checkpoint is refused, and does
// not disturb the first.
func TestTwoProcesses(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "c.npz")
	first := process(endless("train", "--progress", "plain", "--checkpoint", path, "--checkpoint-every", "1ms")...)
	stderr := start(t, first)
	for _, flag := range []string{"--resume", "--checkpoint"} {
		var errs bytes.Buffer
		if code := run([]string{"train", "--data", "../../testdata/tiny", "--steps", "1", flag, path}, io.Discard,
			&errs); code != exitError ||
			!strings.Contains(errs.String(), "checkpoint "+path+": another process is writing it") {
			t.Errorf("%s: exit code %d, %q: want %d, and that another process is writing it", flag, code, errs.String(),
				exitError)
		}
	}
	first.Process.Signal(syscall.SIGTERM)
	if errs, code := end(t, first, stderr); code != exitInterrupted {
		t.Errorf("exit code %d of the first, want %d: %s", code, exitInterrupted, errs)
	}
	resumable(t, path, len(kept(t, path, "train")["loss"]))
	alone(t, dir, "c.npz")
}

// What a killed process left behind is removed, and nothing else.
func TestLeftovers(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{".tmp-c.npz123", ".tmp-c.npz", ".tmp-c.npz.bak", ".tmp-cc.npz1", "123", "c.npz1",
		".c.npz.lock"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	args := endless("train", "--progress", "none", "--steps", "2", "--checkpoint", filepath.Join(dir, "c.npz"))
	if code := run(args, io.Discard, io.Discard); code != exitDone {
		t.Fatalf("exit code %d", code)
	}
	alone(t, dir, ".tmp-c.npz", ".tmp-c.npz.bak", ".tmp-cc.npz1", "123", "c.npz", "c.npz1")
}

// A checkpoint with a number that is not finite is refused, with the element's
// name, and kept as it is.
func TestCheckpointNotFinite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.npz")
	if code := run(endless("train", "--progress", "none", "--steps", "3", "--checkpoint", path), io.Discard,
		io.Discard); code != exitDone {
		t.Fatalf("exit code %d", code)
	}
	for _, tt := range []struct {
		array string
		at    int
		value float64
		want  string
	}{
		{"W1", 13, math.NaN(), "W1[2,1] is NaN"},
		{"b2", 9, math.Inf(-1), "b2[9] is -Inf"},
		{"loss", 2, math.Inf(1), "loss[2] is +Inf"},
	} {
		c, err := checkpoint.Read(path, "train")
		if err != nil {
			t.Fatal(err)
		}
		c.Array(tt.array)[tt.at] = tt.value
		bad := filepath.Join(t.TempDir(), "bad.npz")
		if err := checkpoint.Write(bad, c); err != nil {
			t.Fatal(err)
		}
		before, err := os.ReadFile(bad)
		if err != nil {
			t.Fatal(err)
		}
		var errs bytes.Buffer
		code := run([]string{"train", "--data", "../../testdata/tiny", "--resume", bad, "--progress", "none"}, io.Discard,
			&errs)
		if want := "checkpoint " + bad + ": " + tt.want; code != exitError || !strings.Contains(errs.String(), want) {
			t.Errorf("exit code %d, %q: want %d and %q", code, errs.String(), exitError, want)
		}
		if after, err := os.ReadFile(bad); err != nil || !bytes.Equal(before, after) {
			t.Errorf("%s: the checkpoint was changed (%v)", tt.want, err)
		}
	}
}

// An error besides the interruption counts: the run did not end properly.
func TestExitCode(t *testing.T) {
	full := &output{w: failing{syscall.ENOSPC}}
	full.Write(nil)
	gone := &output{w: failing{syscall.EPIPE}}
	gone.Write(nil)
	canceled := fmt.Errorf("graph: step 3: %w", context.Canceled)
	for _, tt := range []struct {
		err  error
		want int
	}{
		{nil, exitDone},
		{errDisagree, exitDisagree},
		{errNotJudged, exitNotJudged},
		{errors.Join(errNotJudged, full.err), exitError},
		{usagef("x"), exitUsage},
		{canceled, exitInterrupted},
		{errors.Join(canceled, errors.New("x")), exitError},
		{errors.Join(canceled, full.err), exitError},
		{errors.Join(canceled, gone.err), exitInterrupted},
		{errors.Join(gone.err, canceled), exitInterrupted},
		{gone.err, exitPipe},
		{errors.Join(gone.err, errors.New("x")), exitError},
		{errors.Join(errDisagree, full.err), exitError},
	} {
		if got := exitCode(tt.err); got != tt.want {
			t.Errorf("%v: exit code %d, want %d", tt.err, got, tt.want)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// The main job, on real MNIST, takes less than 1 GiB of memory at its peak.
func TestMemory(t *testing.T) {
	peak := mainJob(t).state.SysUsage().(*syscall.Rusage).Maxrss // in kB
	if runtime.GOOS == "darwin" {
		peak >>= 10 // there in bytes
	}
	if peak > 1<<20 || peak < 1<<10 {
		t.Errorf("%d kB at the peak, want 1 MiB to 1 GiB", peak)
	}
}
