package report

import (
	"bytes"
	"encoding/csv"
	"strconv"
)

// WriteSteps writes a CSV file for each run, as steps-fixed.csv, with one line
// a step. The numbers have all their digits.
func (d Dir) WriteSteps(r *Results) error {
	for i := range r.Runs {
		run := &r.Runs[i]
		var buf bytes.Buffer
		w := csv.NewWriter(&buf)
		w.Write([]string{"step", "loss_symbolic", "loss_numeric", "seconds_symbolic", "seconds_numeric", "drift"})
		for k, drift := range run.Drift {
			line := []string{strconv.Itoa(k + 1)}
			for _, v := range []float64{run.Symbolic.Loss[k], run.Numeric.Loss[k], run.Symbolic.Seconds[k],
				run.Numeric.Seconds[k], drift} {
				line = append(line, strconv.FormatFloat(v, 'g', -1, 64))
			}
			w.Write(line)
		}
		w.Flush() // a buffer takes everything
		if err := d.Write("steps-"+run.Config.Policy.String()+".csv", buf.Bytes()); err != nil {
			return err
		}
	}
	return nil
}
