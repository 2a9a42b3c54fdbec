package main

import (
	"runtime/debug"

	"github.com/pbnjay/memory"

	"gradtwin"
)

const (
	// bytesPerNumber is what compare --out takes for each parameter at its peak,
	// the most of all commands: 450, measured, and some to spare.
	bytesPerNumber = 512
	// numbersUnknown is how many numbers a network may have where the size of
	// the memory cannot be told: those that 8 GiB hold.
	numbersUnknown = 1 << 24
	// maxLayers bounds the depth. Differentiating a graph takes time that grows
	// faster than its depth, about a second at this one.
	maxLayers = 1000
)

// maxNumbers bounds how many numbers a network has: its parameters, and the
// neurons' values for each row of a batch. What runs out first is memory, which
// no program gets an error for. It is the machine's, or GOMEMLIMIT's.
var maxNumbers = func() int {
	total := memory.TotalMemory()
	if total == 0 {
		return numbersUnknown
	}
	return int(min(total, uint64(debug.SetMemoryLimit(-1))) / bytesPerNumber)
}()

// affordable tells whether a valid network fits the machine.
func affordable(s gradtwin.Spec, batch int) error {
	if n := len(s.Layers); n > maxLayers {
		return usagef("layers: %d sizes: want %d at most", n, maxLayers)
	}
	if n := numbers(s, batch); n > float64(maxNumbers) {
		return usagef("layers %v, batch %d: %.3g parameters and values of neurons: want %d at most in this machine's memory", s.Layers, batch, n, maxNumbers)
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
