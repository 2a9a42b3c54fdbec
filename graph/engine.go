package graph

import "gorgonia.org/gorgonia"

// engine is what the network's tensors compute with.
type engine struct{ gorgonia.StandardEngine }
