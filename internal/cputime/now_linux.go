package cputime

import (
	"time"

	"golang.org/x/sys/unix"
)

// now returns what the thread has run for.
func now() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		panic("cputime: " + err.Error())
	}
	return time.Duration(t.Nano())
}
