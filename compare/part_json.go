package compare

import (
	"encoding/json"
	"math"
	"strconv"
)

// real is a float64 in JSON, which has no word for the values that are not
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
	I        int     `json:"i"`
	Verdict  Verdict `json:"verdict"`
	Symbolic real    `json:"symbolic"`
	Numeric  real    `json:"numeric"`
	Bound    real    `json:"bound"`
	Noise    real    `json:"noise"`
	Step     real    `json:"step"`
	Steps    int     `json:"steps"`
	Forward  real    `json:"forward,omitempty"`
	Backward real    `json:"backward,omitempty"`
}

// MarshalJSON implements json.Marshaler.
func (o outcome) MarshalJSON() ([]byte, error) {
	return json.Marshal(outcomeJSON{
		o.i, o.verdict, real(o.symbolic), real(o.numeric), real(o.bound), real(o.noise), real(o.step), o.steps, real(o.forward), real(o.backward),
	})
}

// UnmarshalJSON implements json.Unmarshaler.
func (o *outcome) UnmarshalJSON(text []byte) error {
	var j outcomeJSON
	err := json.Unmarshal(text, &j)
	*o = outcome{
		i: j.I, verdict: j.Verdict, symbolic: float64(j.Symbolic), numeric: float64(j.Numeric), bound: float64(j.Bound),
		noise: float64(j.Noise), step: float64(j.Step), steps: j.Steps, forward: float64(j.Forward), backward: float64(j.Backward),
	}
	return err
}

type followedJSON struct {
	Ratio     real    `json:"ratio"`
	Outcome   outcome `json:"outcome"`
	Work      work    `json:"work"`
	EngineOff bool    `json:"engine_off,omitempty"`
}

// MarshalJSON implements json.Marshaler.
func (f followed) MarshalJSON() ([]byte, error) {
	return json.Marshal(followedJSON{real(f.ratio), f.outcome, f.work, f.engineOff})
}

// UnmarshalJSON implements json.Unmarshaler.
func (f *followed) UnmarshalJSON(text []byte) error {
	var j followedJSON
	err := json.Unmarshal(text, &j)
	*f = followed{float64(j.Ratio), j.Outcome, j.Work, j.EngineOff}
	return err
}

type tallyJSON struct {
	Worst    [len(verdictNames)][]outcome `json:"worst"`
	Counts   []Counts                     `json:"counts"`
	Wrong    [][]outcome                  `json:"wrong"`
	Errors   []real                       `json:"errors"`
	Little   []int                        `json:"little"`
	Resolved int                          `json:"resolved"`
	Largest  real                         `json:"largest"`
	Finest   real                         `json:"finest"`
}

// MarshalJSON implements json.Marshaler. The line of a tally is not kept: what
// it serves for is done by then.
func (t *tally) MarshalJSON() ([]byte, error) {
	j := tallyJSON{
		Worst: t.worst, Counts: t.counts, Wrong: t.wrong, Little: t.little,
		Resolved: t.resolved, Largest: real(t.largest), Finest: real(t.finest),
	}
	for _, e := range t.errors {
		j.Errors = append(j.Errors, real(e))
	}
	return json.Marshal(j)
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *tally) UnmarshalJSON(text []byte) error {
	var j tallyJSON
	err := json.Unmarshal(text, &j)
	*t = tally{
		worst: j.Worst, counts: j.Counts, wrong: j.Wrong, little: j.Little,
		resolved: j.Resolved, largest: float64(j.Largest), finest: float64(j.Finest),
	}
	for _, e := range j.Errors {
		t.errors = append(t.errors, math.Abs(float64(e)))
	}
	return err
}
