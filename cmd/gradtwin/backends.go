package main

import (
	"slices"
	"strings"

	"gradtwin/backprop"
	"gradtwin/compare/twin"
	"gradtwin/graph"
	"gradtwin/numeric"
)

// The backends, by the name they give themselves.
const (
	backendStock    = "stock"    // symbolic gradients, by Gorgonia as its documentation shows it
	backendGraph    = "graph"    // symbolic gradients, by Gorgonia with products and a softmax of our own
	backendBackprop = "backprop" // backpropagation written by hand
	backendNumeric  = "numeric"  // differences of the loss
)

// backendNames holds all backends. Of two that are compared, the one that comes
// first here has the gradient that is checked.
var backendNames = []string{backendStock, backendGraph, backendBackprop, backendNumeric}

// newBackend builds one backend for a run.
func (f *runFlags) newBackend(name string, c twin.Config, o numeric.Options) (twin.Backend, error) {
	switch name {
	case backendStock:
		return graph.NewStock(c.Spec, c.Batch)
	case backendGraph:
		return graph.New(c.Spec, c.Batch, graph.Options{Float32: f.dtype == dtype32})
	case backendBackprop:
		return backprop.New(c.Spec)
	case backendNumeric:
		return numeric.New(c.Spec, o)
	default:
		panic("gradtwin: backend " + name)
	}
}

// newBackends builds two backends for a run.
func (f *runFlags) newBackends(names [2]string, c twin.Config, o numeric.Options) (twin.Backends, error) {
	first, err := f.newBackend(names[0], c, o)
	if err != nil {
		return twin.Backends{}, err
	}
	second, err := f.newBackend(names[1], c, o)
	if err != nil {
		return twin.Backends{}, err
	}
	return twin.Backends{Symbolic: first, Numeric: second}, nil
}

// twoBackends reads the names of two backends to compare, and returns them in
// the order of backendNames.
func twoBackends(given []string) (names [2]string, err error) {
	if len(given) != 2 || given[0] == given[1] {
		return names, usagef("backends %q: want two different ones of %s", strings.Join(given, ","),
			strings.Join(backendNames, ", "))
	}
	copy(names[:], given)
	if slices.Index(backendNames, given[0]) > slices.Index(backendNames, given[1]) {
		names[0], names[1] = names[1], names[0]
	}
	return names, nil
}

// newWide builds the float64 form of a graph backend in float32, which a check
// judges its formula by; nil where the backend is in float64.
func (f *runFlags) newWide(backend string, c twin.Config) (twin.Backend, error) {
	if backend != backendGraph || f.dtype != dtype32 {
		return nil, nil
	}
	return graph.New(c.Spec, c.Batch, graph.Options{})
}
