package page

import (
	"fmt"

	"gradtwin/compare/twin"
	"gradtwin/internal/report"
	"gradtwin/internal/words"
)

// stepNumbers returns 1 to n.
func stepNumbers(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = float64(i + 1)
	}
	return out
}

func drawAll(charts []*chart) []*drawnChart {
	var out []*drawnChart
	for _, c := range charts {
		if drawn := c.draw(); drawn != nil {
			out = append(out, drawn)
		}
	}
	return out
}

// twins returns the first backend's curve, broad, and the second's, thin on top of
// it: where the two agree, both are seen.
func twins(run *report.Run, first, second []float64) []series {
	names := run.Labels()
	return []series{
		{Name: names[0], Color: symbolicColor, Style: "broad", Y: first},
		{Name: names[1], Color: numericColor, Style: "thin", Y: second},
	}
}

// lossChart draws the loss of both backends.
func lossChart(run *report.Run) *chart {
	n := len(run.Drift)
	s, m := run.Symbolic.Loss[:n], run.Numeric.Loss[:n]
	window := smoothWindow(n)
	c := &chart{
		ID: run.Config.Policy.String() + "-loss", Title: "Loss", Explain: "loss", XName: "step",
		YName: "loss of the step's batch", X: stepNumbers(n), Axes: []string{"linear", "log"},
		Note:   "The loss of each step's own batch, after the update.",
		Series: twins(run, s, m),
	}
	if window == 1 {
		return c
	}
	c.Note += fmt.Sprintf(" Smoothed is the mean over %d steps.", window)
	smoothed := twins(run, smooth(s, window), smooth(m, window))
	// A batch drawn anew gives noise: there the smoothed curves tell more.
	noisy := run.Config.Policy == twin.SGD
	for i := range smoothed {
		smoothed[i].Name += ", smoothed"
		smoothed[i].Off = !noisy
		if noisy {
			c.Series[i].Style = "faint"
		}
	}
	c.Series = append(c.Series, smoothed...)
	return c
}

// trainingCharts draws what happened along the way.
func trainingCharts(run *report.Run) []*chart {
	n := len(run.Drift)
	x := stepNumbers(n)
	id, names := run.Config.Policy.String()+"-", run.Labels()
	gap := &chart{
		ID: id + "gap", Title: "Difference of the losses", Explain: gapKey(run), XName: "step",
		YName: "relative difference", X: x, Axes: []string{"log", "linear"},
		Note: fmt.Sprintf("|%s − %s| over the larger of the two. Equal losses are gaps on the logarithmic axis.",
			names[0], names[1]),
		Series: []series{{Name: "difference", Color: 2, Y: apart(run.Symbolic.Loss[:n], run.Numeric.Loss[:n])}},
	}
	drift := &chart{
		ID: id + "drift", Title: "Drift of the parameters", Explain: "drift", XName: "step", YName: driftName, X: x,
		Axes:   []string{"log", "linear"},
		Note:   fmt.Sprintf("How far the parameters of %s, θ₁, and of %s, θ₂, are apart.", names[0], names[1]),
		Series: []series{{Name: "drift", Color: 3, Y: run.Drift}},
	}
	accuracy := &chart{
		ID: id + "accuracy", Title: "Test accuracy", Explain: "accuracy", XName: "step",
		YName: "share of the test rows", X: inFloats(run.Evaluated), Axes: []string{"linear"},
		Note:   "Measured on the whole test set, at the marked steps.",
		Series: twins(run, run.Symbolic.Accuracy, run.Numeric.Accuracy),
	}
	for i := range accuracy.Series {
		accuracy.Series[i].Marked = true
	}
	times := timeChart(id+"time", []series{
		{Name: run.Symbolic.Backend, Color: symbolicColor, Y: run.Symbolic.Seconds},
		{Name: run.Numeric.Backend, Color: numericColor, Y: run.Numeric.Seconds},
	})
	return []*chart{lossChart(run), gap, accuracy, drift, times}
}

// driftName is what the axis of a drift says.
const driftName = "‖θ₁ − θ₂‖ / ‖θ₂‖"

