package page

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gradtwin/internal/report"
)

// WriteTogether draws several comparisons on one page, report.html.
func WriteTogether(d report.Dir, all []*report.Results) error {
	merged := &report.Results{}
	p := &page{Title: "gradtwin: several runs together"}
	for _, r := range all {
		merged.Runs = append(merged.Runs, r.Runs...)
	}
	names := report.RunNames(merged.Runs)
	from := 0
	for _, r := range all {
		those := strings.Join(names[from:from+len(r.Runs)], "; ")
		from += len(r.Runs)
		p.Replay = append(p.Replay, fact{"Replay " + those, r.Replay})
		for _, note := range r.Notes() {
			p.Notes = append(p.Notes, those+": "+note)
		}
	}
	p.judge(merged)
	s := section{
		ID:     "together",
		Title:  fmt.Sprintf("%d runs together", len(merged.Runs)),
		Tables: []*report.Table{report.TogetherTable(names, merged.Runs)},
	}
	for i := range merged.Runs {
		run := &merged.Runs[i]
		if run.Error != "" {
			s.Sentences = append(s.Sentences, names[i]+": "+run.Error)
		}
	}
	s.Charts = drawAll(togetherCharts(names, merged.Runs))
	p.Sections = []section{s}
	p.Payload = emptyPayload()
	for i := range merged.Runs {
		p.Payload.train(names[i], &merged.Runs[i])
	}
	p.Payload.Data = p.Payload.seal()
	return p.write(d)
}

// togetherCharts draws every run in a colour, the numeric backend dashed.
func togetherCharts(names []string, runs []report.Run) []*chart {
	steps := 0
	var evaluated []int
	for _, r := range runs {
		steps = max(steps, len(r.Drift))
		evaluated = append(evaluated, r.Evaluated...)
	}
	slices.Sort(evaluated)
	evaluated = slices.Compact(evaluated)
	x := stepNumbers(steps)
	window := smoothWindow(steps)
	note := "Each run has one colour in all charts; its second backend is dashed."
	loss := &chart{
		ID:      "all-loss",
		Title:   "Loss",
		Explain: "loss",
		XName:   "step",
		YName:   "loss of the step's batch",
		X:       x,
		Axes:    []string{"linear", "log"},
		Note:    note,
	}
	if window > 1 {
		loss.Note += fmt.Sprintf(" The mean over %d steps.", window)
	}
	gap := &chart{
		ID:      "all-gap",
		Title:   "Difference of the losses",
		Explain: "gap",
		XName:   "step",
		YName:   "relative difference",
		X:       x,
		Axes:    []string{"log", "linear"},
		Note:    "The difference of a run's two losses over the larger of the two.",
	}
	accuracy := &chart{
		ID:      "all-accuracy",
		Title:   "Test accuracy",
		Explain: "accuracy",
		XName:   "step",
		YName:   "share of the test rows",
		X:       inFloats(evaluated),
		Axes:    []string{"linear"},
		Note:    note,
	}
	drift := &chart{
		ID:      "all-drift",
		Title:   "Drift of the parameters",
		Explain: "drift",
		XName:   "step",
		YName:   driftName,
		X:       x,
		Axes:    []string{"log", "linear"},
		Note:    "How far the parameters of a run's first backend, θ₁, and second, θ₂, are apart.",
	}
	var times []series
	for i := range runs {
		r := &runs[i]
		both := func(s, n []float64) []series {
			backends := r.Labels()
			return []series{
				{Name: names[i] + ", " + backends[0], Group: names[i], Color: i, Y: s},
				{Name: names[i] + ", " + backends[1], Group: names[i], Color: i, Style: "dashed", Y: n},
			}
		}
		loss.Series = append(
			loss.Series,
			both(padded(smooth(r.Symbolic.Loss, window), steps), padded(smooth(r.Numeric.Loss, window), steps))...)
		accuracies := both(
			placed(r.Symbolic.Accuracy, r.Evaluated, evaluated), placed(r.Numeric.Accuracy, r.Evaluated, evaluated))
		for _, s := range accuracies {
			// Other runs were measured at steps between.
			s.Bridge, s.Marked = true, true
			accuracy.Series = append(accuracy.Series, s)
		}
		gap.Series = append(gap.Series,
			series{Name: names[i], Color: i, Y: padded(apart(r.Symbolic.Loss, r.Numeric.Loss), steps)})
		drift.Series = append(drift.Series, series{Name: names[i], Color: i, Y: padded(r.Drift, steps)})
		times = append(times, both(r.Symbolic.Seconds, r.Numeric.Seconds)...)
	}
	return []*chart{loss, gap, accuracy, drift, timeChart("all-time", times)}
}

// padded returns the values followed by gaps, n in total.
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
