package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"

	"gradtwin/compare"
)

// WriteMarkdown writes report.md: what the page says, for a terminal or a pull
// request.
func (d Dir) WriteMarkdown(r *Results) error {
	return d.Write("report.md", markdown(r))
}

func markdown(r *Results) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n\n", r.Verdict())
	if power := r.Power(); power != "" {
		fmt.Fprintf(&b, "%s\n\n", power)
	}
	for _, note := range r.endNotes() {
		fmt.Fprintf(&b, "%s\n\n", note)
	}
	for _, f := range r.facts() {
		fmt.Fprintf(&b, "- %s: %s\n", f.Name, f.Value)
	}
	fmt.Fprintf(&b, "\nReplay:\n\n    %s\n", r.Replay)
	for i := range r.Runs {
		r.Runs[i].markdown(&b)
	}
	return b.Bytes()
}

func (r *Run) markdown(b *bytes.Buffer) {
	fmt.Fprintf(b, "\n## %s\n\n", r.title())
	for _, s := range r.sentences() {
		fmt.Fprintf(b, "- %s\n", s)
	}
	if rows := r.timings(); rows != nil {
		row(b, "backend", "5 %", "25 %", "median", "75 %", "longest", "in all", "memory a step")
		b.WriteString("| --- |" + strings.Repeat(" ---: |", 7) + "\n")
		for _, t := range rows {
			row(b, t.Backend, seconds(t.Low), seconds(t.Q1), seconds(t.Mid), seconds(t.Q3), seconds(t.Max), seconds(t.Total), t.MemoryText())
		}
	}
	for k := range r.Comparisons {
		c := &r.Comparisons[k]
		fmt.Fprintf(b, "\n### Gradients %s\n\n%s\n", c.when(), strings.TrimSpace(countsText(c.Check)+" "+Power(c.Check)))
		for _, text := range c.Check.NotJudged {
			fmt.Fprintf(b, "\n- **not judged**: %s", text)
		}
		for _, e := range c.Check.Worst {
			if e.Verdict == compare.Wrong {
				fmt.Fprintf(b, "\n- **%s is wrong**: symbolic %s, numeric %s, bound %s", e.Name(), digits(e.Symbolic, 6), digits(e.Numeric, 6), digits(e.Bound, 2))
			}
		}
		if c.Step > 0 {
			fmt.Fprintf(b, "\nDifferences at h = %s.", digits(c.Step, 2))
		}
		if text := c.CornerSentence(); text != "" {
			b.WriteString(" " + text)
		}
		b.WriteString("\n")
		row(b, "tensor", "elements", "largest abs. diff.", "largest relative", "mean relative", "worst element")
		b.WriteString("| --- |" + strings.Repeat(" ---: |", 5) + "\n")
		for _, t := range c.Tensors {
			row(b, t.Tensor.Name, Commas(float64(t.Tensor.Len())), digits(t.MaxAbs, 2), digits(t.MaxRel, 2), digits(t.MeanRel, 2), t.Worst)
		}
	}
}

// row writes one line of a table; a blank line goes before its first.
func row(b *bytes.Buffer, cells ...string) {
	if !bytes.HasSuffix(b.Bytes(), []byte("|\n")) {
		b.WriteByte('\n')
	}
	b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}

// MemoryText writes what a step allocates.
func (t timing) MemoryText() string {
	if t.Memory == nil {
		return "–"
	}
	return fmt.Sprintf("%s in %s", bytesText(t.Memory.Bytes), plural(int(t.Memory.Allocations), "1 piece", digits(t.Memory.Allocations, 3)+" pieces"))
}

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
			for _, v := range []float64{run.Symbolic.Loss[k], run.Numeric.Loss[k], run.Symbolic.Seconds[k], run.Numeric.Seconds[k], drift} {
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

// WriteAll writes every file of the report.
func (d Dir) WriteAll(r *Results) error {
	for _, write := range []func(*Results) error{
		d.WriteResults, d.WriteLossPlots, d.WriteSteps, d.WritePoints, d.WriteMarkdown, d.WriteHTML,
	} {
		if err := write(r); err != nil {
			return err
		}
	}
	return nil
}
