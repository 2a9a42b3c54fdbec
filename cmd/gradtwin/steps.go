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

// showStep picks the steps of a table: the first three, which the published
// experiment gives, every tenth of the run, and the last.
func showStep(step, steps int) bool {
	return step <= 3 || step == steps || step%max(1, steps/10) == 0
}

func last(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	return x[len(x)-1]
}

func sum(x []float64) float64 {
	total := 0.0
	for _, v := range x {
		total += v
	}
	return total
}

// accuracy writes the first and the last measurement.
func accuracy(shares []float64) string {
	if len(shares) < 2 {
		return "–"
	}
	return words.Percent(shares[0]) + " → " + words.Percent(last(shares))
}
