package audit

import "gradtwin/internal/enum"

// Verdict is the result in a cell.
type Verdict uint8

// The verdicts, from the best to the worst.
const (
	NotRun Verdict = iota
	Right
	ByDesign // there is no gradient, and Gorgonia returns an error or none
	Failed   // an error
	Zero     // the gradient is 0 and should not be
	WrongGradient
	WrongValue // of the forward pass
	Panicked
	verdicts
)

var verdictNames = enum.New[Verdict]("verdict", "not run", "right", "not differentiable by design", "error", "gradient zero", "wrong gradient", "wrong forward value", "panic")

// String returns the verdict's name, as in "wrong gradient".
func (v Verdict) String() string { return verdictNames.Of(v) }

// MarshalText implements encoding.TextMarshaler.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (v *Verdict) UnmarshalText(text []byte) error { return verdictNames.Read(v, text) }

// Failure reports whether the operation does not do what Gorgonia documents.
func (v Verdict) Failure() bool { return v >= Failed }

// wrong reports whether there is a result and it is wrong.
func (v Verdict) wrong() bool { return v == Zero || v == WrongGradient || v == WrongValue }
