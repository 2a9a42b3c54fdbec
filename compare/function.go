package compare

import (
	"context"

	"gradtwin"
)

// Function is what can be checked.
type Function = gradtwin.Function

// Differencer is a Function with an engine of its own for numerical gradients.
type Differencer interface {
	Function
	// Differences writes (f(x+h) − f(x−h)) / 2h of the elements from, from+1, …
	// to dst, as many as it has, with the absolute step h. An element has the
	// same bits with others or without.
	Differences(ctx context.Context, dst []float64, from int, h float64) error
}

// CheapDifferencer is a Differencer that can tell whether its numerical gradient
// of all elements costs no more than a few hundred losses. Then a check takes
// one more at a smaller step for the elements that disagree, often because a
// kink lies within the first step, and does not follow each with losses.
type CheapDifferencer interface {
	Differencer
	CheapDifferences() bool
}

// Cloner is a Function that can be copied, so that several goroutines can
// each call one.
type Cloner interface {
	Function
	// Clone returns a function at the same elements that shares nothing that
	// changes with the original.
	Clone() (Function, error)
}

// Widener is a Function in float32 that can be computed in float64 too.
type Widener interface {
	Function
	// Float64 returns the same function of the same elements in float64, or
	// an error that says what stands in the way.
	Float64() (Function, error)
}

// SecondOrder is a Function whose gradient can be differentiated once more.
type SecondOrder interface {
	Function
	// SecondOrder returns the function v·∇f, with v drawn from the seed, or an
	// error that says what stands in the way.
	SecondOrder(seed uint64) (Function, error)
}
