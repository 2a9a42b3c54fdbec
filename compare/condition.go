package compare

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gradtwin/internal/condition"
	"gradtwin/internal/words"
)

// Condition is what some shapes have in common that the others have not.
type Condition struct {
	Text string `json:"text"` // as in "axis 1 > 1 and axis 2 ≠ 2"
	// Others is how many conditions of as many parts hold for just the same shapes:
	// more shapes would tell which one it is.
	Others int `json:"others,omitempty"`
}

// String says it in words.
func (c *Condition) String() string {
	if c.Text == "" {
		return "whatever the shape"
	}
	s := "exactly where " + c.Text
	if c.Others > 0 {
		s += fmt.Sprintf(" (or by %s as simple: more sizes would tell)",
			words.Count(c.Others, "other condition", "other conditions"))
	}
	return s
}

const (
	// mostParts is how many parts a condition has at most.
	mostParts = 3
	// mostChance is the share of the ways to choose as many of the shapes that some
	// condition of as many parts may hold for just the chosen ones: above it a
	// condition says nothing. One of a single part is said in any case.
	mostChance = 0.01
	// mostAtoms is how many parts there are to choose of, the plainest, where a
	// condition has three: their count grows with its cube.
	mostAtoms = 120
)

// simplest returns the simplest condition that holds for just those of the shapes
// that have the mark: one part, or up to three that all hold, or of which one
// holds. It is nil where none has the mark, where no condition fits, and where one
// would fit by chance.
func simplest(shapes [][]int, members []bool) *Condition {
	marked, of := condition.NewSet(members), len(shapes)
	n := marked.Count()
	switch n {
	case 0:
		return nil
	case of:
		return &Condition{}
	}
	atoms := atomsOf(shapes)
	for parts := 1; parts <= mostParts; parts++ {
		if parts == mostParts {
			atoms = atoms[:min(len(atoms), mostAtoms)]
		}
		all := conditions(atoms, marked, parts, " and ", false)
		if parts > 1 {
			all = append(all, conditions(atoms, marked, parts, " or ", true)...)
		}
		if len(all) == 0 {
			continue
		}
		if parts > 1 && chance(atoms, parts, n, of) > mostChance {
			return nil
		}
		c := &Condition{Text: all[0].Text, Others: len(all) - 1}
		for _, a := range all {
			c.Others += a.Others
		}
		return c
	}
	return nil
}

// conditions returns the conditions of so many parts that hold for the marked
// shapes alone. Of parts that are joined by or, each holds for marked ones only; of
// others each holds for all marked ones.
func conditions(atoms []condition.Atom, marked condition.Set, parts int, join string, or bool) (found []condition.Atom) {
	var useful []condition.Atom
	for _, a := range atoms {
		if or && a.Cases.In(marked) || !or && marked.In(a.Cases) {
			useful = append(useful, a)
		}
	}
	eachChoice(useful, parts, or, func(chosen []int, s condition.Set) {
		if !slices.Equal(s, marked) {
			return
		}
		texts := make([]string, len(chosen))
		same := 1
		for i, k := range chosen {
			texts[i] = useful[k].Text
			same *= useful[k].Others + 1
		}
		found = append(found, condition.Atom{Text: strings.Join(texts, join), Others: same - 1})
	})
	return found
}

// eachChoice calls do for each choice of so many atoms, with the shapes for which
// all hold, or one of them. What do is given is overwritten.
func eachChoice(atoms []condition.Atom, parts int, or bool, do func(chosen []int, s condition.Set)) {
	if len(atoms) < parts {
		return
	}
	chosen, sets := make([]int, parts), make([]condition.Set, parts)
	for d := range sets {
		sets[d] = make(condition.Set, len(atoms[0].Cases))
	}
	var choose func(depth, from int)
	choose = func(depth, from int) {
		if depth == parts {
			do(chosen, sets[depth-1])
			return
		}
		for k := from; k < len(atoms); k++ {
			before := atoms[k].Cases
			if depth > 0 {
				before = sets[depth-1]
			}
			chosen[depth] = k
			sets[depth].Combine(before, atoms[k].Cases, or)
			choose(depth+1, k+1)
		}
	}
	choose(0, 0)
}

// chance returns the share of all choices of n among so many shapes for which
// some condition of so many parts holds.
func chance(atoms []condition.Atom, parts, n, of int) float64 {
	seen := map[string]bool{}
	for _, or := range []bool{false, true} {
		eachChoice(atoms, parts, or, func(_ []int, s condition.Set) {
			if s.Count() == n {
				seen[fmt.Sprint(s)] = true
			}
		})
	}
	return float64(len(seen)) / math.Exp(condition.LogChoices(of, n))
}
