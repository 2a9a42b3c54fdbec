package report

import (
	"fmt"
	"math"
	"slices"

	"gradtwin/compare/twin"
	"gradtwin/internal/stats"
)

// StepMemory is what one step of a backend allocates, the mean of a few after
// the run.
type StepMemory struct {
	Backend     string  `json:"backend"`
	Bytes       float64 `json:"bytes"`
	Allocations float64 `json:"allocations"`
}

// timing is one backend's steps as a line of a table.
type timing struct {
	Backend               string
	Low, Q1, Mid, Q3, Max float64 // quantiles 0.05, 0.25, 0.5, 0.75 and 1, seconds
	Total                 float64
	Memory                *StepMemory // nil when not measured
}

func newTiming(s twin.Series, memory []StepMemory) timing {
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
func (r *Run) timings() []timing {
	if len(r.Drift) == 0 {
		return nil
	}
	return []timing{newTiming(r.Symbolic, r.Memory), newTiming(r.Numeric, r.Memory)}
}

// SpeedRatio returns the median time of the numeric backend's steps over that
// of the symbolic backend's, NaN when no step was done.
func (r *Run) SpeedRatio() float64 {
	return stats.Median(r.Numeric.Seconds) / stats.Median(r.Symbolic.Seconds)
}

// timePerDecade is how many bins a decade of time has.
const timePerDecade = 20

// timeChart draws how the time of a step is distributed.
func timeChart(id string, all ...twin.Series) *chart {
	c := &chart{
		ID: id, Title: "Time of a step", XName: "seconds", YName: "share of the steps, %", XLog: true, Axes: []string{"linear", "log"},
		Note: "Gradient, update and loss of each step, in bins of a twentieth of a decade. The tail to the right is the garbage collector, and whatever else the machine did.",
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, s := range all {
		for _, v := range s.Seconds {
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
	for i, s := range all {
		y := make([]float64, bins)
		for _, v := range s.Seconds {
			if v > 0 {
				y[int(math.Floor(timePerDecade*math.Log10(v)))-first] += 100 / float64(len(s.Seconds))
			}
		}
		c.Series = append(c.Series, series{Name: s.Backend, Class: fmt.Sprintf("c%d", i%colors), Y: y})
	}
	return c
}

// bytesText writes an amount of memory.
func bytesText(n float64) string {
	for _, unit := range []string{"B", "KiB", "MiB"} {
		if n < 1024 {
			return digits(n, 3) + " " + unit
		}
		n /= 1024
	}
	return digits(n, 3) + " GiB"
}
