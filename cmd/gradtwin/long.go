package main

import (
	"fmt"
	"time"

	"gradtwin/compare/twin"
	"gradtwin/internal/words"
	"gradtwin/numeric"
)

// long is the time from which a run is not begun without --yes.
const long = 10 * time.Minute

// refuseLong estimates how long so many numeric gradients of a run will take, and
// refuses to begin when that is long and --yes was not given.
func (f *runFlags) refuseLong(n *numeric.Network, c twin.Config, data twin.Data, gradients float64) error {
	if f.yes {
		return nil
	}
	start, feed, err := twin.Begin(c, data)
	if err != nil {
		return err
	}
	copy(n.Params().Flat, start.Flat)
	batch := feed.Next()
	total := 0.0
	// A machine that is busy for a moment looks slow: only what it says
	// every time counts.
	for range 3 {
		one, err := n.Estimate(batch)
		if err != nil {
			return err
		}
		if total = gradients * one.Seconds(); total <= long.Seconds() {
			return nil
		}
	}
	faster := ""
	if f.engine != numeric.Incremental {
		faster = fmt.Sprintf(", or use --engine %v", numeric.Incremental)
	}
	return usagef("steps %d: %s gradients with --engine %s take about %s each, %s in total: continue with --yes%s",
		c.Steps, words.Commas(gradients), f.engine, words.Seconds(total/gradients), words.Seconds(total), faster)
}
