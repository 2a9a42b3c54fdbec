// Package condition has what conditions are made of, such as "axis 1 > 1 and axis 2
// ≠ 2": numbers of a case, compared with constants, and the sets of cases for which
// these comparisons hold.
package condition

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strings"
)

// Set is a set of cases, of which there are 64 in a word.
type Set []uint64

// NewSet returns the set of the cases that are members.
func NewSet(members []bool) Set {
	b := make(Set, (len(members)+63)/64)
	for i, in := range members {
		if in {
			b[i/64] |= 1 << (i % 64)
		}
	}
	return b
}

// Count returns the number of cases.
func (b Set) Count() (n int) {
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// Common returns the number of cases that are in a too.
func (b Set) Common(a Set) (n int) {
	for i, w := range b {
		n += bits.OnesCount64(w & a[i])
	}
	return n
}

// In reports whether all of b are in a.
func (b Set) In(a Set) bool {
	for i, w := range b {
		if w&^a[i] != 0 {
			return false
		}
	}
	return true
}

// Remove removes the cases of a from b.
func (b Set) Remove(a Set) {
	for i := range b {
		b[i] &^= a[i]
	}
}

// Combine sets b to what is in both a and c, or in either.
func (b Set) Combine(a, c Set, either bool) {
	for i := range b {
		if b[i] = a[i] & c[i]; either {
			b[i] = a[i] | c[i]
		}
	}
}

// LogChoices returns the logarithm of the number of ways to choose k of n.
func LogChoices(n, k int) float64 {
	all, _ := math.Lgamma(float64(n + 1))
	chosen, _ := math.Lgamma(float64(k + 1))
	rest, _ := math.Lgamma(float64(n - k + 1))
	return all - chosen - rest
}

// Atom is a part of a condition, with the cases that it holds for.
type Atom struct {
	Text   string
	Cases  Set
	Others int // other atoms that hold for the same cases
}

// Number is a number that a condition compares.
type Number[T any] struct {
	Text string
	Of   func(of T) (int, bool) // false of a case that has no such number
}

// Atoms are the parts that conditions on some cases can be made of, one for each
// set of cases: of several the first that is added.
type Atoms[T any] struct {
	Cases []T
	List  []Atom
	known map[string]int // index of the atom of a set
}

// Add adds an atom, unless it holds for all cases or for none.
func (a *Atoms[T]) Add(text string, holds func(of T) bool) {
	members := make([]bool, len(a.Cases))
	for i, c := range a.Cases {
		members[i] = holds(c)
	}
	s := NewSet(members)
	if count := s.Count(); count == 0 || count == len(a.Cases) {
		return
	}
	key := fmt.Sprint(s)
	if at, ok := a.known[key]; ok {
		a.List[at].Others++
		return
	}
	if a.known == nil {
		a.known = map[string]int{}
	}
	a.known[key] = len(a.List)
	a.List = append(a.List, Atom{Text: text, Cases: s})
}

// AddOf adds an atom about a number, which holds for no case that has none.
func (a *Atoms[T]) AddOf(n Number[T], text string, holds func(x int) bool) {
	a.Add(n.Text+" "+text, func(c T) bool {
		x, ok := n.Of(c)
		return ok && holds(x)
	})
}

// Compare adds the comparisons of a number with each of its values, by signs of
// > = ≠ <, which are tried in this order.
func (a *Atoms[T]) Compare(n Number[T], signs string) {
	var values []int
	for _, c := range a.Cases {
		if x, ok := n.Of(c); ok {
			values = append(values, x)
		}
	}
	slices.Sort(values)
	for _, v := range slices.Compact(values) {
		for _, sign := range []struct {
			text  string
			holds func(x int) bool
		}{
			{">", func(x int) bool { return x > v }}, {"=", func(x int) bool { return x == v }},
			{"≠", func(x int) bool { return x != v }}, {"<", func(x int) bool { return x < v }},
		} {
			if strings.Contains(signs, sign.text) {
				a.AddOf(n, fmt.Sprint(sign.text, " ", v), sign.holds)
			}
		}
	}
}
