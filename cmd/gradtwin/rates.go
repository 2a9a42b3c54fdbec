package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gradtwin/compare/twin"
	"gradtwin/internal/page"
	"gradtwin/internal/report"
)

func (a *app) ratesCommand() *cobra.Command {
	var run runFlags
	var f compareFlags
	var rates []float64
	var out outputFlags
	cmd := &cobra.Command{
		Use:   "rates",
		Short: "Compare the backends at several learning rates, on one page",
		Long: `Runs gradtwin compare at each learning rate, from the same start on the same
batches, and draws all runs together: DIR/report.html. Each run's own report is in a
folder below, DIR/lr-0.01 and so on. A run that diverges is a result here, not an
error.

` + exitCodes,
		Example: `  gradtwin rates --out rates
  gradtwin rates --out rates --lr 0.01,0.03,0.1 --policy sgd --steps 300`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if out.out == "" {
				return usagef("out: --out DIR says where the pages go")
			}
			return a.rates(cmd, rates, &out)
		},
	}
	s := cmd.Flags()
	s.SortFlags = false
	s.Float64SliceVar(&rates, "lr", []float64{0.001, 0.01, 0.1, 1}, "learning `rates`, with commas between")
	f.addTo(cmd)
	run.addTo(cmd, both)
	out.addTo(cmd, "`DIR` for the pages")
	return cmd
}

// rateRun is what one learning rate led to.
type rateRun struct {
	Type  string  `json:"type"` // rate
	LR    float64 `json:"lr"`
	Error string  `json:"error,omitempty"` // of any policy's run at this rate, that it diverged
	runResult
}

func (a *app) rates(cmd *cobra.Command, rates []float64, out *outputFlags) error {
	sorted := slices.Clone(rates)
	slices.Sort(sorted)
	if len(slices.Compact(sorted)) < 2 {
		return usagef("lr %v: want two different learning rates or more; compare takes one", rates)
	}
	for _, lr := range rates {
		c := twin.Experiment()
		c.LR = lr
		if err := c.Validate(c.Batch); err != nil {
			return usageError{err}
		}
	}
	dir, err := report.Open(out.out)
	if err != nil {
		return err
	}
	var all []*report.Results
	var lines []rateRun
	for _, lr := range rates {
		below := filepath.Join(out.out, "lr-"+strconv.FormatFloat(lr, 'g', -1, 64))
		err := a.compareAt(cmd.Context(), cmd, lr, below)
		if usage := *new(usageError); errors.As(err, &usage) || errors.Is(err, context.Canceled) {
			return err
		}
		r, loadErr := report.Load(below)
		if loadErr != nil {
			return errors.Join(err, loadErr)
		}
		all = append(all, r)
		for i := range r.Runs {
			lines = append(lines, rateRun{"rate", lr, r.Error, newRunResult(&r.Runs[i])})
		}
	}
	if err := page.WriteTogether(dir, all); err != nil {
		return err
	}
	if out.json {
		for _, l := range lines {
			if err := a.line(l); err != nil {
				return err
			}
		}
	} else {
		a.printRates(all, lines)
		fmt.Fprintf(a.stdout, "All runs on one page: %s\n", filepath.Join(out.out, "report.html"))
	}
	var found error
	for _, r := range all {
		if end := endOf(r.Outcome()); end == errDisagree || found == nil {
			found = end
		}
	}
	return found
}

// compareAt runs compare at one learning rate, with the flags that were given.
func (a *app) compareAt(ctx context.Context, cmd *cobra.Command, lr float64, out string) error {
	args := []string{"compare", "--lr=" + strconv.FormatFloat(lr, 'g', -1, 64), "--out=" + out}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if !slices.Contains([]string{"lr", "out", "json"}, f.Name) {
			args = append(args, "--"+f.Name+"="+flagText(f))
		}
	})
	root := &cobra.Command{Use: cmd.Root().Name(), SilenceErrors: true, SilenceUsage: true}
	root.AddCommand((&app{stdout: io.Discard, stderr: a.stderr}).compareCommand())
	root.SetArgs(args)
	return root.ExecuteContext(ctx)
}

// printRates prints what each run reached, and which rates were too large.
func (a *app) printRates(all []*report.Results, lines []rateRun) {
	var runs []report.Run
	for _, r := range all {
		runs = append(runs, r.Runs...)
	}
	a.show(report.TogetherTable(report.RunNames(runs), runs), "ratio", "steps", "time per step", "drift")
	said := map[float64]bool{}
	for _, l := range lines {
		if l.Error != "" && !said[l.LR] {
			a.say("At %g: %s.", l.LR, l.Error)
			said[l.LR] = true
		}
	}
}
