package main

import (
	"context"
	"runtime"

	"gradtwin"
	"gradtwin/compare/twin"
	"gradtwin/internal/report"
)

// memorySteps is how many steps the memory is averaged over.
const memorySteps = 5

// stepMemory measures what a step allocates, at a learning rate of 0, which
// leaves the weights as they are.
func stepMemory(ctx context.Context, b twin.Backend, batch gradtwin.Batch) (report.StepMemory, error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range memorySteps {
		if _, err := b.Step(ctx, batch, 0); err != nil {
			return report.StepMemory{}, err
		}
	}
	runtime.ReadMemStats(&after)
	return report.StepMemory{
		Backend:     b.Name(),
		Bytes:       float64(after.TotalAlloc-before.TotalAlloc) / memorySteps,
		Allocations: float64(after.Mallocs-before.Mallocs) / memorySteps,
	}, nil
}
