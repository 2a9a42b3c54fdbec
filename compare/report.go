package compare

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gradtwin"
)

// Element is the verdict on one element of a gradient.
type Element struct {
	Tensor   string  `json:"tensor"`
	Index    []int   `json:"index"`
	Flat     int     `json:"flat"` // its place among all elements
	Symbolic float64 `json:"symbolic"`
	Numeric  float64 `json:"numeric"` // math.MaxFloat64 where it is NaN or infinite
	Error    float64 `json:"error"`   // |symbolic − numeric|
	Bound    float64 `json:"bound"`   // what would have passed
	Noise    float64 `json:"noise"`   // of the numeric value, C·ε/h
	Step     float64 `json:"step"`    // h, where the numeric value was taken
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
}

// Name names the element, as in W1[74,49].
func (e Element) Name() string {
	if len(e.Index) == 0 {
		return e.Tensor
	}
	return e.Tensor + strings.ReplaceAll(fmt.Sprint(e.Index), " ", ",")
}

// TensorReport is what was found in one tensor.
type TensorReport struct {
	Tensor  gradtwin.Tensor `json:"tensor"`
	Checked int             `json:"checked"` // elements judged one by one
	Counts  Counts          `json:"counts"`
	// Unfollowed counts elements whose first difference disagreed but which
	// were not judged further, because enough others beside them were wrong.
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

// wholly reports whether the tensor as a whole was wrong or inconclusive and no
// element of it says why.
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
	Points    []Point  `json:"points,omitempty"`
	Calls     int      `json:"calls"`     // of Loss
	Gradients int      `json:"gradients"` // calls of Gradient
	Whole     int      `json:"whole"`     // full finite-difference gradients from the function's own engine
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

// Wrong reports whether something is wrong: an element, a tensor as a whole, or
// the step of training whose gradient it is. A check that is neither OK nor Wrong is not judged,
// and NotJudged says why: a
// tensor that the loss does not show, or a negative control that was missed.
func (r *Report) Wrong() bool {
	return len(r.Misuses) > 0 || slices.ContainsFunc(r.Tensors, TensorReport.wrong)
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

func (r *Report) unfollowed() int {
	n := 0
	for _, t := range r.Tensors {
		n += t.Unfollowed
	}
	return n
}

// finite keeps NaN and infinities, which JSON cannot represent, out of a report.
func finite(x float64) float64 {
	if isNotFinite(x) {
		return math.MaxFloat64
	}
	return x
}

// known is what every shard of a check knows.
type known struct {
	Options Options          `json:"options"` // as they were given
	Layout  gradtwin.Layout  `json:"layout"`
	Mode    Mode             `json:"mode"`   // what Auto became
	Judged  int              `json:"judged"` // elements in the blocks of all shards
	Point   facts            `json:"point"`
	Notes   []string         `json:"notes,omitempty"`
	Faults  []gradtwin.Fault `json:"faults,omitempty"`
	Misuses []gradtwin.Fault `json:"misuses,omitempty"`
	Work    work             `json:"work"` // to measure the point
}

// facts is what a report says of the point.
type facts struct {
	Digest    string    `json:"digest"` // SHA-256 of the elements, the loss and the gradient
	Loss      float64   `json:"loss"`
	Noise     float64   `json:"noise"`
	Step      float64   `json:"step"`
	Largest   []float64 `json:"largest"`  // of each tensor: the largest gradient, as the function gives it
	Rounding  []float64 `json:"rounding"` // of each tensor: what a float32 gradient may be off, 0 of a float64 one
	Chaotic   bool      `json:"chaotic,omitempty"`
	Precision Precision `json:"precision"`
	NotWide   string    `json:"not_wide,omitempty"` // why a float32 function was not judged in float64
}

// facts returns what a report says of the point; notWide is why a float32
// function was not judged in float64, nil where it was or is none.
func (p *point) facts(notWide error) facts {
	f := facts{
		Digest: hashOf(math.Float64bits, p.x, []float64{p.f}, p.g), Loss: p.f, Noise: p.noise.far, Step: p.step,
		Largest: p.largest, Rounding: make([]float64, len(p.layout)), Chaotic: p.noise.chaotic, Precision: Double,
	}
	switch {
	case p.narrow != nil:
		f.Precision, f.Largest = Mixed, nil
		for k := range p.layout {
			from, to := p.tensor(k)
			f.Largest = append(f.Largest, largestOf(p.narrow.g[from:to]))
			f.Rounding[k] = largestOf(p.narrow.bound[from:to])
		}
	case p.single:
		f.Precision = Single
	}
	if notWide != nil {
		f.NotWide = notWide.Error()
	}
	return f
}

// report makes the report of what was found. It calls no function.
func (k *known) report(f *findings) (*Report, error) {
	at := k.Point
	r := &Report{
		Layout: k.Layout, Total: k.Layout.Len(), Options: k.Options, Seed: k.Options.Seed, Mode: k.Mode,
		Loss: at.Loss, Noise: at.Noise, Step: cmp.Or(k.Options.Step, at.Step), Precision: at.Precision,
		Whole: len(f.Engine), Control: f.Control, Taylor: f.Taylor, Faults: k.Faults, Misuses: k.Misuses,
	}
	work := k.Work
	work.add(f.Work)
	work.add(besideWork(f.Rings))
	r.Calls, r.Gradients = work.Calls, work.Gradients
	for _, n := range k.selected() {
		t := k.tensorReport(n, &f.Tensors[n])
		r.Counts.join(t.Counts)
		if t.certified() {
			r.Certified += t.Tensor.Len()
		}
		r.Resolution = max(r.Resolution, t.Resolution)
		r.RelativeResolution = max(r.RelativeResolution, t.RelativeResolution)
		r.Tensors = append(r.Tensors, t)
	}
	r.Checked = r.Counts.Sum()
	if err := k.nothing(r, f); err != nil {
		return nil, err
	}
	r.Diagnosis = diagnosis(r)
	k.listWorst(r, f)
	r.NotJudged = k.notJudged(r, f)
	r.Unchecked = k.unchecked(r, f)
	r.Replay = replay(k.Options)
	r.Warnings = k.warnings(r, f)
	return r, nil
}

// selected returns the tensors that are checked.
func (k *known) selected() []int { return selectTensors(k.Layout, k.Options.Tensors) }

// tensorReport makes the report of tensor n.
func (k *known) tensorReport(n int, f *tensorFindings) TensorReport {
	found := &f.Tally
	t := TensorReport{
		Tensor: k.Layout[n], Checked: found.counts.Sum(), Counts: found.counts, Unfollowed: found.unfollowed,
		MaxError: found.maxError, Largest: k.Point.Largest[n], Probe: f.Probe, Resolution: found.coarsest,
	}
	if t.certified() && t.Checked+t.Unfollowed < t.Tensor.Len() {
		t.Resolution = max(f.Probe.Resolution, k.Point.Rounding[n])
	}
	if t.Largest > 0 {
		t.RelativeResolution = t.Resolution / t.Largest
	}
	if t.wrong() {
		if t.Diagnosis = f.Whole; t.Diagnosis == "" {
			t.Diagnosis = explainElements(t.Tensor, k.Layout[:n].Len(), found.wrong)
		}
	}
	return t
}

// nothing returns an error where a check could only pass: nothing of what was
// judged can be told from zero, and nothing is wrong.
func (k *known) nothing(r *Report, f *findings) error {
	probed, resolved, largest, finest := false, 0, 0.0, math.Inf(1)
	for _, n := range k.selected() {
		t := &f.Tensors[n]
		probed = probed || t.Probe != nil
		resolved += t.Tally.resolved
		largest = max(largest, t.Tally.largest)
		finest = min(finest, t.Tally.finest)
	}
	switch {
	case r.Checked == 0 && !probed && r.unfollowed() == 0:
		return ErrBudget
	case resolved > 0 || r.Wrong() || r.Counts.Inconclusive > 0 || r.Counts.Kink > 0:
		return nil
	case slices.ContainsFunc(r.Tensors, func(t TensorReport) bool {
		return t.Probe != nil && (t.Probe.Verdict == Inconclusive || t.Probe.Verdict == Kink)
	}):
		return nil
	}
	return &EmptyError{Judged: r.Checked, Largest: largest, Resolution: finest, Loss: k.Point.Loss}
}

// listWorst lists the elements worth looking at.
func (k *known) listWorst(r *Report, f *findings) {
	for _, v := range []Verdict{Wrong, Inconclusive, Unseen, Kink, OK} {
		var all []outcome
		for _, n := range k.selected() {
			for _, o := range f.Tensors[n].Tally.worst[v] {
				all = keepFirst(all, keepWorst, o)
			}
		}
		for _, o := range all {
			if len(r.Worst) < keepWorst {
				r.Worst = append(r.Worst, k.element(o))
			}
		}
	}
}

func (k *known) element(o outcome) Element {
	n, offset := k.Layout.Locate(o.i)
	t := k.Layout[n]
	return Element{
		Tensor: t.Name, Index: t.Index(offset), Flat: o.i,
		Symbolic: o.symbolic, Numeric: finite(o.numeric), Error: finite(o.gap()),
		Bound: finite(o.bound), Noise: finite(o.noise), Step: o.step, Steps: o.steps, Verdict: o.verdict,
		Forward: o.forward, Backward: o.backward, Undefined: o.undefined.String(), Rough: o.has(rough),
	}
}
