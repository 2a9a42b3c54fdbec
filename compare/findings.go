package compare

import (
	"cmp"
	"context"
	"maps"
	"slices"
)

// finding is what one unit of work has found.
type finding struct {
	tally   tally
	probe   *Probed
	located []outcome // elements that the search along directions named
	whole   string    // what the tensor as a whole says of its mismatch
	control *Control
	taylor  *Taylor
	cut     bool // the budget ended the unit early
	done    int  // elements judged one by one
	each    []outcome
	work    work
}

// tensor probes a tensor, says what is wrong with it as a whole, and judges some
// elements of one that the directions could not certify, where no block does.
func (j *judge) tensor(ctx context.Context, e *evaluator, pl *plan, u unit, f *finding) error {
	p := &prober{judge: j, e: e, k: u.k}
	if err := p.run(ctx, f, pl.named); err != nil {
		return err
	}
	if err := j.narrowWrong(ctx, e, f, pl, u.k); err != nil {
		return err
	}
	for _, o := range f.located {
		if !pl.judges(o.i) {
			f.tally.add(o)
		}
	}
	if f.probe.Verdict == Wrong {
		var err error
		f.whole, err = p.explain(ctx)
		return err
	}
	if pl.mode != Probe || f.probe.Verdict == OK && f.probe.Undefined == "" {
		return nil
	}
	for _, i := range stratified(j.at, []int{u.k}, uncertifiedShare) {
		o, err := j.element(ctx, e, u.k, i)
		if err != nil {
			return err
		}
		f.tally.add(o)
		f.done++
	}
	return nil
}

// together probes a tensor of which only some elements are judged where some stand
// on kinks: values that each element alone makes good can be off where they move
// together.
func (j *judge) together(ctx context.Context, e *evaluator, k int, f *finding) error {
	p := &prober{judge: j, e: e, k: k}
	probe, _, err := p.probe(ctx, &j.at.place, size, func(outcome) {})
	if err == nil && probe.Verdict == Wrong {
		f.probe = &probe
	}
	return err
}

// uncertifiedShare is how many elements are judged of a tensor whose probe
// certified nothing.
const uncertifiedShare = 32

// narrowWrong names the elements of a tensor whose float32 gradient is not the
// float64 one, rounded: all have been looked at, and the first ones are judged.
// Where every element is judged, their own verdicts say so.
func (j *judge) narrowWrong(ctx context.Context, e *evaluator, f *finding, pl *plan, k int) error {
	if j.at.narrow == nil || pl.mode == Full {
		return nil
	}
	from, to := j.at.tensor(k)
	looked := 0
	for _, i := range j.at.narrow.wrong {
		if i < from || i >= to || looked == keepWorst {
			continue
		}
		looked++
		o, err := j.narrowed(ctx, e, k, outcome{i: i, symbolic: j.at.g[i]})
		if err != nil {
			return err
		}
		if o.verdict == Wrong {
			f.probe.Verdict = Wrong
			f.located = append(f.located, o)
		}
	}
	return nil
}

// findings is what some units have found together. As JSON it keeps every bit.
type findings struct {
	Tensors  []tensorFindings `json:"tensors"` // of each tensor of the layout
	Control  Control          `json:"control"`
	Taylor   *Taylor          `json:"taylor,omitempty"`
	Work     work             `json:"work"`
	Rings    map[int]int      `json:"rings,omitempty"`  // gradients taken beside the point, by ring
	Engine   []float64        `json:"engine,omitempty"` // the steps of gradients by the function's engine
	Judged   int              `json:"judged"`           // elements that blocks have judged
	TimeIsUp bool             `json:"-"`
}

// tensorFindings is what some units have found of one tensor.
type tensorFindings struct {
	Tally tally   `json:"tally"`
	Probe *Probed `json:"probe,omitempty"`
	Whole string  `json:"whole,omitempty"` // what the tensor as a whole says of its mismatch
	Cut   bool    `json:"-"`               // the budget ended a unit early
}

func newFindings(tensors int) *findings {
	f := &findings{Tensors: make([]tensorFindings, tensors), Rings: map[int]int{}}
	for k := range f.Tensors {
		f.Tensors[k].Tally = newTally()
	}
	return f
}

// add takes in what a unit has found.
func (f *findings) add(u unit, one finding) {
	f.Work.add(one.work)
	if one.control != nil {
		f.Control = *one.control
	}
	if one.taylor != nil {
		f.Taylor = one.taylor
	}
	if u.kind == blockUnit {
		f.Judged += one.done
	}
	if u.kind == tensorUnit || u.kind == blockUnit {
		f.Tensors[u.k].join(tensorFindings{one.tally, one.probe, one.whole, one.cut})
	}
}

func (t *tensorFindings) join(u tensorFindings) {
	t.Tally.join(u.Tally)
	if u.Probe != nil {
		t.Probe = u.Probe
	}
	t.Whole = cmp.Or(t.Whole, u.Whole)
	t.Cut = t.Cut || u.Cut
}

// join takes in what other units have found.
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
	f.Work.add(g.Work)
	for n, level := range g.Rings {
		f.Rings[n] = max(f.Rings[n], level)
	}
	f.Engine = slices.Concat(f.Engine, g.Engine)
	slices.Sort(f.Engine)
	f.Engine = slices.Compact(f.Engine)
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
