package audit

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// choices are the numbers that a case is drawn with. The same ones give the same
// case, and smaller ones a simpler case: that is how a failure is reduced.
type choices struct {
	values []int
	at     int
	random *rand.Rand // gives the values beyond those there are; nil gives 0
}

// n returns a number of [0, limit).
func (c *choices) n(limit int) int {
	if c.at == len(c.values) {
		v := 0
		if c.random != nil {
			v = c.random.IntN(limit)
		}
		c.values = append(c.values, v)
	}
	c.values[c.at] = min(c.values[c.at], limit-1)
	c.at++
	return c.values[c.at-1]
}

func (c *choices) yes() bool { return c.n(2) == 1 }

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
func (c *choices) length() int {
	if c.n(oneInLarge) == oneInLarge-1 {
		return smallSize + 1 + c.n(largeSize-smallSize)
	}
	return 1 + c.n(smallSize)
}

// shape returns a shape of the given rank. Sizes that would make it larger than
// maxElements become 1.
func (c *choices) shape(rank int) []int {
	s, total := make([]int, rank), 1
	for k := range s {
		if s[k] = c.length(); total*s[k] > maxElements {
			s[k] = 1
		}
		total *= s[k]
	}
	return s
}

// anyShape has a rank of least to most.
func (c *choices) anyShape(least, most int) []int { return c.shape(least + c.n(most-least+1)) }

// block has a rank of least to most, and as often as not that of the most, with
// sizes of 1 to 3: of a shape of many axes that are not 1.
func (c *choices) block(least, most int) []int {
	if !c.yes() {
		return c.anyShape(least, most)
	}
	s, total := make([]int, most), 1
	for k := range s {
		if s[k] = 1 + c.n(3); total*s[k] > maxElements {
			s[k] = 1
		}
		total *= s[k]
	}
	return s
}

// order returns the numbers below n in any order.
func (c *choices) order(n int) []int {
	var out []int
	for k := range n {
		out = slices.Insert(out, len(out)-c.n(k+1), k)
	}
	return out
}

// axes returns some axes, at least one, in any order.
func (c *choices) axes(rank int) []int { return c.order(rank)[:1+c.n(rank)] }

// String writes the values such that parse reads them.
func (c *choices) String() string { return strings.Trim(fmt.Sprint(c.values), "[]") }

func parseChoices(s string) *choices {
	c := &choices{}
	for _, word := range strings.Fields(s) {
		v := 0
		if _, err := fmt.Sscan(word, &v); err != nil {
			panic("audit: choices " + s) // they are ours
		}
		c.values = append(c.values, v)
	}
	return c
}
