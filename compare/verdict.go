package compare

import (
	"fmt"
	"strings"

	"gradtwin/internal/enum"
)

// Verdict is what the rule says of one element of a gradient. With a the
// symbolic value and D(h) the central difference at step h, which starts where
// the noise of the loss leaves room and is divided by 4, or by more where it reaches
// beyond the element's own size, as long as it can show more,
//
//  1. OK when |a − D(h)| ≤ rtol·max(|a|, |D|) + r + C·ε/h at one of the steps,
//     where ε is the measured noise of the loss and r the measured rounding of
//     the gradient itself. What agrees at a later step by the last term alone must
//     also be twice as near as at the step before, or that one have agreed; a
//     step above a sixteenth of the usual size of the tensor's elements does not
//     count alone; and at a minimum of the loss the last term is wider;
//  2. Wrong when two differences agree with each other and not with a, no kink is
//     near, so that the one-sided slopes of the loss agree with each other too, and
//     neither points between and beyond theirs nor smaller steps show anything else;
//  3. Kink where the one-sided slopes differ and a lies between them: a valid
//     value where the loss has no derivative. Where the point is on several kinks
//     at once, values are valid that the gradients beside the point make, as far
//     as differences of the loss confirm these;
//  4. Wrong for any other value at a kink;
//  5. Unseen when the differences agree but say nothing: the bound is more than a
//     thousandth of the tensor's largest gradient, and the element is not above
//     it;
//  6. else Inconclusive: the differences contradict each other, or the loss is
//     rougher than its measured noise.
//
// There is no fixed absolute tolerance: it is what lets a checker pass a zero
// gradient at a trained point.
type Verdict uint8

// The verdicts.
const (
	OK Verdict = iota
	Kink
	Wrong
	Inconclusive
	Unseen
)

var verdictNames = enum.New[Verdict]("verdict", "ok", "kink", "wrong", "inconclusive", "unseen")

// String returns the verdict's name: ok, kink, wrong, inconclusive or unseen.
func (v Verdict) String() string { return verdictNames.Of(v) }

// MarshalText implements encoding.TextMarshaler.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (v *Verdict) UnmarshalText(text []byte) error { return verdictNames.Read(v, text) }

// Counts is how many elements got each verdict.
type Counts struct {
	OK           int `json:"ok"`
	Kink         int `json:"kink"`
	Wrong        int `json:"wrong"`
	Inconclusive int `json:"inconclusive"`
	Unseen       int `json:"unseen"`
}

// Sum returns the number of elements that got a verdict.
func (c Counts) Sum() int { return c.OK + c.Kink + c.Wrong + c.Inconclusive + c.Unseen }

func (c *Counts) join(d Counts) {
	c.OK += d.OK
	c.Kink += d.Kink
	c.Wrong += d.Wrong
	c.Inconclusive += d.Inconclusive
	c.Unseen += d.Unseen
}

func (c *Counts) add(v Verdict) {
	switch v {
	case OK:
		c.OK++
	case Kink:
		c.Kink++
	case Wrong:
		c.Wrong++
	case Inconclusive:
		c.Inconclusive++
	case Unseen:
		c.Unseen++
	}
}

// Element is the verdict on one element of a gradient.
type Element struct {
	Tensor   string  `json:"tensor"`
	Index    []int   `json:"index"`
	Flat     int     `json:"flat"` // its index among all elements
	Symbolic float64 `json:"symbolic"`
	Numeric  float64 `json:"numeric"` // math.MaxFloat64 where it is NaN or infinite
	Error    float64 `json:"error"`   // |symbolic − numeric|
	Bound    float64 `json:"bound"`   // what would have passed
	Noise    float64 `json:"noise"`   // of the numeric value, C·ε/h
	Step     float64 `json:"step"`    // h, where the numeric value was taken, or from which it was extrapolated
	Steps    int     `json:"steps"`   // differences taken
	Verdict  Verdict `json:"verdict"`
	// Forward and Backward are the one-sided derivatives at a kink, else zero, also
	// where so many kinks meet that gradients beside the point stand for them.
	Forward  float64 `json:"forward,omitempty"`
	Backward float64 `json:"backward,omitempty"`
	// Undefined is the side on which the loss is NaN or infinite at all steps:
	// left, right or both; else empty.
	Undefined string `json:"undefined,omitempty"`
	// Rough says that the element is inconclusive because the loss varies along it by
	// more than its noise.
	Rough bool `json:"rough,omitempty"`
	// How says more of the numeric value: repeated where the difference at a smaller
	// step is the same, within its bound; extrapolated where the loss is finite on one
	// side only, and the slope there was extrapolated to step 0; else empty.
	How string `json:"how,omitempty"`
}

// Name names the element, as in W1[74,49].
func (e Element) Name() string {
	if len(e.Index) == 0 {
		return e.Tensor
	}
	return e.Tensor + strings.ReplaceAll(fmt.Sprint(e.Index), " ", ",")
}
