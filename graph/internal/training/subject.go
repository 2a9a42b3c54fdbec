package training

import (
	"slices"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/eval"
	"gradtwin/graph/internal/replica"
)

// Subject is the function that a training step minimizes.
type Subject struct {
	*eval.Function
	UserCost *gorgonia.Node
	Nodes    map[*gorgonia.Node]*gorgonia.Node // the user's node for each copy
	Draws    *replica.Draws

	// Values runs the loss and returns a function with the values of the user's nodes.
	Values func() func(*gorgonia.Node) []float64

	// Other computes the gradient of another cost of the user's graph.
	Other func(cost *gorgonia.Node, wrt gorgonia.Nodes) ([]float64, error)
}

// tolerance is how far two computations of one gradient may be apart.
func (s *Subject) tolerance() float64 {
	if s.Single {
		return replica.Tolerance(gorgonia.Float32)
	}
	return replica.Tolerance(gorgonia.Float64)
}

// isBatch reports whether a number is the first axis of an input, as a batch size is.
func (s *Subject) isBatch(n float64) bool {
	return n > 1 && slices.ContainsFunc(s.Leaves, func(l *eval.Leaf) bool {
		shape := l.Node.Shape()
		return len(shape) > 0 && float64(shape[0]) == n
	})
}
