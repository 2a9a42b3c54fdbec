package report

import (
	"bytes"
	"encoding/csv"
	"math"
	"strconv"
)

// Column is one column of a CSV file.
type Column struct {
	Name   string
	Values []float64 // nil for an empty column
}

// WriteCSV writes columns with a line of their names above. The numbers have all their
// digits.
func (d Dir) WriteCSV(name string, columns ...Column) error {
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	line := make([]string, len(columns))
	for i, c := range columns {
		line[i] = c.Name
	}
	w.Write(line)
	for k := range columns[0].Values {
		for i, c := range columns {
			line[i] = ""
			if c.Values != nil {
				line[i] = csvNumber(c.Values[k])
			}
		}
		w.Write(line)
	}
	w.Flush() // a buffer takes everything
	return d.Write(name, buf.Bytes())
}

// csvNumber writes a whole number without an exponent, as a step is written.
func csvNumber(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// WriteSteps writes a file for each run, as steps-fixed.csv, with one line per step.
func (d Dir) WriteSteps(r *Results) error {
	for i := range r.Runs {
		run := &r.Runs[i]
		n := len(run.Drift)
		steps := make([]float64, n)
		for k := range steps {
			steps[k] = float64(k + 1)
		}
		err := d.WriteCSV("steps-"+run.Config.Policy.String()+".csv", Column{"step", steps},
			Column{"loss_symbolic", run.Symbolic.Loss}, Column{"loss_numeric", run.Numeric.Loss},
			Column{"seconds_symbolic", run.Symbolic.Seconds}, Column{"seconds_numeric", run.Numeric.Seconds},
			Column{"drift", run.Drift})
		if err != nil {
			return err
		}
	}
	return nil
}
