package compare

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"gradtwin/internal/stats"
)

const (
	// keepWorst is how many elements of each verdict a report lists.
	keepWorst = 10
	// keepWrong is how many wrong elements of a tensor its diagnosis looks at.
	keepWrong = 64
)

// tally is what was found of the elements of one tensor. Tallies of any parts of
// it can be joined in any order to the same.
type tally struct {
	counts     Counts
	unfollowed int
	worst      [len(verdictNames)][]outcome
	wrong      []outcome // the first ones by distance from their bound
	maxError   float64   // the largest |symbolic − numeric|
	coarsest   float64   // the largest resolution of those that agree
	finest     float64   // the smallest bound of all; +Inf without one
	largest    float64   // the largest |symbolic| and |numeric|
	resolved   int       // elements, and directions, that can be told from zero
	unmoved    int       // elements that agree because the loss stands still
	rough      int       // elements that disagree where the loss is rough
	edges      []outcome // the first elements beside which the loss is not finite
}

func newTally() tally { return tally{finest: math.Inf(1)} }

func (t *tally) add(o outcome) {
	t.counts.add(o.verdict)
	if o.verdict == Wrong {
		t.wrong = keepFirst(t.wrong, keepWrong, o)
	}
	t.worst[o.verdict] = keepFirst(t.worst[o.verdict], keepWorst, o)
	if o.has(rough) {
		t.rough++
	}
	if o.undefined != 0 {
		t.edges = keepFirst(t.edges, keepWorst, o)
	}
	if !stats.IsNotFinite(o.numeric) {
		t.maxError = max(t.maxError, o.gap())
	}
	if o.has(still) {
		t.unmoved++
	} else if o.verdict == OK {
		t.coarsest = max(t.coarsest, o.resolution())
	}
	t.note(o)
}

// note takes in what an outcome shows of the power of a check, an element's or a
// direction's.
func (t *tally) note(o outcome) {
	t.largest = max(t.largest, o.magnitude())
	t.finest = min(t.finest, o.bound)
	if o.resolved() && (o.verdict == OK || o.verdict == Kink || o.verdict == Wrong) {
		t.resolved++
	}
}

func (t *tally) join(u tally) {
	t.counts.join(u.counts)
	t.unfollowed += u.unfollowed
	for v, list := range u.worst {
		for _, o := range list {
			t.worst[v] = keepFirst(t.worst[v], keepWorst, o)
		}
	}
	for _, o := range u.wrong {
		t.wrong = keepFirst(t.wrong, keepWrong, o)
	}
	for _, o := range u.edges {
		t.edges = keepFirst(t.edges, keepWorst, o)
	}
	t.maxError = max(t.maxError, u.maxError)
	t.coarsest = max(t.coarsest, u.coarsest)
	t.finest = min(t.finest, u.finest)
	t.largest = max(t.largest, u.largest)
	t.resolved += u.resolved
	t.unmoved += u.unmoved
	t.rough += u.rough
}

// keepFirst adds an outcome to an ordered list of at most n, if it is one of the
// first.
func keepFirst(list []outcome, n int, o outcome) []outcome {
	if len(list) == n && compareOutcomes(o, list[n-1]) >= 0 {
		return list
	}
	at, _ := slices.BinarySearchFunc(list, o, compareOutcomes)
	list = slices.Insert(list, at, o)
	return list[:min(len(list), n)]
}

// compareOutcomes orders by distance from the bound, then by place, so that
// the order does not depend on who was judged first.
func compareOutcomes(a, b outcome) int {
	if c := cmp.Compare(b.relativeGap(), a.relativeGap()); c != 0 {
		return c
	}
	return cmp.Compare(a.i, b.i)
}

// finding is what one unit of work has found.
type finding struct {
	tally      tally
	probe      *Probed
	located    []outcome // elements that the search along directions named
	diagnosis  string    // what the tensor as a whole says of its mismatch
	control    *Control
	unfinished bool // the budget ended the unit early
	judged     int  // elements judged one by one
	each       []outcome
	work       work
}

// findings is what some units have found together. As JSON it keeps every bit.
type findings struct {
	Tensors     []tensorFindings `json:"tensors"` // of each tensor of the layout
	Control     Control          `json:"control"`
	Work        work             `json:"work"`
	Rings       map[int]int      `json:"rings,omitempty"`  // gradients taken beside the point, by ring
	EngineSteps []float64        `json:"engine,omitempty"` // the steps of gradients by the function's engine
	Judged      int              `json:"judged"`           // elements that blocks have judged
	TimeIsUp    bool             `json:"-"`
}

// tensorFindings is what some units have found of one tensor.
type tensorFindings struct {
	Tally      tally   `json:"tally"`
	Probe      *Probed `json:"probe,omitempty"`
	Diagnosis  string  `json:"whole,omitempty"` // what the tensor as a whole says of its mismatch
	Unfinished bool    `json:"-"`               // the budget ended a unit early
}

func newFindings(tensors int) *findings {
	f := &findings{Tensors: make([]tensorFindings, tensors), Rings: map[int]int{}}
	for k := range f.Tensors {
		f.Tensors[k].Tally = newTally()
	}
	return f
}

// add adds what a unit has found.
func (f *findings) add(u unit, one finding) {
	f.Work.join(one.work)
	if one.control != nil {
		f.Control = *one.control
	}
	if u.kind == blockUnit {
		f.Judged += one.judged
	}
	if u.kind == tensorUnit || u.kind == blockUnit {
		f.Tensors[u.k].join(tensorFindings{one.tally, one.probe, one.diagnosis, one.unfinished})
	}
}

func (t *tensorFindings) join(u tensorFindings) {
	t.Tally.join(u.Tally)
	if u.Probe != nil {
		t.Probe = u.Probe
	}
	t.Diagnosis = cmp.Or(t.Diagnosis, u.Diagnosis)
	t.Unfinished = t.Unfinished || u.Unfinished
}

// join adds what other units have found.
func (f *findings) join(g *findings) {
	for k := range g.Tensors {
		f.Tensors[k].join(g.Tensors[k])
	}
	if g.Control.Done {
		f.Control = g.Control
	}
	f.Work.join(g.Work)
	for n, level := range g.Rings {
		f.Rings[n] = max(f.Rings[n], level)
	}
	f.EngineSteps = slices.Concat(f.EngineSteps, g.EngineSteps)
	slices.Sort(f.EngineSteps)
	f.EngineSteps = slices.Compact(f.EngineSteps)
	f.Judged += g.Judged
}

// besideWork is the gradients that were taken beside the point, by ring.
func besideWork(rings map[int]int) work {
	var w work
	for n := range maps.Values(rings) {
		w.Gradients += n
	}
	return w
}

// inOrder sorts outcomes by their elements.
func inOrder(list []outcome) {
	slices.SortFunc(list, func(a, b outcome) int { return cmp.Compare(a.i, b.i) })
}
