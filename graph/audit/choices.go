package audit

import (
	"math/rand/v2"
	"slices"
)

// choices draws what a case is made of.
type choices struct{ *rand.Rand }

// n returns a number of [0, limit).
func (c choices) n(limit int) int { return c.IntN(limit) }

func (c choices) yes() bool { return c.n(2) == 1 }

// The sizes of axes: of most of them 1 to smallSize, and of one in oneInLarge up
// to largeSize.
const (
	smallSize  = 4
	oneInLarge = 12
	largeSize  = 40
)

// maxElements is the largest number of elements of an operand: each costs four runs.
const maxElements = 120

// length draws the size of an axis.
func (c choices) length() int {
	if c.n(oneInLarge) == oneInLarge-1 {
		return smallSize + 1 + c.n(largeSize-smallSize)
	}
	return 1 + c.n(smallSize)
}

// shape returns a shape of the given rank. Sizes that would make it larger than
// maxElements become 1.
func (c choices) shape(rank int) []int {
	return limited(rank, c.length)
}

func limited(rank int, length func() int) []int {
	s, total := make([]int, rank), 1
	for k := range s {
		if s[k] = length(); total*s[k] > maxElements {
			s[k] = 1
		}
		total *= s[k]
	}
	return s
}

// anyShape has a rank of least to most.
func (c choices) anyShape(least, most int) []int { return c.shape(least + c.n(most-least+1)) }

// block has a rank of least to most, and as often as not that of the most, with
// sizes of 1 to 3: of a shape of many axes that are not 1.
func (c choices) block(least, most int) []int {
	if !c.yes() {
		return c.anyShape(least, most)
	}
	return limited(most, func() int { return 1 + c.n(3) })
}

// order returns the numbers below n in any order.
func (c choices) order(n int) []int {
	var out []int
	for k := range n {
		out = slices.Insert(out, len(out)-c.n(k+1), k)
	}
	return out
}

// axes returns some axes, at least one, in any order.
func (c choices) axes(rank int) []int { return c.order(rank)[:1+c.n(rank)] }
