package main

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gradtwin"
)

func TestAffordable(t *testing.T) {
	defer func(m float64) { maxMemory = m }(maxMemory)
	maxMemory = usualMemory
	// One input and n outputs have 2n parameters and, in a batch of one, 1+n
	// values.
	const n = (usualMemory - memoryValue) / (2*memoryEach + memoryValue)
	experiment, deep := gradtwin.Experiment().Layers, func(layers int) []int { return slices.Repeat([]int{1}, layers) }
	for _, c := range []struct {
		layers []int
		batch  int
		want   string // "" for none
	}{
		{experiment, 60000, ""}, // all of MNIST
		{experiment, 100000, "layers [784 50 100 10], batch 100000: about 9.69 GiB of memory: want 8 GiB at most"},
		{[]int{1, n}, 1, ""},
		{[]int{1, n}, 2, "batch 2: "},
		{[]int{1, n + 1}, 1, "batch 1: "},
		{[]int{1, 1}, math.MaxInt, "batch 9223372036854775807: about 1.89·10¹² GiB"},
		{deep(maxLayers), 1, ""},
		{deep(maxLayers + 1), 1, "layers: 1001 sizes: want 1000 at most"},
	} {
		err := affordable(gradtwin.Spec{Layers: c.layers}, c.batch)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%d layers, batch %d: error %v, want one with %q", len(c.layers), c.batch, err, c.want)
		}
	}
}
