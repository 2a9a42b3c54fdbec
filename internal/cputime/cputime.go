// Package cputime measures the processor's time of one thread: on a machine that
// others use too it tells more than the time on the wall.
package cputime

import (
	"runtime"
	"slices"
	"time"
)

// Clock times calls, one after the other, on the goroutine's thread. Where the
// system has no such clock it is the time on the wall.
type Clock struct {
	times []time.Duration
	begun time.Duration
}

// New returns a clock with memory for so many calls that a benchmark does not
// count it as the call's.
func New() *Clock { return &Clock{times: make([]time.Duration, 0, 1<<17)} }

// Start begins a call.
func (c *Clock) Start() {
	runtime.LockOSThread()
	c.begun = now()
}

// Stop ends a call.
func (c *Clock) Stop() {
	c.times = append(c.times, now()-c.begun)
	runtime.UnlockOSThread()
}

// Median returns the median time of a call, of which there must have been one.
func (c *Clock) Median() time.Duration {
	slices.Sort(c.times)
	return c.times[len(c.times)/2]
}
