package compare

import (
	"fmt"
	"slices"
	"strings"
)

// Verdict is what the rule says of one element of a gradient. With a the
// symbolic value and D(h) the central difference at step h, which starts where
// the noise of the loss leaves room and is divided by 4 as long as it can show
// more,
//
//  1. OK when |a − D(h)| ≤ rtol·max(|a|, |D|) + r + C·ε/h at one of the steps,
//     where ε is the measured noise of the loss and r the measured rounding of
//     the gradient itself;
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

var verdictNames = [...]string{OK: "ok", Kink: "kink", Wrong: "wrong", Inconclusive: "inconclusive", Unseen: "unseen"}

// String returns the verdict's name: ok, kink, wrong, inconclusive or unseen.
func (v Verdict) String() string {
	if int(v) < len(verdictNames) {
		return verdictNames[v]
	}
	return fmt.Sprintf("Verdict(%d)", uint8(v))
}

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
