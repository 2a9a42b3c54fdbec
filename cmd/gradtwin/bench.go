package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gradtwin"
	"gradtwin/compare/twin"
	"gradtwin/graph"
	"gradtwin/internal/progress"
)

// The operations that are timed.
const (
	opForward  = "forward"  // a batch's loss
	opGradient = "gradient" // the gradient of it
	opStep     = "step"     // gradient, update, and the loss after the update
)

// benchFlags say what is timed, and how.
type benchFlags struct {
	batches   []int
	dtypes    []string
	backends  []string
	ops       []string
	count     int
	benchtime time.Duration
	against   string
}

func (a *app) benchCommand() *cobra.Command {
	var run runFlags
	var out outputFlags
	var bench benchFlags
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Time both backends, in the Go benchmark format",
		Long: `Times the forward pass, the gradient and the training step of both backends on
the first batch of a run. Standard output is in the Go benchmark format:

  gradtwin bench > new.txt
  benchstat -col /backend new.txt

Each case is run once to warm up; then all cases take turns, --count times, so
that a busy moment of the machine does not fall on one of them alone. Where the
middle half of a case's times is wider than a tenth of its median, standard
error says so.
`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.bench(cmd.Context(), &run, &bench, &out)
		},
	}
	s := cmd.Flags()
	s.IntSliceVar(&bench.batches, "batch", []int{10, 100}, "rows in a batch, one or more")
	run.addNetwork(cmd, twin.SGD.String())
	s.StringSliceVar(&bench.backends, "backend", []string{backendGraph, backendNumeric}, "backends to time")
	s.StringSliceVar(&bench.dtypes, "dtype", []string{dtype64}, "float64, float32 (the graph backend only)")
	s.StringSliceVar(&bench.ops, "op", []string{opForward, opGradient, opStep}, "operations to time")
	s.IntVar(&bench.count, "count", 6, "measurements of each case")
	s.DurationVar(&bench.benchtime, "benchtime", 200*time.Millisecond, "time of a measurement, at least one operation")
	s.StringVar(&bench.against, "against", "", "file with an earlier run's output: a table of the changes follows")
	s.StringVar(&out.progress, "progress", "auto", "on stderr: auto, bar, plain or none")
	return cmd
}

func (f *benchFlags) check() error {
	for _, list := range []struct {
		name       string
		given, may []string
	}{
		{"backend", f.backends, []string{backendGraph, backendNumeric}},
		{"dtype", f.dtypes, []string{dtype64, dtype32}},
		{"op", f.ops, []string{opForward, opGradient, opStep}},
	} {
		if len(list.given) == 0 {
			return usagef("%s: nothing given: want some of %s", list.name, strings.Join(list.may, ", "))
		}
		for _, g := range list.given {
			if !slices.Contains(list.may, g) {
				return usagef("%s %q: want some of %s", list.name, g, strings.Join(list.may, ", "))
			}
		}
	}
	switch {
	case len(f.batches) == 0:
		return usagef("batch: nothing given: want one size or more")
	case f.count < 1:
		return usagef("count %d: want at least 1", f.count)
	case f.benchtime <= 0:
		return usagef("benchtime %v: want more than 0", f.benchtime)
	}
	return nil
}

// benchCase is one thing to time.
type benchCase struct {
	name string // as in Step/backend=graph/dtype=float64/batch=10
	do   func(context.Context) error
	n    int       // operations in a measurement
	ns   []float64 // an operation, of each measurement
}

func (a *app) bench(ctx context.Context, f *runFlags, b *benchFlags, out *outputFlags) error {
	if err := b.check(); err != nil {
		return err
	}
	reporter, err := out.reporter(a)
	if err != nil {
		return err
	}
	var before map[string][]float64
	if b.against != "" {
		if before, err = readTimes(b.against); err != nil {
			return err
		}
	}
	data, err := a.load(ctx, f.data)
	if err != nil {
		return err
	}
	cases, err := f.benchCases(b, data)
	if err != nil {
		return err
	}
	if err := a.printHeader(); err != nil {
		return err
	}
	if err := a.timeCases(ctx, cases, b, reporter); err != nil {
		return err
	}
	for _, c := range cases {
		if s := spread(c.ns); s > noisySpread {
			fmt.Fprintf(a.stderr, "gradtwin: %s: too noisy to tell: the middle half of %d times is %.0f %% of their median wide\n", c.name, len(c.ns), 100*s)
		}
	}
	if before != nil {
		return a.printChanges(cases, before)
	}
	return nil
}

