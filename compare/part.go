package compare

import "context"

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
