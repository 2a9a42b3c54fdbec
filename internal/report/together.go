package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gradtwin/compare/twin"
	"gradtwin/internal/stats"
)

// WriteTogether draws several comparisons on one page, report.html.
func (d Dir) WriteTogether(all []*Results) error {
	merged := &Results{}
	p := &page{Title: "gradtwin: several runs together"}
	for _, r := range all {
		merged.Runs = append(merged.Runs, r.Runs...)
		p.Replay = append(p.Replay, r.Replay)
		if r.Interrupted {
			p.Notes = append(p.Notes, "A run was interrupted: its curves end where it did.")
		}
		if r.Error != "" {
			p.Notes = append(p.Notes, "A run ended with an error: "+r.Error)
		}
	}
	p.Outcome, p.Verdict, p.Power = merged.Outcome(), merged.Verdict(), merged.Power()
	names := runNames(merged.Runs)
	s := runSection{ID: "together", Title: fmt.Sprintf("%d runs together", len(merged.Runs)), Table: togetherTable(names, merged.Runs)}
	s.Charts = drawAll(togetherCharts(names, merged.Runs))
	p.Runs = []runSection{s}
	return d.writePage(p)
}

// runNames names each run by what sets it apart from the others.
func runNames(runs []Run) []string {
	properties := make([][]string, len(runs))
	for i, r := range runs {
		c := r.Config
		properties[i] = []string{
			c.Policy.String(), fmt.Sprintf("seed %d", c.Seed), fmt.Sprintf("lr %g", c.LR), fmt.Sprintf("batch %d", c.Batch),
			fmt.Sprintf("inner %d", c.Inner), fmt.Sprintf("%d steps", c.Steps), layers(c.Spec.Layers), c.Spec.Activation.String(), start(c.Init),
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

// plainTable is a table whose first column names its lines.
type plainTable struct {
	Caption string
	Head    []string
	Rows    [][]string
}

func togetherTable(names []string, runs []Run) *plainTable {
	t := &plainTable{
		Caption: "What each run reached, symbolic and numeric. Times are medians, and comparable only where they were measured on one machine.",
		Head:    []string{"run", "steps", "last loss", "test accuracy", "drift", "time a step", "ratio", "gradients"},
	}
	for i := range runs {
		r := &runs[i]
		row := []string{names[i], Commas(float64(len(r.Drift)))}
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
			return percent(end(x))
		}
		pair(digits(end(r.Symbolic.Loss), 5), digits(end(r.Numeric.Loss), 5))
		pair(share(r.Symbolic.Accuracy), share(r.Numeric.Accuracy))
		row = append(row, digits(end(r.Drift), 2))
		pair(seconds(stats.Median(r.Symbolic.Seconds)), seconds(stats.Median(r.Numeric.Seconds)))
		verdict := string(r.Outcome())
		if r.Outcome() != Agree {
			verdict = strings.ToUpper(verdict)
		}
		t.Rows = append(t.Rows, append(row, digits(r.SpeedRatio(), 2), verdict))
	}
	return t
}

// togetherCharts draws every run in a colour, the numeric backend dashed.
func togetherCharts(names []string, runs []Run) []*chart {
	steps := 0
	var evaluated []int
	for _, r := range runs {
		steps = max(steps, len(r.Drift))
		evaluated = append(evaluated, r.Evaluated...)
	}
	slices.Sort(evaluated)
	evaluated = slices.Compact(evaluated)
	x := stepNumbers(steps)
	at := make([]float64, len(evaluated))
	for i, step := range evaluated {
		at[i] = float64(step)
	}
	window := smoothWindow(steps)
	note := "Each run has a colour; the numeric backend is dashed."
	loss := &chart{ID: "all-loss", Title: "Loss", XName: "step", YName: "loss of the step's batch", X: x, Axes: []string{"linear", "log"}, Note: note}
	if window > 1 {
		loss.Note += fmt.Sprintf(" The mean over %d steps.", window)
	}
	gap := &chart{ID: "all-gap", Title: "Difference of the losses", XName: "step", YName: "relative difference", X: x, Axes: []string{"log", "linear"},
		Note: "|symbolic − numeric| over the larger of the two."}
	accuracy := &chart{ID: "all-accuracy", Title: "Test accuracy", XName: "step", YName: "share of the test rows", X: at, Axes: []string{"linear"}, Note: note}
	drift := &chart{ID: "all-drift", Title: "Drift of the parameters", XName: "step", YName: "‖θs − θn‖ / ‖θn‖", X: x, Axes: []string{"log", "linear"},
		Note: "How far the two parameter vectors of a run are apart."}
	var times []twin.Series
	for i := range runs {
		r := &runs[i]
		class := fmt.Sprintf("c%d", i%colors)
		both := func(c *chart, s, n []float64) {
			c.Series = append(c.Series, series{Name: names[i] + ", symbolic", Class: class, Y: s}, series{Name: names[i] + ", numeric", Class: class + " dashed", Y: n})
		}
		both(loss, padded(smooth(r.Symbolic.Loss, window), steps), padded(smooth(r.Numeric.Loss, window), steps))
		both(accuracy, placed(r.Symbolic.Accuracy, r.Evaluated, evaluated), placed(r.Numeric.Accuracy, r.Evaluated, evaluated))
		gap.Series = append(gap.Series, series{Name: names[i], Class: class, Y: padded(apart(r.Symbolic.Loss, r.Numeric.Loss), steps)})
		drift.Series = append(drift.Series, series{Name: names[i], Class: class, Y: padded(r.Drift, steps)})
		times = append(times,
			twin.Series{Backend: names[i] + ", " + r.Symbolic.Backend, Seconds: r.Symbolic.Seconds},
			twin.Series{Backend: names[i] + ", " + r.Numeric.Backend, Seconds: r.Numeric.Seconds})
	}
	return []*chart{loss, gap, accuracy, drift, timeChart("all-time", times...)}
}

// padded returns the values followed by gaps, n in all.
func padded(y []float64, n int) []float64 {
	out := slices.Clone(y)
	for len(out) < n {
		out = append(out, math.NaN())
	}
	return out
}

// placed returns the values at the steps of all runs, with gaps where this one
// was not measured.
func placed(y []float64, steps, all []int) []float64 {
	out := padded(nil, len(all))
	for i, step := range steps {
		k, _ := slices.BinarySearch(all, step)
		out[k] = y[i]
	}
	return out
}
