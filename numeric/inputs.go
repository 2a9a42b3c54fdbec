package numeric

import (
	"math"
	"math/bits"

	"gradtwin/internal/simd"
)

// part is the inputs of a layer whose weights are asked for: all units' weights
// of the inputs from to to−1. The bias counts as the last input.
type part struct{ from, to int }

// inputs holds what a unit's weights are multiplied by in one row: who has which
// of the distinct values, and what each of those does. The bias's input is 1.
type inputs struct {
	slots   []slot       // the weights whose input is not 0, and the bias
	changes []simd.Group // of the unit's z, by each distinct value, as the plan lays them
	reach   float64      // the largest change by any of the unit's weights, absolute
}

// slot is a weight: the number of its input, and the place of that input's value
// among the distinct ones.
type slot struct{ input, distinct int32 }

// scratch is memory to find distinct inputs in.
type scratch struct {
	distinct []float64 // values; not 0, but the first where a formula is one-sided
	table    []int32   // a hash table of 1 + places in distinct
}

// reserve makes room for all weights of units with a number of inputs, and for
// the 0 of a one-sided formula.
func (in *inputs) reserve(n int, p *plan) {
	in.slots = resize(in.slots, n+1)
	in.changes = resize(in.changes, p.groups(n+2))
}

// fill finds the distinct values among the wanted ones of the inputs a.
func (in *inputs) fill(a []float64, wanted part, p *plan, mem *scratch) {
	in.slots = in.slots[:0]
	largest := 1.0 // the bias's
	for i, v := range a {
		if v == 0 {
			continue
		}
		largest = max(largest, math.Abs(v))
		if wanted.from <= i && i < wanted.to {
			in.slots = append(in.slots, slot{input: int32(i)})
		}
	}
	bias := wanted.from <= len(a) && len(a) < wanted.to
	if bias {
		in.slots = append(in.slots, slot{input: int32(len(a))})
	}

	mem.distinct = mem.distinct[:0]
	if p.stencil.oneSided {
		// The loss without a change comes from the same code.
		mem.distinct = append(mem.distinct, 0)
	}
	// Linear probing, at most half full.
	mask := uint64(1)<<bits.Len(uint(2*len(in.slots)+1)) - 1
	mem.table = resize(mem.table, int(mask)+1)
	clear(mem.table)
	for s := range in.slots {
		v := 1.0
		if s < len(in.slots)-1 || !bias {
			v = a[in.slots[s].input]
		}
		key := math.Float64bits(v)
		at := key * 0x9e3779b97f4a7c15 >> 32 & mask
		for mem.table[at] != 0 && math.Float64bits(mem.distinct[mem.table[at]-1]) != key {
			at = (at + 1) & mask
		}
		if mem.table[at] == 0 {
			mem.distinct = append(mem.distinct, v)
			mem.table[at] = int32(len(mem.distinct))
		}
		in.slots[s].distinct = mem.table[at] - 1
	}

	h := p.h
	in.changes = resize(in.changes, p.groups(len(mem.distinct)))
	clear(in.changes)
	for i, v := range mem.distinct {
		for n, c := range p.changes {
			in.changes[i/p.perGroup][n*p.perGroup+i%p.perGroup] = c * h * v
		}
	}
	// How a change is computed goes by the reach, so it counts all of them.
	in.reach = 0
	for _, c := range p.changes {
		in.reach = max(in.reach, math.Abs(c*h*largest))
	}
}
