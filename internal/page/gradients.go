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
	Tables    []*table
	Charts    []*drawnChart
	Gallery   *gallery
}

// pointID names a point of a run on the page.
func pointID(run *report.Run, c *twin.Comparison) string {
	return fmt.Sprintf("%v-step%d", run.Config.Policy, c.After)
}

func newComparison(run *report.Run, c *twin.Comparison, data *payload) comparison {
	id := pointID(run, c)
	out := comparison{
		ID: id, Title: "Gradients " + report.When(c), Outcome: report.OutcomeOf(c.Checks()...),
		Found: found(c.Check), NotJudged: c.Check.NotJudged, Warnings: c.Check.Warnings,
		Tables: notEmpty(differenceTable(run, c), elementTable(c.Check), missTable(c)),
		Charts: drawAll(pointCharts(id+"-", c, run.Config.Spec.Smooth())),
	}
	if c.Other != nil {
		names := backendNames(run)
		out.Found = names[0] + ": " + out.Found + " " + names[1] + ": " + found(c.Other)
		out.NotJudged = append(slices.Clone(out.NotJudged), c.Other.NotJudged...)
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

// differenceTable sets the two gradients side by side, tensor by tensor.
func differenceTable(run *report.Run, c *twin.Comparison) *table {
	names := backendNames(run)
	t := &table{
		Caption: "The two gradients tensor by tensor" + atStep(c) + ", and the element where they are farthest " +
			"apart. The check takes a step of its own for each element.",
		Label: "differences by tensor",
		Head: []string{"tensor", "elements", "mean |s − n|", "largest |s − n|", "at", names[0], names[1],
			"relative there", "mean relative"},
	}
	if text := report.Misses(c); text != "" {
		t.Caption += " " + text
	}
	for _, d := range c.Tensors {
		t.add(d.Tensor.Name, words.Int(d.Tensor.Len()), words.Digits(d.MeanAbs, 2), words.Digits(d.MaxAbs, 2), d.Worst,
			words.Digits(d.Symbolic, 5), words.Digits(d.Numeric, 5), words.Digits(d.Relative(), 2),
			words.Digits(d.MeanRel, 2))
	}
	return t
}

// elementTable lists the elements to look at: all of the check's but the ok ones.
func elementTable(r *compare.Report) *table {
	t := &table{
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
		t.add(e.Name(), e.Verdict.String(), words.Digits(e.Symbolic, 6), words.Digits(e.Numeric, 6),
			words.Digits(e.Error, 2), words.Digits(e.Bound, 2), words.Digits(e.Step, 2), sides)
	}
	return t
}

// missTable lists the differences that miss at the run's step.
func missTable(c *twin.Comparison) *table {
	t := &table{
		Caption: fmt.Sprintf(
			"The farthest off of the elements that do not agree at h = %s, and do at a step of their own.",
			words.Digits(c.Step, 2),
		),
		Label: "differences that need another step",
		Head:  []string{"element", "symbolic", "numeric at h", "numeric at its own step", "because of"},
	}
	for _, m := range c.Misses {
		t.add(m.Element, words.Digits(m.Symbolic, 6), words.Digits(m.Numeric, 6), words.Digits(m.Settled, 6),
			string(m.Cause))
	}
	return t
}
