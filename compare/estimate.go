package compare

import (
	"context"
	"fmt"
	"runtime"
	"time"
)

// Estimate is what a check will cost if the gradient is right.
type Estimate struct {
	Mode  Mode `json:"mode"`  // what Auto will be
	Calls int  `json:"calls"` // of Loss
	// Seconds is Calls times the duration of one call, over the workers.
	Seconds float64 `json:"seconds"`
	// Whole says that the function has an engine for whole gradients: unless
	// it declines, it takes the place of two calls for each element. Calls and
	// Seconds are without it.
	Whole bool `json:"whole"`
}

// estimateCalls is how many calls of the loss are timed: the first may set up
// memory.
const estimateCalls = 3

// EstimateCheck tells what Check will cost with the same arguments, from the
// duration of three calls of the loss. What a wrong gradient costs beyond it
// depends on how much of it is wrong.
func EstimateCheck(ctx context.Context, f Function, o Options) (Estimate, error) {
	layout := f.Layout()
	if err := validateLayout(layout); err != nil {
		return Estimate{}, err
	}
	o, err := o.resolve(layout)
	if err != nil {
		return Estimate{}, err
	}
	c := &checker{o: o, layout: layout}
	c.selectTensors()
	_, whole := f.(Differencer)
	e := Estimate{Mode: o.Mode, Whole: whole && (o.Mode == Full || o.Mode == Auto)}
	if o.Mode == Auto && c.size() <= autoFull {
		e.Mode = Full
	}
	const begin, control = 2 + noiseLines*noisePoints, 10
	e.Calls = begin + control
	if e.Mode != Sample {
		e.Calls += 2 * directions * len(c.selected)
	}
	elements := 0
	switch e.Mode {
	case Full:
		elements = c.size()
	case Sample, Auto:
		elements = c.sampleSize()
	}
	serial := e.Calls
	e.Calls += 2 * elements
	if o.MaxCalls > 0 {
		e.Calls = max(serial, min(e.Calls, o.MaxCalls))
	}
	best := time.Duration(1<<63 - 1)
	for range estimateCalls {
		if err := ctx.Err(); err != nil {
			return e, err
		}
		begun := time.Now()
		if _, err := f.Loss(); err != nil {
			return e, fmt.Errorf("loss: %w", err)
		}
		best = min(best, time.Since(begun))
	}
	workers := 1
	if _, ok := f.(Cloner); ok {
		if workers = o.Workers; workers == 0 {
			workers = runtime.GOMAXPROCS(0)
		}
		workers = max(1, min(workers, elements/workerElements))
	}
	e.Seconds = best.Seconds() * (float64(serial) + float64(e.Calls-serial)/float64(workers))
	if o.MaxTime > 0 {
		e.Seconds = min(e.Seconds, o.MaxTime.Seconds())
	}
	return e, nil
}
