package compare

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"gradtwin"
	"gradtwin/internal/stats"
)

// ErrNoParameters is returned for a function whose layout has no elements.
var ErrNoParameters = errors.New("the function has no parameters to check")

// ErrBudget is returned when Options.MaxCalls or MaxTime ended the check before
// anything was judged.
var ErrBudget = errors.New("the budget was used up before an element was judged")

// LayoutError is a layout that cannot be checked.
type LayoutError struct {
	Tensor  gradtwin.Tensor
	Problem string
}

func (e *LayoutError) Error() string {
	return fmt.Sprintf("tensor %q of shape %v: %s", e.Tensor.Name, e.Tensor.Shape, e.Problem)
}

// UnknownTensorError is a name in Options.Tensors that the layout does not
// have.
type UnknownTensorError struct {
	Name   string
	Layout gradtwin.Layout
}

func (e *UnknownTensorError) Error() string {
	names := make([]string, len(e.Layout))
	for k, t := range e.Layout {
		names[k] = t.Name
	}
	return fmt.Sprintf("tensor %q: want one of %s", e.Name, strings.Join(names, ", "))
}

// NonFiniteError is a NaN or an infinity where a number has to be.
type NonFiniteError struct {
	What    string // loss, gradient or parameter
	Element string // as in W1[74,49]; empty for the loss
	Value   float64
	Where   string // the part of the function where it begins, where it can say
}

func (e *NonFiniteError) Error() string {
	what := "the " + e.What
	switch {
	case e.Element == "":
	case e.What == "parameter":
		what += " " + e.Element
	default:
		what += " of " + e.Element
	}
	s := fmt.Sprintf("%s is %v: want a finite number", what, e.Value)
	if e.What == "gradient" && math.IsNaN(e.Value) {
		s = what + " is NaN, or was not written: want a finite number"
	}
	if e.Where != "" {
		s += "; it begins at " + e.Where
	}
	return s
}

// UnsteadyError is a loss or a gradient that differs between two runs at the
// same elements.
type UnsteadyError struct {
	What          string // loss or gradient
	Element       string // the first that differs; empty for the loss
	First, Second float64
	// Where names the part of the function that differed first, where it can say.
	Where string
}

func (e *UnsteadyError) Error() string {
	what := "loss"
	if e.Element != "" {
		what = "gradient of " + e.Element
	}
	s := fmt.Sprintf("the %s is %.17g in one run and %.17g in the next", what, e.First, e.Second)
	switch {
	case e.Element != "" && e.Second == 2*e.First:
		return s + ": twice as much, so the gradient accumulates over runs; clear it before each"
	case e.Where != "":
		return s + ": " + e.Where + " differs between the runs"
	case e.Element == "":
		return s + ": something in it is random, or changes from run to run"
	}
	return s
}

// ChangedError is an element that a run of the function has overwritten, or
// that could not be restored.
type ChangedError struct {
	Element       string
	Before, After float64
	By            string // what changed it
}

func (e *ChangedError) Error() string {
	return fmt.Sprintf("%s was %.17g and is %.17g after %s: its memory is shared with something that is written",
		e.Element, e.Before, e.After, e.By)
}

// EmptyError is a check that could only pass: nothing that was judged is larger than
// what the noise of the loss hides.
type EmptyError struct {
	Judged     int     // elements
	Largest    float64 // the largest |symbolic| or |numeric| value among them
	Resolution float64 // what can be resolved there, C·ε/h
	Loss       float64 // at the point
}

func (e *EmptyError) Error() string {
	what := fmt.Sprintf("the largest of %d gradient elements is %.2g", e.Judged, e.Largest)
	switch {
	case e.Judged == 0:
		what = fmt.Sprintf("the largest derivative along a direction is %.2g", e.Largest)
	case e.Largest == 0 && e.Judged > 1:
		what = fmt.Sprintf("all %d gradient elements are zero", e.Judged)
	case e.Largest == 0:
		what = "the gradient is zero"
	}
	s := "an empty check: " + what
	if !stats.IsNotFinite(e.Resolution) {
		s += fmt.Sprintf(", and the loss, %.6g, resolves only differences above %.2g", e.Loss, e.Resolution)
	}
	return s + "; check at a point where the gradient is larger"
}
