package main

import (
	"math"
	"runtime/debug"

	"github.com/pbnjay/memory"

	"gradtwin"
	"gradtwin/internal/words"
)

const (
	// usualMemory stands for the machine's memory where that cannot be told.
	usualMemory = 8 << 30
	// memoryEach is what compare --out, which keeps most, takes at its peak for
	// each parameter, and memoryValue for each value of a neuron in a batch, in
	// bytes.
	memoryEach, memoryValue = 450, 110
	// maxLayers bounds the depth. Differentiating a graph takes time that grows
	// faster than its depth, about a second at this one.
	maxLayers = 1000
)

// maxMemory bounds what a run may take at its peak, in bytes: a program cannot
// report that memory ran out. It is the machine's memory, or
// what GOMEMLIMIT leaves of it.
var maxMemory = func() float64 {
	total := memory.TotalMemory()
	if total == 0 {
		total = usualMemory
	}
	return math.Min(float64(total), float64(debug.SetMemoryLimit(-1)))
}()

// affordable reports whether a valid network fits the machine.
func affordable(s gradtwin.Spec, batch int) error {
	if n := len(s.Layers); n > maxLayers {
		return usagef("layers: %d sizes: want %d at most", n, maxLayers)
	}
	if m := peak(s, batch); m > maxMemory {
		return usagef("layers %v, batch %d: about %s of memory: want %s at most on this machine", s.Layers, batch,
			words.Bytes(m), words.Bytes(maxMemory))
	}
	return nil
}

// peak estimates what a run takes, in bytes: more than an int holds where the
// batch is large.
func peak(s gradtwin.Spec, batch int) float64 {
	m := memoryEach * float64(s.NumParams())
	for _, size := range s.Layers {
		m += memoryValue * float64(size) * float64(batch)
	}
	return m
}
