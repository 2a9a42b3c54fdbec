package page

import (
	"fmt"
	"slices"

	"gradtwin/compare"
	"gradtwin/compare/twin"
	"gradtwin/internal/report"
	"gradtwin/internal/words"
)

// comparison is what the page says of the gradients at one point.
type comparison struct {
	ID, Title string
	Outcome   report.Outcome
	Found     string
	NotJudged []string
	Warnings  []string
	Tables    []*report.Table
	Charts    []*drawnChart
	Drawn     []*report.Table // some of the charts' numbers, for report.md
	Gallery   *gallery
}

func newComparison(run *report.Run, c *twin.Comparison, data *payload) comparison {
	id := pointID(run, c)
	out := comparison{
		ID: id, Title: "Gradients " + report.When(c), Outcome: report.OutcomeOf(c.Checks()...),
		Found: found(c.Check), NotJudged: c.Check.NotJudged, Warnings: c.Check.Warnings,
		Tables: notEmpty(report.DifferenceTable(run.Labels(), c), elementTable(c.Check), missTable(c)),
		Charts: drawAll(pointCharts(id+"-", c, run.Config.Spec.Smooth())),
	}
	if c.Other != nil {
		names := run.Labels()
		out.Found = names[0] + ": " + out.Found + " " + names[1] + ": " + found(c.Other)
		out.NotJudged = append(slices.Clone(out.NotJudged), c.Other.NotJudged...)
	}
	if c.Sweep != nil {
		out.Drawn = append(out.Drawn, report.SweepTable(c.Sweep))
	}
	if c.Formulas != nil {
		out.Drawn = append(out.Drawn, report.FormulaTable(c.Formulas))
	}
	if c.Point != nil {
		out.Gallery = newGallery(id, c.Point, data)
	}
	return out
}

// found says what the check found.
func found(r *compare.Report) string {
	text := report.CountsText(r)
	if c := r.Control; c.Done {
		caught := "was caught"
		if !c.Caught {
			caught = "was not caught"
		}
		text += fmt.Sprintf(" The negative control, %s changed by %s, %s.", c.Element, words.Digits(c.Change, 2),
			caught)
	}
	if power := report.Power(r); power != "" {
		text += " " + power
	}
	return text
}

// elementTable lists the elements to look at: all of the check's but the ok ones.
func elementTable(r *compare.Report) *report.Table {
	t := &report.Table{
		Caption: "Elements that are wrong, inconclusive, unseen or on a kink (at most ten). On a kink every value " +
			"between the two one-sided derivatives is a valid subgradient.",
		Label: "elements to look at",
		Head:  []string{"element", "verdict", "symbolic", "numeric", "difference", "bound", "h", "one-sided"},
	}
	for _, e := range r.Worst {
		if e.Verdict == compare.OK {
			continue
		}
		sides := "–"
		if e.Forward != 0 || e.Backward != 0 {
			sides = words.Digits(e.Backward, 4) + " and " + words.Digits(e.Forward, 4)
		}
		t.Add(e.Name(), e.Verdict.String(), words.Digits(e.Symbolic, 6), words.Digits(e.Numeric, 6),
			words.Digits(e.Error, 2), words.Digits(e.Bound, 2), words.Digits(e.Step, 2), sides)
	}
	return t
}

// missTable lists the differences that miss at the run's step.
func missTable(c *twin.Comparison) *report.Table {
	t := &report.Table{
		Caption: fmt.Sprintf(
			"The farthest off of the elements that do not agree at h = %s, and do at a step of their own.",
			words.Digits(c.Step, 2),
		),
		Label: "differences that need another step",
		Head:  []string{"element", "symbolic", "numeric at h", "numeric at its own step", "because of"},
	}
	for _, m := range c.Misses {
		t.Add(m.Element, words.Digits(m.Symbolic, 6), words.Digits(m.Numeric, 6), words.Digits(m.Settled, 6),
			string(m.Cause))
	}
	return t
}

// notEmpty returns the tables that are there and have a line.
func notEmpty(all ...*report.Table) []*report.Table {
	var out []*report.Table
	for _, t := range all {
		if t != nil && len(t.Rows) > 0 {
			out = append(out, t)
		}
	}
	return out
}
