package main

import (
	"fmt"
	"os"

	"github.com/guptarohit/asciigraph"

	"gradtwin/compare/twin"
	"gradtwin/internal/progress"
)

const (
	// The graph and its labels fit a terminal of 80 columns.
	graphWidth, graphHeight = 64, 10
)

// printLoss draws the loss of one or several backends against the step, on a
// terminal and nowhere else. Colours tell the curves apart; with NO_COLOR there
// are none (no-color.org).
func (a *app) printLoss(caption string, all ...twin.Series) {
	if progress.IsTerminal(a.stdout) {
		fmt.Fprintf(a.stdout, "\n%s\n", lossGraph(caption, os.Getenv("NO_COLOR") == "", all...))
	}
}

// lossGraph returns "" when there are fewer than two steps.
func lossGraph(caption string, color bool, all ...twin.Series) string {
	var losses [][]float64
	var names []string
	for _, s := range all {
		if len(s.Loss) < 2 {
			return ""
		}
		losses = append(losses, s.Loss)
		names = append(names, s.Backend)
	}
	options := []asciigraph.Option{
		asciigraph.Width(graphWidth), asciigraph.Height(graphHeight), asciigraph.Precision(3), asciigraph.Caption(caption),
	}
	if color {
		options = append(options, asciigraph.SeriesColors(asciigraph.Blue, asciigraph.Red), asciigraph.SeriesLegends(names...))
	}
	return asciigraph.PlotMany(losses, options...)
}
