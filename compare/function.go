package compare

import (
	"context"
	"errors"

	"gradtwin"
)

// Function is what can be checked.
type Function = gradtwin.Function

// Differencer is a Function with an engine of its own for numerical gradients.
type Differencer interface {
	Function
	// Differences writes (f(x+h) − f(x−h)) / 2h of the elements from, from+1, …
	// to dst, as many as it has, with the absolute step h. An element has the
	// same bits with others or without. With an empty dst it does nothing but
	// return errors.ErrUnsupported where it has no engine after all.
	Differences(ctx context.Context, dst []float64, from int, h float64) error
}

// CheapDifferencer is a Differencer that reports whether its numerical gradient
// of all elements costs no more than a few hundred losses. Then a check takes
// some more at smaller steps for the elements that disagree, often because a
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

// Keeper is a Function that can keep results from one loss to the next.
type Keeper interface {
	Function
	// Keep promises that until Release only Set changes what Loss depends on. Loss
	// may then compute again only what the elements set since its last call change.
	// It gives the same bits.
	Keep() error
	// Release ends that. It returns an error where something else has changed, as by
	// an operation that writes into an input: no result since Keep can be trusted then.
	Release() error
}

// Narrow is a Function that may compute in float32. Float32 reports whether it does.
// The checker never guesses it from the bits of a value.
type Narrow interface {
	Function
	Float32() bool
}

// Widener is a Narrow that can be computed in float64 too. Its formula is judged
// there: the losses and the gradient of the float64 form, at elements that are
// not rounded. Its own gradient must be that one, rounded.
type Widener interface {
	Narrow
	// Float64 returns the same function of the same elements in float64, or
	// an error that says what stands in the way.
	Float64() (Function, error)
}

// Surrounded is a Widener that depends on numbers besides its elements, as a network
// depends on its data. Moving these too shows their part in the rounding of a float32
// gradient.
type Surrounded interface {
	Widener
	// Surroundings returns those numbers. The float64 form has as many.
	Surroundings() ([]float64, error)
	// SetSurroundings writes them, rounded as the function holds them.
	SetSurroundings(x []float64) error
}

// Redrawer is a Function that holds what is random in it at one draw, which a
// seed decides.
type Redrawer interface {
	Function
	// Draw returns the seed of the present draw, 0 of a function in which nothing
	// is random.
	Draw() uint64
	// Redraw draws anew: the same numbers for the same seed.
	Redraw(seed uint64) error
}

// SecondOrder is a Function whose gradient can be differentiated once more.
type SecondOrder interface {
	Function
	// SecondOrder returns the function v·∇f, with v drawn from the seed, or an
	// error that says what stands in the way.
	SecondOrder(seed uint64) (Function, error)
}

// Stepped is a Function whose gradient is the one that a step of training uses.
type Stepped interface {
	Function
	// Misuses returns what the step does wrong apart from its gradient. A check with
	// any fails.
	Misuses() []gradtwin.Fault
}

// What a function may say of itself besides its loss and gradient.
type (
	// noted has sentences on what is not checked as it runs.
	noted interface{ Notes() []string }
	// suspect names what is known to go wrong in it.
	suspect interface{ Faults() []gradtwin.Fault }
	// traceable names its part that differed first between two runs, and the one
	// where a NaN or an infinity begins; "" where there is none.
	traceable interface {
		Unsteady() string
		NotFinite() string
	}
)

func notesOf(f Function) []string {
	if n, ok := f.(noted); ok {
		return n.Notes()
	}
	return nil
}

// misusesOf returns what a step of training does that it should not.
func misusesOf(f Function) []gradtwin.Fault {
	if s, ok := f.(Stepped); ok {
		return s.Misuses()
	}
	return nil
}

func faultsOf(f Function) []gradtwin.Fault {
	if s, ok := f.(suspect); ok {
		return s.Faults()
	}
	return nil
}

// unsteadyNode names the part of a function that differed between two runs.
func unsteadyNode(f Function) string {
	if t, ok := f.(traceable); ok {
		return t.Unsteady()
	}
	return ""
}

// withOrigin adds to an error of a value that is not finite where it begins.
func withOrigin(f Function, err error) error {
	var not *NonFiniteError
	if t, ok := f.(traceable); ok && errors.As(err, &not) && not.What != "parameter" {
		not.Where = t.NotFinite()
	}
	return err
}
