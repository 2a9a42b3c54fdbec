package page

import (
	"bytes"
	"encoding/csv"
	"strconv"

	"gradtwin/compare/twin"
	"gradtwin/internal/report"
)

// WriteSweep writes the error against the step as sweep.csv, and as a figure with
// the check's step h marked, sweep.png and sweep.svg. Smooth says that the loss
// has no kink.
func WriteSweep(d report.Dir, s *twin.Sweep, h float64, smooth bool) error {
	if err := d.Write("sweep.csv", sweepCSV(s)); err != nil {
		return err
	}
	return writeFigure(d, "sweep", sweepChart("sweep", s, smooth, mark{Name: "the check's h", X: h}))
}

func sweepCSV(s *twin.Sweep) []byte {
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	rounding, truncation := s.Lines()
	head := []string{"h", "rounding", "truncation"}
	for _, e := range s.Elements {
		head = append(head, e.Element)
	}
	w.Write(head)
	for k, h := range s.Steps {
		line := []string{strconv.FormatFloat(h, 'g', -1, 64), strconv.FormatFloat(rounding[k], 'g', -1, 64), ""}
		if truncation != nil {
			line[2] = strconv.FormatFloat(truncation[k], 'g', -1, 64)
		}
		for _, e := range s.Elements {
			line = append(line, strconv.FormatFloat(e.Error[k], 'g', -1, 64))
		}
		w.Write(line)
	}
	w.Flush() // a buffer takes everything
	return buf.Bytes()
}
