package main

import (
	"bytes"
	"os"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"gradtwin/internal/mnist"
)

// shared is a folder for what several tests use. It is removed after all of them.
var shared string

// leakChecked is a run of tests that fails when a goroutine is left.
type leakChecked struct{ *testing.M }

func (m leakChecked) Run() (code int) {
	dir, err := os.MkdirTemp("", "gradtwin-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	shared = dir
	os.Unsetenv(mnist.OriginEnv) // it may name another data set
	goleak.VerifyTestMain(m.M, goleak.Cleanup(func(c int) { code = c }))
	return code
}

// interrupter interrupts the process when the first step is written to it.
type interrupter struct {
	bytes.Buffer
	once sync.Once
	err  error
}

func (w *interrupter) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte(`"type":"step"`)) {
		w.once.Do(func() {
			self, err := os.FindProcess(os.Getpid())
			if err == nil {
				err = self.Signal(os.Interrupt)
			}
			w.err = err
		})
	}
	return w.Buffer.Write(p)
}

// An interrupted run leaves no goroutine: neither of the backends' workers nor
// of what waits for signals.
func TestInterruptedLeavesNothing(t *testing.T) {
	for _, args := range []string{
		"train --backend graph",
		"train --backend numeric",
		"compare --policy sgd --yes",
	} {
		t.Run(args, func(t *testing.T) {
			var out interrupter
			var errs bytes.Buffer
			given := args + " --json --data ../../testdata/tiny --layers 784,6,10 --steps 200000 --progress none"
			if code := run(strings.Fields(given), &out, &errs); code != exitInterrupted || out.err != nil {
				t.Errorf("exit code %d, signal %v, want %d: %s", code, out.err, exitInterrupted, errs.String())
			}
			goleak.VerifyNone(t)
		})
	}
}
