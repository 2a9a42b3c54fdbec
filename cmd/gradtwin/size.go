package main

import "gradtwin"

const (
	// maxNumbers bounds how many numbers a network has: its parameters, and the
	// neurons' values for each row of a batch. What runs out first is memory,
	// which no program gets an error for. compare --out keeps most, about 450
	// bytes for each parameter: 7 GiB. A training step with the graph takes 40.
	maxNumbers = 1 << 24
	// maxLayers bounds the depth. Differentiating a graph takes time that grows
	// faster than its depth, about a second at this one.
	maxLayers = 1000
)

// affordable tells whether a valid network fits a usual machine.
func affordable(s gradtwin.Spec, batch int) error {
	if n := len(s.Layers); n > maxLayers {
		return usagef("layers: %d sizes: want %d at most", n, maxLayers)
	}
	if n := numbers(s, batch); n > maxNumbers {
		return usagef("layers %v, batch %d: %.3g parameters and values of neurons: want %d at most", s.Layers, batch, n, maxNumbers)
	}
	return nil
}

// numbers returns how many parameters and values of neurons a network has. They
// are more than an int holds where the batch is large.
func numbers(s gradtwin.Spec, batch int) float64 {
	n := float64(s.NumParams())
	for _, size := range s.Layers {
		n += float64(size) * float64(batch)
	}
	return n
}
