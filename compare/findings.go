package compare

import (
	"cmp"
	"maps"
	"slices"
)

// finding is what one unit of work has found.
type finding struct {
	tally      tally
	probe      *Probed
	located    []outcome // elements that the search along directions named
	diagnosis  string    // what the tensor as a whole says of its mismatch
	control    *Control
	taylor     *Taylor
	unfinished bool // the budget ended the unit early
	judged     int  // elements judged one by one
	each       []outcome
	work       work
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
	if g.Taylor != nil {
		f.Taylor = g.Taylor
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
