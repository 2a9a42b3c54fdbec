package page

import (
	"math"
	"slices"

	"gradtwin/compare/twin"
	"gradtwin/internal/report"
	"gradtwin/internal/stats"
	"gradtwin/internal/words"
)

// timing is one backend's steps as a line of a table.
type timing struct {
	Backend               string
	Low, Q1, Mid, Q3, Max float64 // quantiles 0.05, 0.25, 0.5, 0.75 and 1, seconds
	Total                 float64
	Memory                *report.StepMemory // nil when not measured
}

func newTiming(s twin.Series, memory []report.StepMemory) timing {
	sorted := slices.Clone(s.Seconds)
	slices.Sort(sorted)
	// The nearest rank: always a time that was measured.
	at := func(share float64) float64 {
		return sorted[max(0, int(math.Ceil(share*float64(len(sorted))))-1)]
	}
	t := timing{Backend: s.Backend, Low: at(0.05), Q1: at(0.25), Mid: stats.Median(sorted), Q3: at(0.75), Max: at(1)}
	for _, v := range sorted {
		t.Total += v
	}
	for i, m := range memory {
		if m.Backend == s.Backend {
			t.Memory = &memory[i]
		}
	}
	return t
}

// timings returns nil when no step was done.
func timings(r *report.Run) []timing {
	if len(r.Drift) == 0 {
		return nil
	}
	return []timing{newTiming(r.Symbolic, r.Memory), newTiming(r.Numeric, r.Memory)}
}

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

// timingTable is one line a backend, nil when no step was done.
func timingTable(r *report.Run) *report.Table {
	rows := timings(r)
	if rows == nil {
		return nil
	}
	t := &report.Table{
		Caption: "Time of a step, gradient, update and loss together: quantiles, the longest, all steps, and the " +
			"memory that a step allocates.",
		Label: "time and memory of a step",
		Head:  []string{"backend", "5 %", "25 %", "median", "75 %", "longest", "total", "memory per step"},
	}
	for _, r := range rows {
		memory := "–"
		if r.Memory != nil {
			n := r.Memory.Allocations
			memory = words.Bytes(r.Memory.Bytes) + " in " +
				words.Plural(int(n), "1 allocation", words.Digits(n, 3)+" allocations")
		}
		t.Add(r.Backend, words.Seconds(r.Low), words.Seconds(r.Q1), words.Seconds(r.Mid), words.Seconds(r.Q3),
			words.Seconds(r.Max), words.Seconds(r.Total), memory)
	}
	return t
}
