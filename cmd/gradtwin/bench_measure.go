package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/pprof"
	"time"

	"github.com/moby/sys/atomicwriter"
)

// measurement is what one operation took.
type measurement struct {
	n             uint64 // operations
	ns            float64
	bytes, allocs uint64
	estimated     bool
}

// String returns it as a line of the Go benchmark format has it after the name.
func (m measurement) String() string {
	if m.estimated {
		return fmt.Sprintf("%d\t%.0f ns/op\t1 estimated", m.n, m.ns)
	}
	return fmt.Sprintf("%d\t%.0f ns/op\t%d B/op\t%d allocs/op", m.n, m.ns, m.bytes, m.allocs)
}

// warmUp does the operation once: its caches are cold and its pages new.
func (c *benchCase) warmUp(ctx context.Context) error {
	if c.estimate != nil {
		return nil
	}
	_, err := c.measure(ctx, 0)
	return err
}

// measure does the operation until the time is over, at least once.
func (c *benchCase) measure(ctx context.Context, benchtime time.Duration) (measurement, error) {
	if err := ctx.Err(); err != nil {
		return measurement{}, err
	}
	if c.estimate != nil {
		t, err := c.estimate()
		if err != nil {
			return measurement{}, fmt.Errorf("%s: %w", c.name, err)
		}
		return measurement{n: 1, ns: float64(t), estimated: true}, nil
	}
	var before, after runtime.MemStats
	runtime.GC() // the garbage of other cases is not this one's
	runtime.ReadMemStats(&before)
	n, took := uint64(0), time.Duration(0)
	for start := time.Now(); n == 0 || took < benchtime; n++ {
		if err := c.do(ctx); err != nil {
			return measurement{}, fmt.Errorf("%s: %w", c.name, err)
		}
		if err := ctx.Err(); err != nil {
			return measurement{}, err
		}
		took = time.Since(start)
	}
	runtime.ReadMemStats(&after)
	return measurement{
		n: n, ns: float64(took) / float64(n),
		bytes: (after.TotalAlloc - before.TotalAlloc) / n, allocs: (after.Mallocs - before.Mallocs) / n,
	}, nil
}

// profiled runs work, and writes its CPU profile where one was asked for.
func (f *benchFlags) profiled(work func() error) (err error) {
	if f.cpuprofile == "" {
		return work()
	}
	file, err := atomicwriter.New(f.cpuprofile, 0o644)
	if err != nil {
		return fmt.Errorf("CPU profile: %w", err)
	}
	// Half a profile, of a run that was interrupted, is one too.
	defer func() {
		if closed := file.Close(); err == nil && closed != nil {
			err = fmt.Errorf("CPU profile: %w", closed)
		}
	}()
	if err := pprof.StartCPUProfile(file); err != nil {
		return fmt.Errorf("CPU profile: %w", err)
	}
	defer pprof.StopCPUProfile()
	return work()
}
