package audit

import (
	"errors"
	"fmt"
	"math"
	"regexp"
)

// Outcome is what was found in one cell.
type Outcome struct {
	Cell    string  `json:"cell"`
	Verdict Verdict `json:"verdict"`
	// Element is the element with the largest error, as x[0,1]. Where the gradient is
	// right, it is the one with the largest derivative. Got is Gorgonia's number
	// there, and Want the central difference. Where the value is wrong, Element is one
	// of y, and Got and Want are the two values.
	Element string  `json:"element,omitempty"`
	Got     float64 `json:"got,omitempty"`
	Want    float64 `json:"want,omitempty"`
	Draw    int     `json:"draw,omitempty"`  // number of the draw, from 0
	Plain   bool    `json:"plain,omitempty"` // the cost is the result itself, without a weight
	Note    string  `json:"note,omitempty"`  // the error, the panic, or a remark
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

// fail records an error.
func (o *Outcome) fail(err error) {
	o.Verdict, o.Note = Failed, steady(err.Error())
	if p := (panicked{}); errors.As(err, &p) {
		o.Verdict = Panicked
	}
}

// numbers records an element with the two values there. JSON cannot represent NaN,
// so that this becomes the note.
func (o *Outcome) numbers(element string, got, want float64) {
	if v := got + want; math.IsNaN(v) || math.IsInf(v, 0) {
		o.Note = fmt.Sprintf("%s is %v, right is %.6g", element, got, want)
		return
	}
	o.Element, o.Got, o.Want = element, got, want
}

// unsteady matches the parts of Gorgonia's messages that change from run to run:
// numbers of nodes, addresses, and which of several roots is named.
var unsteady = regexp.MustCompile(`\(%[0-9a-f]+\)|0x[0-9a-f]+|(Expected cost to be a scalar)\. Got .*`)

// steady removes these parts.
func steady(message string) string { return unsteady.ReplaceAllString(message, "$1") }
