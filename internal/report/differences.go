package report

import (
	"gradtwin/compare/twin"
	"gradtwin/internal/words"
)

// DifferenceTable sets the gradients of the two backends that are named side by side,
// tensor by tensor.
func DifferenceTable(names [2]string, c *twin.Comparison) *Table {
	t := &Table{
		Caption: "The two gradients tensor by tensor" + AtStep(c) + ", and the element where they are farthest " +
			"apart. The check takes a step of its own for each element.",
		Label: "differences by tensor",
		Head: []string{"tensor", "elements", "mean |s − n|", "largest", "at", names[0], names[1], "relative",
			"mean relative"},
	}
	if text := Misses(c); text != "" {
		t.Caption += " " + text
	}
	for _, d := range c.Tensors {
		t.Add(d.Tensor.Name, words.Int(d.Tensor.Len()), words.Digits(d.MeanAbs, 2), words.Digits(d.MaxAbs, 2), d.Worst,
			words.Digits(d.Symbolic, 5), words.Digits(d.Numeric, 5), words.Digits(d.Relative(), 2),
			words.Digits(d.MeanRel, 2))
	}
	return t
}

// AtStep names the step of the differences, "" where there are none.
func AtStep(c *twin.Comparison) string {
	if c.Step == 0 {
		return ""
	}
	return ", differences at h = " + words.Digits(c.Step, 2)
}
