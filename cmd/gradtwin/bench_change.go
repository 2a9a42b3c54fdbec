package main

import (
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/jedib0t/go-pretty/v6/table"
	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchmath"

	"gradtwin/internal/stats"
	"gradtwin/internal/words"
)

// noisySpread is the spread of a case's times from which a difference between
// two cases is not to be believed: about what the smallest gain worth having
// is.
const noisySpread = 0.1

// spread returns the interquartile range of the times as a share of the
// median: what a few outliers do not move. Of fewer than four it is the whole
// range.
func spread(x []float64) float64 {
	s := slices.Sorted(slices.Values(x))
	cut := len(s) / 4
	return (s[len(s)-1-cut] - s[cut]) / stats.Median(s)
}

// confidence is that of the intervals around the medians.
const confidence = 0.95

// interval writes the median of some times in ns with its confidence interval, as
// benchstat does: ±2%, or ±∞ where there are too few times to say.
func interval(s *benchmath.Sample) string {
	c := benchmath.AssumeNothing.Summary(s, confidence)
	return words.Seconds(c.Center/1e9) + " ±" + c.PctRangeString()
}

// printChanges prints the medians of an earlier run and of this one with their
// confidence intervals, and the change where benchstat would call it significant:
// Mann and Whitney's test at the 5 % level.
func (a *app) printChanges(cases []*benchCase, before map[string][]float64) error {
	t := a.table("", "before")
	t.AppendHeader(table.Row{"case", "before", "now", "change", ""})
	for _, c := range cases {
		now := benchmath.NewSample(c.ns, &benchmath.DefaultThresholds)
		times, ok := before[c.name]
		if !ok {
			t.AppendRow(table.Row{c.name, "", interval(now), "new", ""})
			continue
		}
		then := benchmath.NewSample(times, &benchmath.DefaultThresholds)
		m, n := stats.Median(times), stats.Median(c.ns)
		change := benchmath.AssumeNothing.Compare(then, now)
		t.AppendRow(table.Row{c.name, interval(then), interval(now), change.FormatDelta(m, n), change.String()})
	}
	if _, err := fmt.Fprintln(a.stdout); err != nil {
		return fmt.Errorf("write the output: %w", err)
	}
	t.print()
	return nil
}

// readTimes returns the ns/op of each benchmark in a file.
func readTimes(name string) (map[string][]float64, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("earlier run: %w", err)
	}
	defer file.Close()
	return parseTimes(file, name)
}

func parseTimes(r io.Reader, name string) (map[string][]float64, error) {
	times := map[string][]float64{}
	reader := benchfmt.NewReader(r, name)
	for reader.Scan() {
		switch rec := reader.Result().(type) {
		case *benchfmt.Result:
			if s, ok := rec.Value("sec/op"); ok {
				times[rec.Name.String()] = append(times[rec.Name.String()], s*1e9)
			}
		case *benchfmt.SyntaxError:
			return nil, fmt.Errorf("earlier run: %w", rec)
		}
	}
	if err := reader.Err(); err != nil {
		return nil, fmt.Errorf("earlier run: %w", err)
	}
	if len(times) == 0 {
		return nil, fmt.Errorf("earlier run: %s: no benchmark result in it", name)
	}
	return times, nil
}
