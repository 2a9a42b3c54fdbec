package page

import (
	"fmt"

	"gradtwin/internal/report"
	"gradtwin/internal/words"
)

// Write writes every file of the report.
func Write(d report.Dir, r *report.Results) error {
	if err := d.WriteResults(r); err != nil {
		return err
	}
	if err := writeLossFigures(d, r); err != nil {
		return err
	}
	for _, write := range []func(*report.Results) error{d.WriteSteps, d.WritePoints} {
		if err := write(r); err != nil {
			return err
		}
	}
	p := newPage(r)
	if err := d.Write("report.md", p.markdown()); err != nil {
		return err
	}
	return p.write(d)
}

// writeLossFigures draws the loss of each run, as loss-fixed.png and so on.
func writeLossFigures(d report.Dir, r *report.Results) error {
	for i := range r.Runs {
		run := &r.Runs[i]
		c := lossChart(run)
		c.Title = fmt.Sprintf("%s: %s per batch, learning rate %g, seed %d", run.Title(),
			words.Count(run.Config.Batch, "row", "rows"), run.Config.LR, run.Config.Seed)
		if err := writeFigure(d, "loss-"+run.Config.Policy.String(), c); err != nil {
			return err
		}
	}
	return nil
}
