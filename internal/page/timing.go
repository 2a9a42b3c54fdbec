package page

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"gradtwin/compare/twin"
	"gradtwin/internal/report"
	"gradtwin/internal/stats"
	"gradtwin/internal/words"
)

// timePerDecade is how many bins a decade of time has.
const timePerDecade = 20

// timeChart draws how the times of steps are distributed: each series holds the
// seconds of one backend.
func timeChart(id string, all []series) *chart {
	c := &chart{
		ID: id, Title: "Time of a step", Explain: "time", XName: "seconds", YName: "share of the steps, %",
		XLog: true, Axes: []string{"linear", "log"},
		Note: "Gradient, update and loss of each step, in bins of a twentieth of a decade.",
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, s := range all {
		for _, v := range s.Y {
			if v > 0 {
				lo, hi = min(lo, v), max(hi, v)
			}
		}
	}
	if lo > hi {
		return c
	}
	first := int(math.Floor(timePerDecade*math.Log10(lo))) - 1
	bins := int(math.Floor(timePerDecade*math.Log10(hi))) - first + 2
	for k := range bins {
		c.X = append(c.X, math.Pow(10, (float64(first+k)+0.5)/timePerDecade))
	}
	for _, s := range all {
		y := make([]float64, bins)
		for _, v := range s.Y {
			if v > 0 {
				y[int(math.Floor(timePerDecade*math.Log10(v)))-first] += 100 / float64(len(s.Y))
			}
		}
		s.Y = y
		c.Series = append(c.Series, s)
	}
	return c
}

// timingTable has one line per backend, nil when no step was done.
func timingTable(r *report.Run) *report.Table {
	if len(r.Drift) == 0 {
		return nil
	}
	t := &report.Table{
		Caption: "Time of a step, gradient, update and loss together: quantiles, the longest, all steps, and the " +
			"memory that a step allocates.",
		Label: "time and memory of a step",
		Head:  []string{"backend", "5 %", "25 %", "median", "75 %", "longest", "total", "memory per step"},
	}
	for _, series := range []twin.Series{r.Symbolic, r.Numeric} {
		sorted := slices.Sorted(slices.Values(series.Seconds))
		cells := []string{series.Backend}
		for _, share := range []float64{0.05, 0.25, 0.5, 0.75, 1} {
			v := stats.Median(sorted)
			if share != 0.5 {
				v = stat.Quantile(share, stat.Empirical, sorted, nil) // a time that was measured
			}
			cells = append(cells, words.Seconds(v))
		}
		t.Add(append(cells, words.Seconds(floats.Sum(sorted)), memoryText(r, series.Backend))...)
	}
	return t
}

// memoryText says what a backend's step allocates, – where that was not measured.
func memoryText(r *report.Run, backend string) string {
	for _, m := range r.Memory {
		if m.Backend == backend {
			return words.Bytes(m.Bytes) + " in " +
				words.Plural(int(m.Allocations), "1 allocation", words.Digits(m.Allocations, 3)+" allocations")
		}
	}
	return "–"
}
