package audit

import (
	"math/rand/v2"
	"slices"
)

// choices are the numbers that a case is drawn with. The same ones give the same
// case, and smaller ones a simpler case, so that a failure can be reduced.
type choices struct {
	values []int
	random *rand.Rand // draws the numbers beyond values; nil makes them 0
	used   int        // of values
	features
}

// n returns a number of [0, limit).
func (c *choices) n(limit int) int {
	if c.used == len(c.values) {
		v := 0
		if c.random != nil {
			v = c.random.IntN(limit)
		}
		c.values = append(c.values, v)
	}
	c.used++
	return min(c.values[c.used-1], limit-1)
}

func (c *choices) yes() bool { return c.n(2) == 1 }

// Most axes have 1 to smallSize elements, and one in oneInLarge up to largeSize.
const (
	smallSize  = 4
	oneInLarge = 12
	largeSize  = 40
)

// maxElements limits the elements of an operand: each costs four runs.
const maxElements = 120

// length draws the size of an axis.
func (c *choices) length() int {
	if c.n(oneInLarge) == oneInLarge-1 {
		return smallSize + 1 + c.n(largeSize-smallSize)
	}
	return 1 + c.n(smallSize)
}

// shape returns a shape of the given rank. Sizes that would make it larger than
// maxElements become 1.
func (c *choices) shape(rank int) []int {
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

// anyShape returns a shape with a rank of least to most.
func (c *choices) anyShape(least, most int) []int { return c.shape(least + c.n(most-least+1)) }

// block returns a shape with a rank of least to most. Every second one has the rank
// most and sizes of 1 to 3: faults of inner axes need many axes that are not 1.
func (c *choices) block(least, most int) []int {
	if !c.yes() {
		return c.anyShape(least, most)
	}
	return limited(most, func() int { return 1 + c.n(3) })
}

// order returns a permutation of 0 to n−1.
func (c *choices) order(n int) []int {
	var out []int
	for k := range n {
		out = slices.Insert(out, len(out)-c.n(k+1), k)
	}
	return out
}

// axes returns one or more axes in any order.
func (c *choices) axes(rank int) []int { return c.order(rank)[:1+c.n(rank)] }
