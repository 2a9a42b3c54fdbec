package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/spf13/cobra"

	"gradtwin/compare/twin"
	"gradtwin/internal/checkpoint"
)

// keeper writes a run's checkpoints. A nil keeper writes none.
type keeper struct {
	path  string
	kind  string
	steps int           // between two checkpoints; 0 when time decides
	time  time.Duration // between two checkpoints; 0 when steps decide

	lock     *flock.Flock
	lastStep int
	last     time.Time
	failed   bool // a checkpoint could not be written: that is said once, and ends the run
}

// keeper returns what the flags ask for, nil when that is nothing. Its file is
// this process's until close.
func (f *checkpointFlags) keeper(cmd *cobra.Command) (*keeper, error) {
	k := &keeper{path: f.file, kind: cmd.Name(), last: time.Now()}
	var ok bool
	if k.steps, k.time, ok = countOrTime(f.every); !ok {
		return nil, usagef("checkpoint-every %q: want a number of steps, as in 100, or a time, as in 10s", f.every)
	}
	if k.path == "" {
		k.path = f.resume
	}
	if k.path == "" {
		if cmd.Flags().Changed("checkpoint-every") {
			return nil, usagef("--checkpoint-every: it has no effect without --checkpoint or --resume")
		}
		return nil, nil
	}
	// A link stays: what it points to is written.
	if target, err := filepath.EvalSymlinks(k.path); err == nil {
		k.path = target
	}
	if err := k.acquire(); err != nil {
		if f.file == "" && !errors.Is(err, errBusy) {
			err = fmt.Errorf("%w (--checkpoint saves the run to another file)", err)
		}
		return nil, err
	}
	if !sameFile(k.path, f.resume) {
		// A run begun by mistake must not wipe out the one that is kept there.
		if _, err := os.Lstat(k.path); err == nil {
			k.close()
			return nil, usagef("checkpoint %s exists: continue it with --resume, or remove it", k.path)
		}
	}
	k.clean()
	return k, nil
}

// sameFile reports whether two paths lead to one file.
func sameFile(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// acquire keeps every other process from writing the checkpoint: two that continue
// one would overwrite each other's steps. The lock lies beside the
// checkpoint, which is another file after every write, and ends with the
// process, however that ends.
func (k *keeper) acquire() error {
	k.lock = flock.New(filepath.Join(filepath.Dir(k.path), "."+filepath.Base(k.path)+".lock"))
	locked, err := k.lock.TryLock()
	switch {
	case errors.Is(err, errors.ErrUnsupported): // some network file systems
		return nil
	case err != nil:
		return fmt.Errorf("checkpoint %s: cannot write there: %w", k.path, err)
	}
	// The process that held it may have removed the file that we have locked.
	ours, err := k.lock.Stat()
	now, errNow := os.Stat(k.lock.Path())
	if !locked || err != nil || errNow != nil || !os.SameFile(ours, now) {
		k.lock.Close()
		return fmt.Errorf("checkpoint %s: %w", k.path, errBusy)
	}
	return nil
}

var errBusy = errors.New("another process is writing it")

// close releases the checkpoint's file.
func (k *keeper) close() {
	if k == nil {
		return
	}
	if k.lock.Locked() {
		os.Remove(k.lock.Path())
	}
	k.lock.Close()
}

// clean removes what a process leaves that was killed while it wrote: a file
// named as os.CreateTemp does it.
func (k *keeper) clean() {
	dir := filepath.Dir(k.path)
	entries, _ := os.ReadDir(dir) // without, they stay
	for _, e := range entries {
		number, ok := strings.CutPrefix(e.Name(), ".tmp-"+filepath.Base(k.path))
		if ok && number != "" && strings.Trim(number, "0123456789") == "" {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// due reports whether it is time for a checkpoint after a step.
func (k *keeper) due(step int) bool {
	if k == nil || k.failed {
		return false
	}
	if k.steps > 0 {
		return step-k.lastStep >= k.steps
	}
	return time.Since(k.last) >= k.time
}

// save writes a checkpoint in which the feed's run stands where the feed does.
func (k *keeper) save(h runHeader, feed *twin.Sampler, arrays []checkpoint.Array) error {
	if k == nil || k.failed {
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
	// Whoever removed the folder during a long run did not mean the run.
	if err = os.MkdirAll(filepath.Dir(k.path), 0o755); err != nil {
		err = fmt.Errorf("checkpoint folder: %w", err)
	} else {
		err = checkpoint.Write(k.path, &checkpoint.Checkpoint{Kind: k.kind, Header: text, Arrays: arrays})
	}
	if err != nil {
		k.failed = true
		return err
	}
	k.lastStep, k.last = state.Step, time.Now()
	return nil
}

// countOrTime reads a count, as in 100, or a time, as in 10s; the other is 0.
// Neither may be 0 or less.
func countOrTime(text string) (count int, d time.Duration, ok bool) {
	if n, err := strconv.Atoi(text); err == nil && n > 0 {
		return n, 0, true
	}
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return 0, d, true
	}
	return 0, 0, false
}
