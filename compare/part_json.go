package compare

import (
	"encoding/json"
	"strconv"
)

// real is a float64 in JSON, which cannot represent the values that are not
// finite: they are strings.
type real float64

func (r real) MarshalJSON() ([]byte, error) {
	if x := float64(r); isNotFinite(x) {
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
	Still     bool    `json:"still,omitempty"`
}

// MarshalJSON implements json.Marshaler.
func (o outcome) MarshalJSON() ([]byte, error) {
	return json.Marshal(outcomeJSON{
		o.i, o.verdict, real(o.symbolic), real(o.numeric), real(o.bound), real(o.noise), real(o.step), o.steps,
		real(o.forward), real(o.backward), o.undefined, o.still,
	})
}

// UnmarshalJSON implements json.Unmarshaler.
func (o *outcome) UnmarshalJSON(text []byte) error {
	var j outcomeJSON
	err := json.Unmarshal(text, &j)
	*o = outcome{
		i: j.I, verdict: j.Verdict, symbolic: float64(j.Symbolic), numeric: float64(j.Numeric), bound: float64(j.Bound),
		noise: float64(j.Noise), step: float64(j.Step), steps: j.Steps, slopes: slopes{float64(j.Forward), float64(j.Backward)},
		undefined: j.Undefined & (left | right), still: j.Still,
	}
	return err
}

type tallyJSON struct {
	Counts     Counts                       `json:"counts"`
	Unfollowed int                          `json:"unfollowed,omitempty"`
	Worst      [len(verdictNames)][]outcome `json:"worst"`
	Wrong      []outcome                    `json:"wrong,omitempty"`
	MaxError   real                         `json:"max_error"`
	Coarsest   real                         `json:"coarsest"`
	Finest     real                         `json:"finest"`
	Largest    real                         `json:"largest"`
	Resolved   int                          `json:"resolved"`
	Edges      []outcome                    `json:"edges,omitempty"`
	Little     int                          `json:"little,omitempty"`
}

// MarshalJSON implements json.Marshaler.
func (t tally) MarshalJSON() ([]byte, error) {
	return json.Marshal(tallyJSON{
		t.counts, t.unfollowed, t.worst, t.wrong, real(t.maxError), real(t.coarsest), real(t.finest), real(t.largest), t.resolved, t.edges, t.little,
	})
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *tally) UnmarshalJSON(text []byte) error {
	var j tallyJSON
	err := json.Unmarshal(text, &j)
	*t = tally{
		counts: j.Counts, unfollowed: j.Unfollowed, worst: j.Worst, wrong: j.Wrong, maxError: float64(j.MaxError), coarsest: float64(j.Coarsest),
		finest: float64(j.Finest), largest: float64(j.Largest), resolved: j.Resolved, edges: j.Edges, little: j.Little,
	}
	return err
}
