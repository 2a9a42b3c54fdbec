package main

import (
	"fmt"
	"math"

	"gradtwin/internal/progress"
	"gradtwin/internal/words"
)

// stepProgress shows one step of training on a bar or as a line.
func stepProgress(t *progress.Task, step int, loss float64) {
	t.Set(step, fmt.Sprintf("loss %.4f", loss))
}

func last(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	return x[len(x)-1]
}

// accuracy writes the first and the last measurement.
func accuracy(shares []float64) string {
	if len(shares) < 2 {
		return "–"
	}
	return words.Percent(shares[0]) + " → " + words.Percent(last(shares))
}
