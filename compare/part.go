package compare

import (
	"context"
	"encoding/json"
	"fmt"

	"gradtwin"
)

// Part is what one shard of a check has found. As JSON it keeps every bit, so
// that parts can be joined on another machine.
type Part struct {
	shard Shard
	known known
	found *findings
}

// Shard returns which part it is.
func (p *Part) Shard() Shard { return p.shard }

// Report returns what is known from this part alone: what the other shards do
// counts as not checked, and as not judged. It is nil where that is nothing.
func (p *Part) Report() *Report {
	r, err := p.known.report(p.found)
	if err != nil {
		return nil
	}
	return r
}

// CheckShard is Check for a part of a check, which Merge joins with the others to
// the report that Check gives. What is divided are the units of work: tensors,
// which are probed along directions, and blocks of 512 elements. Every shard
// measures the point, and Merge makes sure that all found the same.
//
// A budget cannot be divided, nor several points: MaxCalls and MaxTime must be 0,
// Points 1 at most, and Each is not called. An EmptyError is Merge's to find.
func CheckShard(ctx context.Context, f Function, o Options, s Shard) (*Part, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if err := divisible(o); err != nil {
		return nil, err
	}
	o.Each = nil
	c, err := newCheck(ctx, f, o, s)
	if err != nil {
		return nil, err
	}
	return &Part{s, c.known, c.found}, nil
}

type partJSON struct {
	Shard Shard     `json:"shard"`
	Known known     `json:"known"`
	Found *findings `json:"found"`
}

// MarshalJSON implements json.Marshaler.
func (p *Part) MarshalJSON() ([]byte, error) {
	return json.Marshal(partJSON{p.shard, p.known, p.found})
}

// UnmarshalJSON implements json.Unmarshaler. It refuses what no shard can have
// found.
func (p *Part) UnmarshalJSON(text []byte) error {
	var j partJSON
	if err := json.Unmarshal(text, &j); err != nil {
		return err
	}
	if err := j.validate(); err != nil {
		return fmt.Errorf("part of a check: %w", err)
	}
	p.shard, p.known, p.found = j.Shard, j.Known, j.Found
	return nil
}

func (j *partJSON) validate() error {
	if err := j.Shard.Validate(); err != nil {
		return err
	}
	if err := divisible(j.Known.Options); err != nil {
		return err
	}
	layout := j.Known.Layout
	if _, err := j.Known.Options.resolve(layout); err != nil {
		return err
	}
	n := len(layout)
	if j.Found == nil || len(j.Found.Tensors) != n || len(j.Known.Point.Largest) != n || len(j.Known.Point.Rounding) != n {
		return fmt.Errorf("findings that are not of %d tensors", n)
	}
	if size := layout.Len(); j.Known.Judged < 0 || j.Known.Judged > size || j.Found.Judged < 0 || j.Found.Judged > size {
		return fmt.Errorf("%d and %d elements judged: want 0 to %d", j.Known.Judged, j.Found.Judged, size)
	}
	if j.Found.Rings == nil {
		j.Found.Rings = map[int]int{}
	}
	from := 0
	for k, t := range layout {
		if err := j.Found.Tensors[k].Tally.validate(t, from); err != nil {
			return err
		}
		from += t.Len()
	}
	return nil
}

// validate returns an error where a tally cannot be of a tensor whose first
// element is from.
func (t *tally) validate(of gradtwin.Tensor, from int) error {
	size, c := of.Len(), t.Counts
	if min(c.OK, c.Kink, c.Wrong, c.Inconclusive, c.Unseen, t.Unfollowed, t.Rough) < 0 || c.Sum()+t.Unfollowed > size ||
		max(c.OK, c.Kink, c.Wrong, c.Inconclusive, c.Unseen, t.Unfollowed, t.Rough) > size {
		return fmt.Errorf("%s: verdicts %+v on %d elements", of.Name, c, size)
	}
	place := func(o outcome, v Verdict) error {
		if o.i < from || o.i >= from+size || o.verdict != v {
			return fmt.Errorf("%s: element %d, %v: want elements from %d to %d, %v", of.Name, o.i, o.verdict, from, from+size-1,
				v)
		}
		return nil
	}
	for _, o := range t.Wrong {
		if err := place(o, Wrong); err != nil {
			return err
		}
	}
	for v, list := range t.Worst {
		for _, o := range list {
			if err := place(o, Verdict(v)); err != nil {
				return err
			}
		}
	}
	return nil
}
