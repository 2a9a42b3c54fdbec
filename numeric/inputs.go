package numeric

import (
	"math"
	"math/bits"

	"gradtwin/internal/simd"
)

// inputs holds what a unit's weights are multiplied by in one row, times the
// scale of each weight's step: the distinct values, and who has which. The
// bias's input is 1.
type inputs struct {
	values []float64    // distinct; not 0, but the first where a formula is one-sided
	slots  []slot       // the weights whose input is not 0, and the bias
	steps  []simd.Group // the changes of the unit's z, as the plan lays them
	reach  float64      // the largest change by any of the unit's weights, absolute
}

// slot says which of the distinct values a weight's input is.
type slot struct{ input, value int32 }

// plan is a scheme, and how its changes lie in a group: of a few values each
// the first change, then of each the second, and so on.
type plan struct {
	scheme
	changes []float64 // of z, for an input of 1 and h = 1
	values  int       // in a group
}

func newPlan(s scheme) plan {
	c := s.changes()
	return plan{scheme: s, changes: c, values: simd.Width / len(c)}
}

// fill finds the distinct values among the wanted ones of the inputs a, each
// times its weight's scale; the bias's scale is the last. No scales are all 1.
// The hash table is only lent for its memory.
func (in *inputs) fill(a, scales []float64, wanted part, p plan, table *[]int32) {
	in.values, in.slots = in.values[:0], in.slots[:0]
	if p.oneSided {
		// The loss without a change comes from the same code.
		in.values = append(in.values, 0)
	}
	// Linear probing, at most half full.
	size := 1 << bits.Len(uint(2*len(a)+1))
	*table = resize(*table, size)
	clear(*table) // of 1 + places in values
	add := func(i int, v float64) {
		key := math.Float64bits(v)
		for at := key * 0x9e3779b97f4a7c15 >> 32; ; at++ {
			place := &(*table)[at&uint64(size-1)]
			if *place == 0 {
				in.values = append(in.values, v)
				*place = int32(len(in.values))
			}
			if math.Float64bits(in.values[*place-1]) == key {
				in.slots = append(in.slots, slot{int32(i), *place - 1})
				return
			}
		}
	}
	largest := 0.0
	for i := range len(a) + 1 {
		v := 1.0 // of the bias
		if i < len(a) {
			v = a[i]
		}
		if v == 0 {
			continue
		}
		if scales != nil {
			v *= scales[i]
		}
		largest = max(largest, math.Abs(v))
		if wanted.from <= i && i < wanted.to {
			add(i, v)
		}
	}

	in.steps = resize(in.steps, (len(in.values)+p.values-1)/p.values)
	clear(in.steps)
	for i, v := range in.values {
		for n, c := range p.changes {
			in.steps[i/p.values][n*p.values+i%p.values] = c * p.h * v
		}
	}
	// How a change is computed goes by the reach, so it counts all of them.
	in.reach = 0
	for _, c := range p.changes {
		in.reach = max(in.reach, math.Abs(c*p.h*largest))
	}
}
