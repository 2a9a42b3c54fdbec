package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gradtwin"
	"gradtwin/internal/stats"
	"gradtwin/internal/words"
)

// RunNames names each run by what sets it apart from the others.
func RunNames(runs []Run) []string {
	properties := make([][]string, len(runs))
	for i, r := range runs {
		c := r.Config
		properties[i] = []string{
			c.Policy.String(), fmt.Sprintf("seed %d", c.Seed), fmt.Sprintf("lr %g", c.LR),
			fmt.Sprintf("batch %d", c.Batch), fmt.Sprintf("inner %d", c.Inner), fmt.Sprintf("%d steps", c.Steps),
			LayersText(c.Spec.Layers), c.Spec.Activation.String(), InitText(c.Init),
		}
	}
	names := make([]string, len(runs))
	for i := range runs {
		var parts []string
		for k := range properties[i] {
			if slices.ContainsFunc(properties, func(p []string) bool { return p[k] != properties[i][k] }) {
				parts = append(parts, properties[i][k])
			}
		}
		names[i] = strings.Join(parts, ", ")
	}
	// The same run twice is told apart by its place.
	for i := range names {
		if names[i] == "" || slices.Index(names, names[i]) != i {
			names[i] = strings.TrimPrefix(fmt.Sprintf("%s, run %d", names[i], i+1), ", ")
		}
	}
	return names
}

// TogetherTable says what each run reached.
func TogetherTable(names []string, runs []Run) *Table {
	t := &Table{
		Caption: "What each run reached, the first backend / the second. Times are medians, and comparable only " +
			"where they were measured on one machine.",
		Label: "what each run reached",
		Head:  []string{"run", "steps", "last loss", "test accuracy", "drift", "time per step", "ratio", "gradients"},
	}
	for i := range runs {
		r := &runs[i]
		row := []string{names[i], words.Int(len(r.Drift))}
		pair := func(a, b string) { row = append(row, a+" / "+b) }
		end := func(x []float64) float64 {
			if len(x) == 0 {
				return math.NaN()
			}
			return x[len(x)-1]
		}
		share := func(x []float64) string {
			if len(x) == 0 {
				return "–"
			}
			return words.Percent(end(x))
		}
		pair(words.Digits(end(r.Symbolic.Loss), 5), words.Digits(end(r.Numeric.Loss), 5))
		pair(share(r.Symbolic.Accuracy), share(r.Numeric.Accuracy))
		row = append(row, words.Digits(end(r.Drift), 2))
		pair(words.Seconds(stats.Median(r.Symbolic.Seconds)), words.Seconds(stats.Median(r.Numeric.Seconds)))
		verdict := string(r.Outcome())
		if r.Outcome() != Agree {
			verdict = strings.ToUpper(verdict)
		}
		if r.Diverged {
			verdict += ", training DIVERGED"
		}
		t.Add(append(row, words.Digits(r.SpeedRatio(), 2), verdict)...)
	}
	return t
}

// InitText says how initial weights are drawn.
func InitText(i gradtwin.Init) string {
	if i.Scheme == gradtwin.Std {
		return "std " + words.Number(cmp.Or(i.Std, gradtwin.InitStd))
	}
	return i.Scheme.String()
}

// LayersText writes the sizes of layers.
func LayersText(sizes []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(sizes), " ", "–"), "[]")
}
