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
	Numeric  float64 `json:"numeric"`
	Error    float64 `json:"error"` // |symbolic − numeric|
	Bound    float64 `json:"bound"` // what would have passed
	Noise    float64 `json:"noise"` // of the numeric value, C·ε/h
	Step     float64 `json:"step"`  // h, where the numeric value was taken
	Steps    int     `json:"steps"` // differences taken, each at a quarter of the step before
	Verdict  Verdict `json:"verdict"`
	// Forward and Backward are the one-sided derivatives at a kink, else zero.
	Forward  float64 `json:"forward,omitempty"`
	Backward float64 `json:"backward,omitempty"`
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
	// were not judged further, because enough others of the tensor were wrong
	// or the budget was used up.
	Unfollowed int `json:"unfollowed,omitempty"`
	// Unresolved counts the elements found ok that are not zero and yet below
	// what can be told from zero: their verdict says little.
	Unresolved int `json:"unresolved,omitempty"`
	// MaxError is the largest |symbolic − numeric| among those judged.
	MaxError float64 `json:"max_error"`
	// Probe is what the directions showed; nil when there was none.
	Probe     *Probed `json:"probe,omitempty"`
	Diagnosis string  `json:"diagnosis,omitempty"`
}

// wrong tells whether the tensor failed.
func (t TensorReport) wrong() bool {
	return t.Counts.Wrong > 0 || t.Unfollowed > 0 || t.Probe != nil && t.Probe.Verdict == Wrong
}

// wholly tells whether the tensor as a whole was wrong or inconclusive and no
// element of it says why.
func (t TensorReport) wholly() bool {
	return t.Probe != nil && (t.Probe.Verdict == Wrong || t.Probe.Verdict == Inconclusive) && t.Counts.Wrong == 0
}

// certified tells whether the directions certified the tensor.
func (t TensorReport) certified() bool { return t.Probe != nil && t.Probe.Verdict == OK }

// Control is the built-in negative control: the symbolic value of one element
// that was found ok is changed, and the same rule has to find it wrong; the
// probe of its tensor too, where there was one.
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
	Certified int             `json:"certified"` // elements of the tensors that their probe certified
	Total     int             `json:"total"`     // elements of the function
	Unchecked string          `json:"unchecked"`
	Tensors   []TensorReport  `json:"tensors"` // those that were to be checked
	// Worst holds the elements worth looking at: wrong ones first, then
	// inconclusive ones, kinks, and the ok ones nearest to their bound.
	Worst     []Element `json:"worst"`
	Loss      float64   `json:"loss"`
	Noise     float64   `json:"noise"` // ε: the measured noise of the loss
	Step      float64   `json:"step"`  // the first h for an element of size up to 1
	Precision Precision `json:"precision"`
	Calls     int       `json:"calls"`     // of Loss
	Gradients int       `json:"gradients"` // calls of Gradient
	Whole     int       `json:"whole"`     // whole numerical gradients from the function's own engine
	Seconds   float64   `json:"seconds,omitempty"`
	Options   Options   `json:"options"`
	Seed      uint32    `json:"seed"`
	Replay    string    `json:"replay"` // Go code that repeats the check
	Warnings  []string  `json:"warnings,omitempty"`
	Diagnosis string    `json:"diagnosis,omitempty"`
	Control   Control   `json:"control"`
	Taylor    *Taylor   `json:"taylor,omitempty"` // nil when it was not asked for
}

// OK tells whether the gradient passed: no element and no tensor wrong, the
// negative control not missed, and with Options.Strict nothing inconclusive.
func (r *Report) OK() bool {
	if r.Control.Done && !r.Control.Caught {
		return false
	}
	for _, t := range r.Tensors {
		if t.wrong() || r.Options.Strict && (t.Counts.Inconclusive > 0 || t.Probe != nil && t.Probe.Verdict == Inconclusive) {
			return false
		}
	}
	return true
}

func (r *Report) unfollowed() int {
	n := 0
	for _, t := range r.Tensors {
		n += t.Unfollowed
	}
	return n
}

func (r *Report) unresolved() int {
	n := 0
	for _, t := range r.Tensors {
		n += t.Unresolved
	}
	return n
}

