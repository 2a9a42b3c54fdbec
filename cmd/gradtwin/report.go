package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"gradtwin/internal/page"
	"gradtwin/internal/report"
)

func (a *app) reportCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "report RUN...",
		Short: "Draw earlier comparisons again, one alone or several together",
		Long: `Each RUN is a folder that compare --out wrote, or its results.json. One run is
drawn as compare does; several share one page, a colour each, which shows seeds,
learning rates, inner steps and so on side by side.`,
		Example: `  gradtwin report out                               # draw one run again
  gradtwin report run1 run2 --out both              # two runs on one page`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("report: no run given: want folders or results.json files")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if out == "" && len(args) == 1 {
				out = folderOf(args[0])
			}
			if out == "" {
				return usagef("report: several runs: --out DIR says where their page goes")
			}
			return a.report(args, out)
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "`DIR` for the report (default, of one run: its own folder)")
	return cmd
}

// folderOf returns the folder of a run, which is named by it or by the results.json
// in it.
func folderOf(run string) string {
	if info, err := os.Stat(run); err == nil && info.IsDir() {
		return run
	}
	return filepath.Dir(run)
}

func (a *app) report(paths []string, out string) error {
	var all []*report.Results
	for _, path := range paths {
		r, err := report.Load(path)
		if err != nil {
			return err
		}
		all = append(all, r)
	}
	dir, err := report.Open(out)
	if err != nil {
		return err
	}
	if len(all) == 1 {
		err = page.Write(dir, all[0])
	} else {
		err = page.WriteTogether(dir, all)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "The report is in %s.\n", out)
	return err
}
