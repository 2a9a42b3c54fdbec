package compare

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gradtwin"
)

// Report is what a check found. A mismatch is in the report and is no error.
type Report struct {
	Layout    gradtwin.Layout `json:"layout"`
	Mode      Mode            `json:"mode"` // Auto stands for Probe and Sample together
	Counts    Counts          `json:"counts"`
	Checked   int             `json:"checked"`   // elements judged one by one
	Certified int             `json:"certified"` // elements of the tensors that their directions certified
	Total     int             `json:"total"`     // elements of the function
	// Resolution is the coarsest of the tensors' resolutions: an error above it in
	// one element would have shown. RelativeResolution is the worst of theirs
	// relative to their largest gradients.
	Resolution         float64        `json:"resolution"`
	RelativeResolution float64        `json:"relative_resolution"`
	Unchecked          string         `json:"unchecked"`
	NotJudged          []string       `json:"not_judged,omitempty"` // why the check is not judged, tensor by tensor
	Tensors            []TensorReport `json:"tensors"`              // those that were to be checked
	// Worst holds the elements worth looking at: wrong ones first, then
	// inconclusive and unseen ones, kinks, and the ok ones nearest to their bound.
	Worst     []Element `json:"worst"`
	Loss      float64   `json:"loss"`
	Noise     float64   `json:"noise"` // ε: the measured noise of the loss
	Step      float64   `json:"step"`  // the first h for an element of size up to 1
	Precision Precision `json:"precision"`
	// Points is what the check found at each point, when Options.Points asked for
	// several. The rest of the report is of one of them: the first that is wrong, or
	// else not judged, or else where the function stands. Calls, Gradients and
	// Whole are of all.
	Points []Point `json:"points,omitempty"`
	// Calls and Gradients count the calls of Loss and Gradient. Not in them, nor under
	// Options.MaxCalls, are those that try out a clone (one of each) or a Keeper (three
	// losses a block), and those of a block that a Keeper's Release rejects.
	Calls     int      `json:"calls"`
	Gradients int      `json:"gradients"`
	Whole     int      `json:"whole"` // full finite-difference gradients from the function's own engine
	Seconds   float64  `json:"seconds,omitempty"`
	Options   Options  `json:"options"`
	Seed      uint32   `json:"seed"`
	Replay    string   `json:"replay"` // Go code that repeats the check; the text leaves the line out where it is empty
	Warnings  []string `json:"warnings,omitempty"`
	// Faults is what is known to go wrong in the function, as of a Gorgonia graph.
	Faults []gradtwin.Fault `json:"faults,omitempty"`
	// Misuses is what a step of training does that it should not, of a function
	// that is Stepped.
	Misuses   []gradtwin.Fault `json:"misuses,omitempty"`
	Diagnosis string           `json:"diagnosis,omitempty"`
	Culprit   *Culprit         `json:"culprit,omitempty"` // nil where no operation was found to be at fault
	Control   Control          `json:"control"`
	Taylor    *Taylor          `json:"taylor,omitempty"` // nil when it was not asked for
}

// OK reports whether the gradient passed: nothing is wrong, and every tensor was
// judged.
func (r *Report) OK() bool { return !r.Wrong() && len(r.NotJudged) == 0 }

// Wrong reports whether something is wrong: an element, a tensor as a whole, or the
// step of training whose gradient it is. A check that is neither OK nor Wrong is
// not judged, and NotJudged says why: a tensor that the loss does not show, or a
// negative control that was missed.
func (r *Report) Wrong() bool {
	return len(r.Misuses) > 0 || slices.ContainsFunc(r.Tensors, TensorReport.wrong)
}

// worse reports whether a check ended worse than another.
func (r *Report) worse(than *Report) bool {
	return r.Wrong() && !than.Wrong() || !r.OK() && than.OK()
}

// Unfollowed returns the number of elements that were not judged further: see
// TensorReport.
func (r *Report) Unfollowed() int {
	n := 0
	for _, t := range r.Tensors {
		n += t.Unfollowed
	}
	return n
}

// Result is how a check ended.
type Result string

// The results.
const (
	Passed     Result = "ok"
	Failed     Result = "wrong"
	NotJudged  Result = "not judged"
	NotChecked Result = "not checked" // an error
)

// Result returns how the check ended.
func (r *Report) Result() Result {
	switch {
	case r.Wrong():
		return Failed
	case !r.OK():
		return NotJudged
	}
	return Passed
}

// TensorReport is what was found in one tensor.
type TensorReport struct {
	Tensor  gradtwin.Tensor `json:"tensor"`
	Checked int             `json:"checked"` // elements judged one by one
	Counts  Counts          `json:"counts"`
	// Unfollowed counts elements that were not judged further, because enough others
	// beside them were wrong: their first difference disagreed, or the differences of
	// the function's engine disagreed or did not decide.
	Unfollowed int `json:"unfollowed,omitempty"`
	// MaxError is the largest |symbolic − numeric| among those judged.
	MaxError float64 `json:"max_error"`
	// Largest is the largest gradient of the tensor, as the function gives it.
	Largest float64 `json:"largest"`
	// Resolution is the error of one element that would have shown: of an element
	// that was judged and agrees, and where not all were judged of any, by the
	// directions. RelativeResolution is that over Largest. Both are 0 where nothing
	// agrees.
	Resolution         float64 `json:"resolution"`
	RelativeResolution float64 `json:"relative_resolution"`
	// Probe is what the directions showed; nil when there was none.
	Probe     *Probed `json:"probe,omitempty"`
	Diagnosis string  `json:"diagnosis,omitempty"`
}

