package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gradtwin"
	"gradtwin/compare/twin"
	"gradtwin/internal/words"
	"gradtwin/numeric"
)

// benchPlain is the numeric backend with its plain engine, as a row of its own.
const benchPlain = "plain"

// benchNames are the rows of the benchmark: all backends, and the plain engine.
var benchNames = slices.Concat(backendNames, []string{benchPlain})

// benchCase is one thing to time.
type benchCase struct {
	name     string // as in Step/backend=graph/dtype=float64/batch=10
	do       func(context.Context) error
	estimate func() (time.Duration, error) // of one, nil where it is measured
	ns       []float64                     // an operation, of each measurement
}

// longGradient is the number of multiplications above which a gradient of the
// plain engine is estimated: about a second's.
const longGradient = 1e10

// benchCases returns all combinations of what was asked for. Only graph computes
// in float32 too.
func (f *runFlags) benchCases(b *benchFlags, data *dataset) ([]*benchCase, error) {
	var cases []*benchCase
	total := 0.0
	for _, op := range b.ops {
		for _, rows := range b.batches {
			f.batch = rows
			configs, err := f.configs(data)
			if err != nil {
				return nil, err
			}
			for _, dtype := range b.dtypes {
				for _, name := range b.backends {
					if name != backendGraph && dtype != dtype64 {
						continue
					}
					c := configs[0]
					if total += peak(c.Spec, rows); total > maxMemory {
						return nil, usagef("layers %v: more than this machine's %s of memory for all cases together: want fewer cases "+
							"or a smaller network", f.layers, words.Bytes(maxMemory))
					}
					f.dtype = dtype
					one, err := f.benchCase(op, name, c, data)
					if err != nil {
						return nil, err
					}
					cases = append(cases, one)
				}
			}
		}
	}
	return cases, nil
}

// benchCase returns one operation of one row.
func (f *runFlags) benchCase(op, name string, c twin.Config, data *dataset) (*benchCase, error) {
	o := numeric.Options{Step: f.h}
	of := name
	if name == benchPlain {
		of, o.Engine = backendNumeric, numeric.Plain
	}
	backend, err := f.newBackend(of, c, o)
	if err != nil {
		return nil, err
	}
	start, feed, err := twin.Begin(c, data.Train)
	if err != nil {
		return nil, err
	}
	copy(backend.Params().Flat, start.Flat)
	batch := feed.Next()
	title := fmt.Sprintf("%s%s/backend=%s/dtype=%s/batch=%d", strings.ToUpper(op[:1]), op[1:], name, f.dtype, c.Batch)
	one := &benchCase{name: title, do: operation(op, backend, batch, c.LR)}
	params := float64(c.Spec.NumParams())
	if losses := 2 * params; name == benchPlain && op != opForward && losses*params*float64(c.Batch) > longGradient {
		// Beside a gradient's losses, the one after the update is nothing.
		n := backend.(*numeric.Network)
		one.estimate = func() (time.Duration, error) { return n.Estimate(batch) }
	}
	return one, nil
}

// operation returns a function that does it once.
func operation(op string, b twin.Backend, batch gradtwin.Batch, lr float64) func(context.Context) error {
	switch op {
	case opForward:
		return func(context.Context) error {
			_, err := b.Loss(batch)
			return err
		}
	case opGradient:
		dst := make([]float64, len(b.Params().Flat))
		return func(ctx context.Context) error { return b.Gradient(ctx, dst, batch) }
	default:
		return func(ctx context.Context) error {
			_, err := b.Step(ctx, batch, lr)
			return err
		}
	}
}

// The operations that are timed.
const (
	opForward  = "forward"  // a batch's loss
	opGradient = "gradient" // the gradient of it
	opStep     = "step"     // gradient, update, and the loss after the update
)

var benchOps = []string{opForward, opGradient, opStep}

// benchFlags say what is timed, and how.
type benchFlags struct {
	batches    []int
	dtypes     []string
	backends   []string
	ops        []string
	count      int
	benchtime  time.Duration
	against    string
	cpuprofile string
}