// gapKey chooses the explanation of two losses' difference.
func gapKey(run *report.Run) string {
	if run.Numeric.Backend == "numeric" || run.Symbolic.Backend == "numeric" {
		return "gap"
	}
	return "gap of exact ones"
}

func inFloats(values []int) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = float64(v)
	}
	return out
}

// pointCharts draws what is known of the errors at one point.
func pointCharts(id string, c *twin.Comparison, smooth bool) []*chart {
	var out []*chart
	if c.Errors != nil {
		out = append(out, errorChart(id+"errors", c))
	}
	if c.Sweep != nil {
		out = append(out, sweepChart(id+"sweep", c.Sweep, smooth, chosenSteps(c)...))
	}
	if c.Formulas != nil {
		out = append(out, formulasChart(id+"formulas", c.Formulas, smooth))
	}
	return out
}

// chosenSteps marks the check's first step and the run's.
func chosenSteps(c *twin.Comparison) []mark {
	if c.Step == 0 {
		return []mark{{Name: "check's h", X: c.Check.Step}}
	}
	if c.Check.Step == c.Step {
		return []mark{{Name: "h of check and run", X: c.Step}}
	}
	return []mark{{Name: "check's h", X: c.Check.Step}, {Name: "run's h", X: c.Step}}
}

// errorChart draws the distribution of the errors.
func errorChart(id string, c *twin.Comparison) *chart {
	key := "errors"
	if c.Step == 0 {
		key = "errors of exact ones"
	}
	out := &chart{
		ID: id, Title: "Relative error, tensor by tensor", Explain: key, XName: "relative difference",
		YName: "share of the tensor's elements, %",
		XLog:  true, Axes: []string{"linear", "log"},
		Note: "How many elements are how far apart, in bins of half a decade" + report.AtStep(c) + ".",
	}
	if c.Causes.Total() > 0 {
		out.Note += " Far to the right are those for which this h is too large or too small."
	}
	for k := range twin.ErrorBins {
		out.X = append(out.X, twin.ErrorBin(k))
	}
	for k, h := range c.Errors {
		total := h.Equal
		for _, n := range h.Counts {
			total += n
		}
		y := make([]float64, twin.ErrorBins)
		for i, n := range h.Counts {
			y[i] = 100 * float64(n) / float64(max(1, total))
		}
		name := h.Tensor
		if h.Equal > 0 {
			name += fmt.Sprintf(" (%s %% exactly equal)", words.Digits(100*float64(h.Equal)/float64(total), 2))
		}
		out.Series = append(out.Series, series{Name: name, Color: k, Y: y})
	}
	return out
}

// sweepChart draws the error against the step; chosen is the check's step and the
// run's. Smooth says that the loss has no kink.
func sweepChart(id string, s *twin.Sweep, smooth bool, chosen ...mark) *chart {
	c := &chart{
		ID: id, Title: "Error of central differences against their step h", Explain: kinkKey("sweep", smooth),
		XName: "h", YName: "|symbolic − numeric|", X: s.Steps, XLog: true, Axes: []string{"log"},
		Note: "Each tensor's element with the largest gradient, and before them any that is wrong or on a kink. " +
			"Left, rounding makes the error: ε/h with the measured noise ε.",
		Marks: chosen,
	}
	rounding, truncation := s.Lines()
	if truncation != nil {
		c.Note += " Right, curvature does: h²|f‴|/6, drawn for the median of those where it is seen."
	}
	if !smooth {
		c.Note += " Where a curve jumps, ±h has reached a kink of the loss."
	}
	c.Note += " An error of exactly 0 is left out."
	for i := range s.Elements {
		e := &s.Elements[i]
		c.Series = append(c.Series, series{Name: e.Element, Color: i, Style: "thin", Y: drawable(e.Error)})
	}
	c.Series = append(c.Series, series{Name: "rounding, ε/h", Color: grey, Style: "dashed", Y: rounding, Guide: true})
	if truncation != nil {
		c.Series = append(c.Series,
			series{Name: "curvature, c·h²", Color: grey, Style: "dashed", Y: truncation, Guide: true})
	}
	return c
}
