package page

import (
	"fmt"
	"strconv"

	"gradtwin/compare/twin"
	"gradtwin/internal/report"
	"gradtwin/internal/words"
)

// confusionTables shows what the networks take each class for at the end of the
// run, and before it how the accuracy came about.
func confusionTables(run *report.Run) []*report.Table {
	if len(run.Predictions) == 0 {
		return nil
	}
	last := run.Predictions[len(run.Predictions)-1]
	return []*report.Table{accuracyTable(run), confusionTable(run, last)}
}

// accuracyTable counts the rows that both backends get right, before and after.
func accuracyTable(run *report.Run) *report.Table {
	names := backendNames(run)
	t := &report.Table{
		Caption: "Test rows that the two networks take for the right class.",
		Label:   "right predictions",
		Head:    []string{"when", names[0], names[1], "rows"},
	}
	for _, p := range run.Predictions {
		right := func(counts [][]int) string {
			n := 0
			for i := range counts {
				n += counts[i][i]
			}
			return words.Int(n)
		}
		t.Add(report.When(&twin.Comparison{After: p.After}), right(p.Symbolic), right(p.Numeric), words.Int(p.Rows()))
	}
	return t
}

// confusionTable shows one line per class; where the two networks differ, both
// counts.
func confusionTable(run *report.Run, p *twin.Predictions) *report.Table {
	names := backendNames(run)
	t := &report.Table{
		Caption: fmt.Sprintf(
			"What the test rows of each class are taken for %s: a line per class, a column per answer; where the two "+
				"networks differ, %s / %s.", report.When(&twin.Comparison{After: p.After}), names[0], names[1]),
		Label: "confusion matrix",
		Head:  []string{"class"},
	}
	for class := range p.Symbolic {
		t.Head = append(t.Head, "as "+strconv.Itoa(class))
	}
	for class := range p.Symbolic {
		cells := []string{strconv.Itoa(class)}
		for as, n := range p.Symbolic[class] {
			cell := words.Int(n)
			if m := p.Numeric[class][as]; m != n {
				cell += " / " + words.Int(m)
			}
			cells = append(cells, cell)
		}
		t.Add(cells...)
	}
	return t
}
