package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// interruptible returns a context that a signal ends, so that the work ends in
// order. A second SIGINT or SIGTERM kills at once; a second SIGHUP does not, for
// one terminal that goes away can send two: the kernel's and the shell's.
func interruptible() (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	hup := make(chan os.Signal, 1)
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		signal.Notify(hup, syscall.SIGHUP)
	}
	// A reader that closes our output would kill us in the middle of a run.
	// With the signal caught the write fails instead, and the run ends with its checkpoint.
	pipe := make(chan os.Signal, 1)
	signal.Notify(pipe, syscall.SIGPIPE)

	ctx, stopInt := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stopInt)
	go func() {
		select {
		case <-hup:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		cancel()
		stopInt()
		signal.Stop(hup)
		signal.Stop(pipe)
	}
}
