package report

import (
	"fmt"
	"strconv"

	"gradtwin/compare/twin"
	"gradtwin/internal/words"
)

// AccuracyTable counts the test rows that both backends of a run get right, before
// training and after.
func AccuracyTable(r *Run) *Table {
	names := r.Labels()
	t := &Table{
		Caption: "Test rows that the two networks take for the right class.",
		Label:   "right predictions",
		Head:    []string{"when", names[0], names[1], "rows"},
	}
	for _, p := range r.Predictions {
		right := func(counts [][]int) string {
			n := 0
			for i := range counts {
				n += counts[i][i]
			}
			return words.Int(n)
		}
		t.Add(When(&twin.Comparison{After: p.After}), right(p.Symbolic), right(p.Numeric), words.Int(p.Rows()))
	}
	return t
}

// LastConfusionTable is the ConfusionTable of the networks at the end of a run.
func LastConfusionTable(r *Run) *Table {
	last := r.Predictions[len(r.Predictions)-1]
	t := ConfusionTable(last.Symbolic, last.Numeric)
	names := r.Labels()
	t.Caption = fmt.Sprintf("What the test rows of each class are taken for %s: a line per class, a column per answer; "+
		"where the two networks differ, %s / %s.", When(&twin.Comparison{After: last.After}), names[0], names[1])
	return t
}

// ConfusionTable counts, with a line per class, how often its rows are taken for each
// class, and which share is right; where a second network's counts differ, both. Of
// one network they are given twice.
func ConfusionTable(counts, second [][]int) *Table {
	t := &Table{
		Caption: "What the rows of each class are taken for: a line per class, a column per answer.",
		Label:   "confusion matrix",
		Head:    []string{"class"},
	}
	for class := range counts {
		t.Head = append(t.Head, "as "+strconv.Itoa(class))
	}
	t.Head = append(t.Head, "right")
	for class := range counts {
		cells := []string{strconv.Itoa(class)}
		both := func(text func(row []int) string) {
			cell := text(counts[class])
			if other := text(second[class]); other != cell {
				cell += " / " + other
			}
			cells = append(cells, cell)
		}
		for as := range counts[class] {
			both(func(row []int) string { return strconv.Itoa(row[as]) })
		}
		both(func(row []int) string { return share(row, class) })
		t.Add(cells...)
	}
	return t
}

// share writes which share of the rows of a class is right.
func share(row []int, class int) string {
	total := 0
	for _, n := range row {
		total += n
	}
	if total == 0 {
		return "–"
	}
	return words.Percent(float64(row[class]) / float64(total))
}
