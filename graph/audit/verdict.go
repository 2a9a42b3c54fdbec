package audit

import (
	"fmt"
	"slices"
	"strings"
)

// Verdict is what the audit says of one cell.
type Verdict uint8

// The verdicts, from the best to the worst.
const (
	NotRun Verdict = iota // nothing to run
	Right
	ByDesign // not differentiable, and says so
	Failed   // an error
	Zero     // the gradient is 0 and must not be
	WrongGradient
	WrongValue // of the forward pass
	Panicked   // ends the process where a machine's goroutine panics
	verdicts
)

var verdictNames = [verdicts]string{"not run", "right", "not differentiable by design", "error", "gradient zero",
	"wrong gradient", "wrong forward value", "panic"}

// String returns the verdict's name, as in "wrong gradient".
func (v Verdict) String() string { return verdictNames[v] }

// MarshalText implements encoding.TextMarshaler.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (v *Verdict) UnmarshalText(text []byte) error {
	i := slices.Index(verdictNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("verdict %q: want one of %s", text, strings.Join(verdictNames[:], ", "))
	}
	*v = Verdict(i)
	return nil
}

// Failure reports whether a user of the operation is worse off than the
// documentation says.
func (v Verdict) Failure() bool { return v >= Failed }

// wrong reports whether there is a result, and a wrong one.
func (v Verdict) wrong() bool { return v == Zero || v == WrongGradient || v == WrongValue }

// Outcome is what was found in one cell.
type Outcome struct {
	Cell    string  `json:"cell"`
	Verdict Verdict `json:"verdict"`
	// Element is the one with the largest error, as in x[0,1], and of a right
	// gradient the one with the largest derivative; Got and Want are
	// Gorgonia's number and the central difference there. Where the value is
	// wrong they are the two values, and Element is y's.
	Element string  `json:"element,omitempty"`
	Got     float64 `json:"got,omitempty"`
	Want    float64 `json:"want,omitempty"`
	Draw    int     `json:"draw,omitempty"`  // of the data, from 0
	Plain   bool    `json:"plain,omitempty"` // the result is the cost itself, without a weight
	Note    string  `json:"note,omitempty"`  // the error, the panic, what is odd
}

// String returns the verdict and what shows it.
func (o Outcome) String() string {
	s := o.Verdict.String()
	if o.Element != "" && o.Verdict != Right {
		s += fmt.Sprintf(": %s is %.6g, right is %.6g", o.Element, o.Got, o.Want)
	}
	if o.Note != "" {
		s += ": " + o.Note
	}
	return s
}

// Row is what was found for one case, or for one hazard.
type Row struct {
	Type     string    `json:"type"` // TypeOperation, TypeMerge, TypeInstead or TypeHazard
	Op       string    `json:"op"`
	Variant  string    `json:"variant"`
	Code     string    `json:"code,omitempty"`
	Instead  string    `json:"instead,omitempty"` // the text of an expression, or what to do about a hazard
	In       []Input   `json:"in,omitempty"`
	Outcomes []Outcome `json:"outcomes"` // of a case by Cell, of a hazard as written and instead
}

// The types of rows.
const (
	TypeOperation = "operation"
	TypeMerge     = "merge" // expressions of one graph, which must not become one node
	TypeHazard    = "hazard"
	TypeInstead   = "instead" // an expression that package faults gives
)

// Name names the row.
func (r Row) Name() string { return r.Op + " (" + r.Variant + ")" }

// Tape is the verdict on the tape machine, with the forward value: the worst of
// its cells.
func (r Row) Tape() Verdict { return r.worst(Forward, LispLeaf) }

// Lisp is the verdict on the Lisp machine.
func (r Row) Lisp() Verdict { return r.worst(LispLeaf, cells) }

// Fails reports whether anything of the row is a failure.
func (r Row) Fails() bool {
	return slices.ContainsFunc(r.Outcomes, func(o Outcome) bool { return o.Verdict.Failure() })
}

func (r Row) worst(from, to Cell) Verdict {
	worst := NotRun
	if r.Type == TypeHazard || r.Type == TypeMerge {
		return worst
	}
	to = min(to, Cell(len(r.Outcomes))) // an expression is not run on the Lisp machine
	for _, o := range r.Outcomes[min(from, to):to] {
		worst = max(worst, o.Verdict)
	}
	return worst
}

// OfType returns the rows of a type.
func OfType(rows []Row, of string) []Row {
	return slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return r.Type != of })
}
