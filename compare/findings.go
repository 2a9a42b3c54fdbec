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
	Counts     Counts                `json:"counts"`
	Unfollowed int                   `json:"unfollowed,omitempty"`
	Worst      [Unseen + 1][]outcome `json:"worst"`
	Wrong      []outcome             `json:"wrong,omitempty"`  // the first ones by distance from their bound
	MaxError   real                  `json:"max_error"`        // the largest |symbolic − numeric|
	Coarsest   real                  `json:"coarsest"`         // the largest resolution of those that agree
	Finest     real                  `json:"finest"`           // the smallest bound of all; +Inf without one
	Largest    real                  `json:"largest"`          // the largest |symbolic| and |numeric|
	Resolved   int                   `json:"resolved"`         // elements, and directions, that can be told from zero
	Edges      []outcome             `json:"edges,omitempty"`  // the first elements beside which the loss is not finite
	Unmoved    int                   `json:"little,omitempty"` // elements that agree because the loss stands still
	Rough      int                   `json:"rough,omitempty"`  // elements that disagree where the loss is rough
}

func newTally() tally { return tally{Finest: real(math.Inf(1))} }

func (t *tally) add(o outcome) {
	t.Counts.add(o.verdict)
	if o.verdict == Wrong {
		t.Wrong = keepFirst(t.Wrong, keepWrong, o)
	}
	t.Worst[o.verdict] = keepFirst(t.Worst[o.verdict], keepWorst, o)
	if o.has(rough) {
		t.Rough++
	}
	if o.undefined != 0 {
		t.Edges = keepFirst(t.Edges, keepWorst, o)
	}
	if !stats.IsNotFinite(o.numeric) {
		t.MaxError = max(t.MaxError, real(o.gap()))
	}
	if o.has(still) {
		t.Unmoved++
	} else if o.verdict == OK {
		t.Coarsest = max(t.Coarsest, real(o.resolution()))
	}
	t.note(o)
}

// note records what an outcome, of an element or a direction, shows of the power of
// the check.
func (t *tally) note(o outcome) {
	t.Largest = max(t.Largest, real(o.magnitude()))
	t.Finest = min(t.Finest, real(o.bound))
	if o.resolved() && (o.verdict == OK || o.verdict == Kink || o.verdict == Wrong) {
		t.Resolved++
	}
}

func (t *tally) join(u tally) {
	t.Counts.join(u.Counts)
	t.Unfollowed += u.Unfollowed
	for v, list := range u.Worst {
		for _, o := range list {
			t.Worst[v] = keepFirst(t.Worst[v], keepWorst, o)
		}
	}
	for _, o := range u.Wrong {
		t.Wrong = keepFirst(t.Wrong, keepWrong, o)
	}
	for _, o := range u.Edges {
		t.Edges = keepFirst(t.Edges, keepWorst, o)
	}
	t.MaxError = max(t.MaxError, u.MaxError)
	t.Coarsest = max(t.Coarsest, u.Coarsest)
	t.Finest = min(t.Finest, u.Finest)
	t.Largest = max(t.Largest, u.Largest)
	t.Resolved += u.Resolved
	t.Unmoved += u.Unmoved
	t.Rough += u.Rough
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

// findings is what some units have found together. As JSON it keeps every bit.
type findings struct {
	Tensors     []tensorFindings `json:"tensors"` // of each tensor of the layout
	Control     Control          `json:"control"`
	Taylor      *Taylor          `json:"taylor,omitempty"`
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

// finding is what one unit of work has found.
type finding struct {
	tensorFindings
	located []outcome // elements that the search along directions named
	control *Control
	taylor  *Taylor
	judged  int // elements judged one by one
	each    []outcome
	work    work
}

func newFinding() finding { return finding{tensorFindings: tensorFindings{Tally: newTally()}} }

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
	if one.taylor != nil {
		f.Taylor = one.taylor
	}
	if u.kind == blockUnit {
		f.Judged += one.judged
	}
	if u.kind == tensorUnit || u.kind == blockUnit {
		f.Tensors[u.k].join(one.tensorFindings)
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
	if g.Taylor != nil {
		f.Taylor = g.Taylor
	}
	f.Work.join(g.Work)
	for n, level := range g.Rings {
		f.Rings[n] = max(f.Rings[n], level)
	}
	f.EngineSteps = union(f.EngineSteps, g.EngineSteps)
	f.Judged += g.Judged
}

// union returns what is in one of two lists, in order.
func union(a, b []float64) []float64 {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
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
