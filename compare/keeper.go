package compare

import (
	"context"
	"math"
)

// keptElements is how many elements a block has at least for its results to be
// kept from one loss to the next: what begins and ends that costs a few losses.
const keptElements = 32

// keptBlock is block with the function's results kept, where it can keep them.
// Where it turns out that they were not to be relied on, the block is judged
// again without.
func (j *judge) keptBlock(ctx context.Context, e *evaluator, u unit, en *engine, f *finding) error {
	k, ok := e.f.(Keeper)
	if !ok || len(u.elements) < keptElements || !j.keeps(ctx, k, u) {
		return j.block(ctx, e, u, en, f)
	}
	before, left := e.work, e.left
	if k.Keep() != nil {
		return j.block(ctx, e, u, en, f)
	}
	err := j.block(ctx, e, u, en, f)
	if k.Release() == nil {
		return err
	}
	e.work, e.left = before, left
	*f = finding{tally: newTally()}
	e.restore(j.at.x)
	return j.block(ctx, e, u, en, f)
}

// keeps reports whether the loss beside the point is the same with results kept
// as without: it may not be that of a type around the function that sets elements
// in a way of its own. These losses are not counted.
func (j *judge) keeps(ctx context.Context, k Keeper, u unit) bool {
	i := u.elements[0]
	x := j.at.x[i]
	defer k.Set(i, x)
	if ctx.Err() != nil || k.Keep() != nil {
		return false
	}
	_, err := k.Loss()
	k.Set(i, x+j.first(u.k)*size(x))
	kept, errKept := k.Loss()
	if k.Release() != nil || err != nil || errKept != nil || ctx.Err() != nil {
		return false
	}
	whole, err := k.Loss()
	return err == nil && math.Float64bits(whole) == math.Float64bits(kept)
}