// coarsest is the smallest error in one element that the probe of every tensor
// shows, 0 when there was no probe.
func (r *Report) coarsest() float64 {
	coarsest := 0.0
	for _, t := range r.Tensors {
		if t.certified() {
			coarsest = math.Max(coarsest, t.Probe.Resolution)
		}
	}
	return coarsest
}

// keepWorst is how many elements of each verdict a report lists.
const keepWorst = 10

// tally collects outcomes.
type tally struct {
	worst    [len(verdictNames)][]outcome
	counts   []Counts    // of each tensor
	wrong    [][]outcome // of each tensor
	errors   []float64
	little   []int
	resolved int
	// line is the direction at the point to check that agreed and is the
	// furthest from zero in terms of its bound, and lineTensor its tensor.
	line       outcome
	lineTensor int
	largest    float64 // of |symbolic| and |numeric|
	finest     float64 // the smallest bound
}

func newTally(tensors int) *tally {
	return &tally{
		counts: make([]Counts, tensors), wrong: make([][]outcome, tensors), errors: make([]float64, tensors), little: make([]int, tensors),
		finest: math.Inf(1),
	}
}

func (t *tally) add(k int, o outcome) {
	t.counts[k].add(o.verdict)
	if o.verdict == Wrong {
		t.wrong[k] = append(t.wrong[k], o)
	}
	t.errors[k] = math.Max(t.errors[k], finite(o.gap()))
	t.largest = math.Max(t.largest, math.Max(math.Abs(o.symbolic), finite(math.Abs(o.numeric))))
	t.finest = math.Min(t.finest, o.bound)
	if o.resolved() {
		t.resolved++
	} else if o.verdict == OK && (o.symbolic != 0 || o.numeric != 0) {
		t.little[k]++
	}
	t.keep(o)
}

// keep adds an outcome to the worst of its verdict, if it is one of them.
func (t *tally) keep(o outcome) {
	list := t.worst[o.verdict]
	if len(list) == keepWorst && compareOutcomes(o, list[keepWorst-1]) >= 0 {
		return
	}
	at, _ := slices.BinarySearchFunc(list, o, compareOutcomes)
	list = slices.Insert(list, at, o)
	t.worst[o.verdict] = list[:min(len(list), keepWorst)]
}

// join adds what another tally has collected.
func (t *tally) join(u *tally) {
	for _, list := range u.worst {
		for _, o := range list {
			t.keep(o)
		}
	}
	for k := range t.counts {
		t.counts[k].join(u.counts[k])
		t.wrong[k] = append(t.wrong[k], u.wrong[k]...)
		t.errors[k] = math.Max(t.errors[k], u.errors[k])
		t.little[k] += u.little[k]
	}
	t.resolved += u.resolved
	t.largest = math.Max(t.largest, u.largest)
	t.finest = math.Min(t.finest, u.finest)
}

// addLine collects the outcome of a direction that agreed, at the point to
// check or beside it.
func (t *tally) addLine(k int, o outcome, atPoint bool) {
	t.largest = math.Max(t.largest, math.Max(math.Abs(o.symbolic), math.Abs(o.numeric)))
	t.finest = math.Min(t.finest, o.bound)
	if !o.resolved() {
		return
	}
	t.resolved++
	if atPoint && (t.line.bound == 0 || o.strength() > t.line.strength()) {
		t.line, t.lineTensor = o, k
	}
}

// compareOutcomes orders by distance from the bound, then by place, so that
// the order does not depend on who was judged first.
func compareOutcomes(a, b outcome) int {
	if c := cmp.Compare(b.ratio(), a.ratio()); c != 0 {
		return c
	}
	return cmp.Compare(a.i, b.i)
}

// finite keeps NaN and infinities, which JSON has no word for, out of a report.
func finite(x float64) float64 {
	if isNotFinite(x) {
		return math.MaxFloat64
	}
	return x
}

func (c *checker) element(o outcome) Element {
	k, offset := c.layout.Locate(o.i)
	t := c.layout[k]
	return Element{
		Tensor: t.Name, Index: t.Index(offset), Flat: o.i,
		Symbolic: o.symbolic, Numeric: finite(o.numeric), Error: finite(o.gap()),
		Bound: finite(o.bound), Noise: finite(o.noise), Step: o.step, Steps: o.steps, Verdict: o.verdict,
		Forward: o.forward, Backward: o.backward,
	}
}