// printHeader prints what benchstat tells runs apart by.
func (a *app) printHeader() error {
	e := newEnvironment()
	_, err := fmt.Fprintf(a.stdout, "goos: %s\ngoarch: %s\npkg: gradtwin\n", e.OS, e.Arch)
	if err == nil && e.CPU != "" {
		_, err = fmt.Fprintf(a.stdout, "cpu: %s\n", e.CPU)
	}
	if err == nil {
		_, err = fmt.Fprintf(a.stdout, "gomaxprocs: %d\nblas: %s\n", e.Cores, graph.BLAS)
	}
	if err != nil {
		return fmt.Errorf("write the output: %w", err)
	}
	return nil
}

// timeCases times all cases in turns and prints each measurement.
func (a *app) timeCases(ctx context.Context, cases []*benchCase, b *benchFlags, reporter *progress.Reporter) error {
	task := reporter.Start("bench", b.count*len(cases))
	defer task.Done()
	for _, c := range cases {
		if err := c.calibrate(ctx, b.benchtime); err != nil {
			return err
		}
	}
	for k := range b.count {
		for i, c := range cases {
			m, err := c.measure(ctx)
			if err != nil {
				return err
			}
			c.ns = append(c.ns, m.ns)
			if _, err := fmt.Fprintf(a.stdout, "Benchmark%s\t%d\t%.0f ns/op\t%d B/op\t%d allocs/op\n", c.name, c.n, m.ns, m.bytes, m.allocs); err != nil {
				return fmt.Errorf("write the output: %w", err)
			}
			task.Set(k*len(cases)+i+1, c.name)
		}
	}
	return nil
}

// benchCases returns all combinations of what was asked for. The numeric
// backend computes in float64 alone.
func (f *runFlags) benchCases(b *benchFlags, data *dataset) ([]*benchCase, error) {
	options, err := f.numericOptions()
	if err != nil {
		return nil, err
	}
	if f.policy == both {
		return nil, usagef("policy %q: want one of sgd, fixed", f.policy)
	}
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
					if name == backendNumeric && dtype != dtype64 {
						continue
					}
					c := configs[0]
					if total += peak(c.Spec, rows); total > maxMemory {
						return nil, usagef("layers %v: more than this machine's %s of memory for all cases together: want fewer cases or a smaller network", f.layers, gibibytes(maxMemory))
					}
					f.dtype = dtype
					backend, err := f.newBackend(name, c, options)
					if err != nil {
						return nil, err
					}
					start, feed, err := twin.Begin(c, data.Train)
					if err != nil {
						return nil, err
					}
					copy(backend.Params().Flat, start.Flat)
					title := fmt.Sprintf("%s%s/backend=%s/dtype=%s/batch=%d", strings.ToUpper(op[:1]), op[1:], name, dtype, rows)
					cases = append(cases, &benchCase{name: title, do: operation(op, backend, feed.Next(), c.LR)})
				}
			}
		}
	}
	if len(cases) == 0 {
		return nil, usagef("nothing to time: the numeric backend computes in %s alone", dtype64)
	}
	return cases, nil
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

// calibrate warms up, and finds how many operations fill a measurement.
func (c *benchCase) calibrate(ctx context.Context, benchtime time.Duration) error {
	for c.n = 1; ; {
		m, err := c.measure(ctx)
		if err != nil {
			return err
		}
		// The first run of all is slow: its caches are cold and its pages new.
		want := max(1, int(float64(benchtime)/m.ns))
		if want <= 2*c.n {
			c.n = want
			return nil
		}
		c.n = min(want, 10*c.n)
	}
}

// measurement is what one operation took.
type measurement struct {
	ns            float64
	bytes, allocs uint64
}

// measure times n operations.
func (c *benchCase) measure(ctx context.Context) (measurement, error) {
	var before, after runtime.MemStats
	runtime.GC() // the garbage of other cases is not this one's
	runtime.ReadMemStats(&before)
	start := time.Now()
	for range c.n {
		if err := c.do(ctx); err != nil {
			return measurement{}, fmt.Errorf("%s: %w", c.name, err)
		}
		if err := ctx.Err(); err != nil {
			return measurement{}, err
		}
	}
	ns := float64(time.Since(start)) / float64(c.n)
	runtime.ReadMemStats(&after)
	n := uint64(c.n)
	return measurement{ns, (after.TotalAlloc - before.TotalAlloc) / n, (after.Mallocs - before.Mallocs) / n}, nil
}
