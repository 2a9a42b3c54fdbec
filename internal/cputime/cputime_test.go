package cputime

import (
	"runtime"
	"testing"
	"time"
)

// A call that sleeps takes no processor time; one that runs does.
func TestClock(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the clock is that on the wall")
	}
	idle, busy := New(), New()
	idle.Start()
	time.Sleep(50 * time.Millisecond)
	idle.Stop()
	busy.Start()
	for begun := now(); now()-begun < 20*time.Millisecond; {
	}
	busy.Stop()
	if idle.Median() >= 20*time.Millisecond || busy.Median() < 20*time.Millisecond {
		t.Errorf("asleep for 50 ms: %v; busy for 20 ms: %v", idle.Median(), busy.Median())
	}
}
