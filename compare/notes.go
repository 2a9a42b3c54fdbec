package compare

import (
	"errors"

	"gradtwin"
)

// What a function may say of itself beside its loss and gradient.
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
