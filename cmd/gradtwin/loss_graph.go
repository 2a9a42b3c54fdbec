package main

import (
	"fmt"

	"github.com/guptarohit/asciigraph"

	"gradtwin/compare/twin"
)

const (
	// The graph and its labels fit a terminal of 80 columns.
	graphWidth, graphHeight = 64, 10
	// labels is what stands to the left of it.
	labels = 16
)

// printLoss draws the loss of one or several backends against the step, on a
// terminal and nowhere else. Colours tell the curves apart.
func (a *app) printLoss(caption string, all ...twin.Series) {
	if a.screen.columns > 0 {
		fmt.Fprintf(a.stdout, "\n%s\n", lossGraph(caption, a.screen, all...))
	}
}

// lossGraph returns "" when there are fewer than two steps.
func lossGraph(caption string, s screen, all ...twin.Series) string {
	var losses [][]float64
	var names []string
	for _, series := range all {
		if len(series.Loss) < 2 {
			return ""
		}
		losses = append(losses, series.Loss)
		names = append(names, series.Backend)
	}
	options := []asciigraph.Option{
		asciigraph.Width(max(1, min(graphWidth,
			s.columns-labels))), asciigraph.Height(graphHeight), asciigraph.Precision(3), asciigraph.Caption(caption),
	}
	if s.color {
		options = append(options, asciigraph.SeriesColors(asciigraph.Blue, asciigraph.Red),
			asciigraph.SeriesLegends(names...))
	}
	return asciigraph.PlotMany(losses, options...)
}
