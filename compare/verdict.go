package compare

import (
	"fmt"
	"slices"
	"strings"
)

// Verdict is what the rule says of one element of a gradient. With a the
// symbolic value and D(h) the central difference at the realised step,
//
//  1. OK when |a − D(h)| ≤ rtol·max(|a|, |D|) + C·ε/h, where ε is the measured
//     noise of the loss;
//  2. else h is divided by 4 as long as the noise still resolves the
//     difference, and any agreement on the way is OK too;
//  3. Kink when a then lies between the one-sided derivatives, a valid
//     subgradient where there is no derivative, or when the symbolic values
//     beside the point show that kinks nearer than the smallest step make the
//     difference;
//  4. Wrong only when the last two D agree with each other and not with a;
//  5. else Inconclusive.
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
)

var verdictNames = [...]string{OK: "ok", Kink: "kink", Wrong: "wrong", Inconclusive: "inconclusive"}

// String returns the verdict's name: ok, kink, wrong or inconclusive.
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
}

// Sum returns the number of elements that got a verdict.
func (c Counts) Sum() int { return c.OK + c.Kink + c.Wrong + c.Inconclusive }

func (c *Counts) join(d Counts) {
	c.OK += d.OK
	c.Kink += d.Kink
	c.Wrong += d.Wrong
	c.Inconclusive += d.Inconclusive
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
	}
}