// wrong reports whether the tensor failed.
func (t TensorReport) wrong() bool {
	return t.Counts.Wrong > 0 || t.Probe != nil && t.Probe.Verdict == Wrong
}

// wholly reports whether the tensor as a whole was wrong and no element of it says why.
func (t TensorReport) wholly() bool {
	return t.Probe != nil && t.Probe.Verdict == Wrong && t.Counts.Wrong == 0
}

// certified reports whether the directions certified the tensor.
func (t TensorReport) certified() bool { return t.Probe != nil && t.Probe.Verdict == OK }

// Control is the built-in negative control: the symbolic value of one element
// that agrees is changed, and the same rule has to find it wrong; along a
// direction too, where tensors are probed.
type Control struct {
	Done    bool    `json:"done"`
	Caught  bool    `json:"caught"`
	Element string  `json:"element,omitempty"`
	Change  float64 `json:"change,omitempty"` // what was added to the symbolic value
}

// Point is what a check at several points found at one of them.
type Point struct {
	// Move is how far the elements are from where the function stands: each is
	// multiplied by a factor of its own between 2^−Move and 2^Move, and one that is
	// 0 becomes up to Move times as large as its tensor's others are on average. It
	// is 0 where the function stands.
	Move float64 `json:"move"`
	// Shuffled says that the elements of each tensor were exchanged at random
	// before: another draw of values that are spread alike.
	Shuffled bool `json:"shuffled,omitempty"`
	// Draw is the seed of what is random there, 0 where nothing is.
	Draw    uint64 `json:"draw,omitempty"`
	Result  Result `json:"result"`
	Counts  Counts `json:"counts"`
	Problem string `json:"problem,omitempty"` // why it could not be checked
	Shown   bool   `json:"shown,omitempty"`   // the report is of this point
}

// pointsText says at which points a gradient agrees, and which one is shown.
func pointsText(points []Point) string {
	places := map[Result][]string{}
	shown, problem := "", ""
	for n, p := range points {
		places[p.Result] = append(places[p.Result], fmt.Sprint(n+1))
		if p.Problem != "" && problem == "" {
			problem = fmt.Sprintf("; at %d: %s", n+1, p.Problem)
		}
		switch {
		case !p.Shown:
		case p.Move == 0:
			shown = fmt.Sprintf("; this is %d, where the function stands", n+1)
		default:
			shown = fmt.Sprintf("; this is %d, where each element is multiplied by up to %.3g", n+1, math.Exp2(p.Move))
			if p.Shuffled {
				shown += ", after an exchange within its tensor"
			}
		}
		if p.Shown && p.Draw != 0 {
			shown += fmt.Sprintf(", draw %d", p.Draw)
		}
	}
	var parts []string
	for _, result := range []Result{Passed, Failed, NotJudged, NotChecked} {
		if at := places[result]; at != nil {
			parts = append(parts, fmt.Sprintf("%s at %s", result, strings.Join(at, ", ")))
		}
	}
	return fmt.Sprintf("%s of %d%s%s", strings.Join(parts, "; "), len(points), shown, problem)
}

// Culprit is where a wrong gradient goes wrong: the gradient of an operation's
// result is right, that of its operand is not.
//
// It is looked for when a tensor is wrong, in a function that can be cut at its
// inner values (a graph.Wrap is one): a cut is the function of one inner value, and
// is probed along directions as a tensor is, in 10 to 60 calls that the report
// counts. As many cuts as the logarithm of the graph's depth are enough for a
// chain, and fewer where tensors on both sides of the fault were checked. Nothing
// is looked for under Options.MaxCalls and MaxTime, at order 2, and by shards:
// Merge leaves it out.
type Culprit struct {
	// Operations is the one at fault, or, where an operand has several users whose
	// gradients are all right, those among which it is: of these the ones that
	// Report.Faults lists, if it lists any.
	Operations []string `json:"operations"`
	Operand    string   `json:"operand"`
	// Symbolic and Numeric are the slopes of one element of the operand, or along
	// a direction where no element was named; Ratio is the first by the second, 0
	// where there is none.
	Symbolic float64 `json:"symbolic"`
	Numeric  float64 `json:"numeric"` // math.MaxFloat64 where it is NaN or infinite
	Ratio    float64 `json:"ratio,omitempty"`
	Known    bool    `json:"known,omitempty"` // Report.Faults lists the operations
}

// String says it in a sentence.
func (c *Culprit) String() string {
	at := c.Operations[0] + ": the gradient of its result is right, that of its operand "
	if len(c.Operations) > 1 {
		at = "one of " + strings.Join(c.Operations, ", ") + ": the gradients of their results are right, that of their " +
			"operand "
	}
	s := fmt.Sprintf("%s%s is %.6g where the loss gives %.6g", at, c.Operand, c.Symbolic, c.Numeric)
	if c.Ratio != 0 {
		s += fmt.Sprintf(" (ratio %.6g)", c.Ratio)
	}
	if c.Known {
		s += ", a known fault"
	}
	return s
}
