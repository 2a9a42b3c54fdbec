package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"gradtwin/compare/twin"
	"gradtwin/graph"
	"gradtwin/internal/progress"
)

func (a *app) benchCommand() *cobra.Command {
	var run runFlags
	var out outputFlags
	var bench benchFlags
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Time all backends, in the Go benchmark format",
		Long: `Times the forward pass, the gradient and the training step of five ways to
compute them, on the first batch of a run:

  stock     Gorgonia as its documentation shows it: tape machine, bound dual
            values, VanillaSolver, gonum's BLAS
  graph     Gorgonia with products and a softmax of our own, and without the
            gradient of the input
  backprop  backpropagation written by hand, on gonum's BLAS
  numeric   central differences, by the incremental engine
  plain     central differences by whole forward passes; a gradient of more
            than 10¹⁰ multiplications is estimated from a few passes

Standard output is in the Go benchmark format:

  gradtwin bench > new.txt
  benchstat -col /backend new.txt

Each case is run once to warm up; then all cases take turns, --count times, so
that a busy moment of the machine does not fall on one of them alone. A
measurement lasts --benchtime or longer. An estimate has a second value,
"1 estimated". Where the interquartile range of a case's times is more
than a tenth of their median, standard error says so.
`,
		Example: `  gradtwin bench > new.txt                              # everything, about two minutes
  gradtwin bench --op step --backend graph,numeric      # one operation of two backends
  gradtwin bench --against new.txt                      # and compare with an earlier run`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := refuseIdle(cmd, run.idle(cmd, bench.backends...)); err != nil {
				return err
			}
			return a.bench(cmd.Context(), &run, &bench, &out)
		},
	}
	s := cmd.Flags()
	s.IntSliceVar(&bench.batches, "batch", []int{10, 100}, "`rows` in a batch, one size or more")
	run.addNetwork(cmd, twin.SGD.String())
	s.StringSliceVar(&bench.backends, "backend", benchNames, "`names` of what to time")
	s.StringSliceVar(&bench.dtypes, "dtype", []string{dtype64},
		"number `types`: float64, float32 (of the graph backend only)")
	s.StringSliceVar(&bench.ops, "op", benchOps, "`operations` to time")
	s.IntVar(&bench.count, "count", 6, "`measurements` of each case")
	s.DurationVar(&bench.benchtime, "benchtime", 200*time.Millisecond, "least `time` of a measurement")
	s.StringVar(&bench.against, "against", "", "`FILE` with the output of an earlier run: a table of the changes follows")
	s.StringVar(&bench.cpuprofile, "cpuprofile", "", "`FILE` for a CPU profile of the measurements, for go tool pprof")
	out.addProgress(s)
	wantNames(s, "backend", benchNames)
	wantNames(s, "dtype", dtypes)
	wantNames(s, "op", benchOps)
	return cmd
}

func (f *benchFlags) check() error {
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

func (a *app) bench(ctx context.Context, f *runFlags, b *benchFlags, out *outputFlags) error {
	if err := b.check(); err != nil {
		return err
	}
	var before map[string][]float64
	if b.against != "" {
		var err error
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
	if err := b.profiled(func() error { return a.timeCases(ctx, cases, b, out.reporter(a)) }); err != nil {
		return err
	}
	for _, c := range cases {
		if s := spread(c.ns); s > noisySpread {
			fmt.Fprintf(a.stderr, "gradtwin: %s: too noisy to tell: the interquartile range of %d times is %.0f %% of their "+
				"median\n", c.name, len(c.ns), 100*s)
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
		if err := c.warmUp(ctx); err != nil {
			return err
		}
	}
	for k := range b.count {
		for i, c := range cases {
			m, err := c.measure(ctx, b.benchtime)
			if err != nil {
				return err
			}
			c.ns = append(c.ns, m.ns)
			if _, err := fmt.Fprintf(a.stdout, "Benchmark%s\t%v\n", c.name, m); err != nil {
				return fmt.Errorf("write the output: %w", err)
			}
			task.Set(k*len(cases)+i+1, c.name)
		}
	}
	return nil
}
