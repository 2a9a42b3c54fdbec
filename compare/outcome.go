package compare

import (
	"encoding/json"
	"math"
	"strconv"

	"gradtwin/internal/stats"
)

// outcome is the verdict on one element, or on one line.
type outcome struct {
	i                 int // the element's index among all
	verdict           Verdict
	symbolic, numeric float64
	bound, noise      float64 // what passes, and the noise's part in it
	step              float64
	taken             int // differences taken
	slopes
	undefined side // where the loss is no finite number
	remarks   remark
}

// remark is what else was seen of an outcome.
type remark uint8

const (
	still        remark = 1 << iota // it is zero because the loss does not move
	nearKinks                       // the gradients beside the point differ
	rough                           // it disagrees, where the loss is rougher than its measured noise
	repeated                        // the difference at a smaller step is the same, within its bound
	extrapolated                    // the numeric value is a one-sided slope, extrapolated to step 0
	allRemarks   = still | nearKinks | rough | repeated | extrapolated
)

func (o outcome) has(r remark) bool { return o.remarks&r != 0 }

// how says more of the numeric value, as Element.How does.
func (o outcome) how() string {
	switch {
	case o.has(repeated):
		return "repeated"
	case o.has(extrapolated):
		return "extrapolated"
	}
	return ""
}

// slopes are one-sided derivatives, of a kink.
type slopes struct{ forward, backward float64 }

// side is a side of the point, or both.
type side uint8

const (
	left side = 1 << iota
	right
)

var sideNames = [...]string{"", "left", "right", "both"}

func (s side) String() string { return sideNames[s] }

func (o outcome) gap() float64 { return gapBetween(o.symbolic, o.numeric) }

// relativeGap is the gap relative to the bound.
func (o outcome) relativeGap() float64 {
	if o.gap() == 0 {
		return 0
	}
	return o.gap() / o.bound
}

// magnitude is the larger of the two values, without its sign.
func (o outcome) magnitude() float64 {
	if stats.IsNotFinite(o.numeric) {
		return math.Abs(o.symbolic)
	}
	return max(math.Abs(o.symbolic), math.Abs(o.numeric))
}

// resolution is the error that would have shown in an outcome that agrees: the
// difference itself may be off by the bound in the same direction, and in a few of
// many, of a loss whose noise grows with the step, by twice that.
func (o outcome) resolution() float64 { return 3 * o.bound }

// resolved reports whether the element is large enough to be told from zero.
func (o outcome) resolved() bool { return o.magnitude() > o.bound }

// isNoise reports whether the difference of the loss shows no more than
// noise.
func (o outcome) isNoise() bool { return math.Abs(o.numeric) <= o.noise }

// real is a float64 in JSON, which cannot represent the values that are not
// finite: they are strings.
type real float64

func (r real) MarshalJSON() ([]byte, error) {
	if x := float64(r); stats.IsNotFinite(x) {
		return json.Marshal(strconv.FormatFloat(x, 'g', -1, 64))
	}
	return json.Marshal(float64(r))
}

func (r *real) UnmarshalJSON(text []byte) error {
	var word string
	if json.Unmarshal(text, &word) == nil {
		x, err := strconv.ParseFloat(word, 64)
		*r = real(x)
		return err
	}
	return json.Unmarshal(text, (*float64)(r))
}

type outcomeJSON struct {
	I         int     `json:"i"`
	Verdict   Verdict `json:"verdict"`
	Symbolic  real    `json:"symbolic"`
	Numeric   real    `json:"numeric"`
	Bound     real    `json:"bound"`
	Noise     real    `json:"noise"`
	Step      real    `json:"step"`
	Steps     int     `json:"steps"`
	Forward   real    `json:"forward,omitempty"`
	Backward  real    `json:"backward,omitempty"`
	Undefined side    `json:"undefined,omitempty"`
	Remarks   remark  `json:"remarks,omitempty"`
}

// MarshalJSON implements json.Marshaler.
func (o outcome) MarshalJSON() ([]byte, error) {
	return json.Marshal(outcomeJSON{
		o.i, o.verdict, real(o.symbolic), real(o.numeric), real(o.bound), real(o.noise), real(o.step), o.taken,
		real(o.forward), real(o.backward), o.undefined, o.remarks,
	})
}

// UnmarshalJSON implements json.Unmarshaler.
func (o *outcome) UnmarshalJSON(text []byte) error {
	var j outcomeJSON
	err := json.Unmarshal(text, &j)
	*o = outcome{
		i: j.I, verdict: j.Verdict, symbolic: float64(j.Symbolic), numeric: float64(j.Numeric), bound: float64(j.Bound),
		noise: float64(j.Noise), step: float64(j.Step), taken: j.Steps,
		slopes:    slopes{float64(j.Forward), float64(j.Backward)},
		undefined: j.Undefined & (left | right), remarks: j.Remarks & allRemarks,
	}
	return err
}
