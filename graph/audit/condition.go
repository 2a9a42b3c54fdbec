package audit

import (
	"math"
	"slices"
	"strings"

	"gradtwin/internal/condition"
)

const (
	// mostClauses is how many clauses a condition has at most, of which one holds, and
	// mostParts how many comparisons a clause has, which all hold.
	mostClauses = 3
	mostParts   = 3
	// mostChance limits how many clauses of as many parts would hold for as many failing
	// cases and for no right one if the failing ones were drawn at random. A single
	// comparison that holds for all failing cases is said in any case.
	mostChance = 0.01
)

// when says what failing cases have in common and right ones have not, as in "p > 2
// and rank = 3, or zero", and for how many of the first n failing cases it does not
// hold.
func when(failing, right []drawnCase, n int) (text string, missed int) {
	if len(right) == 0 {
		return "always", 0
	}
	all := slices.Concat(failing, right)
	between := func(from, to int) condition.Set {
		members := make([]bool, len(all))
		for i := from; i < to; i++ {
			members[i] = true
		}
		return condition.NewSet(members)
	}
	atoms, sound, open := atomsOf(all), between(len(failing), len(all)), between(0, len(failing))
	var clauses []string
	for len(clauses) < mostClauses {
		parts, holds := clause(atoms, sound, open, len(all))
		if parts == nil {
			break
		}
		clauses = append(clauses, strings.Join(parts, " and "))
		open.Remove(holds)
	}
	return strings.Join(clauses, ", or "), open.Common(between(0, n))
}

// clause returns the comparisons that hold together for no sound case of so many and
// for the most open ones; of several such clauses the shortest, and of these the
// first. It is nil where there is none.
func clause(atoms []condition.Atom, sound, open condition.Set, of int) (parts []string, holds condition.Set) {
	failing, most := of-sound.Count(), 0
	byChance := func(n, parts int) bool {
		chance := condition.LogChoices(failing, n) - condition.LogChoices(of, n) + condition.LogChoices(len(atoms), parts)
		return chance > math.Log(mostChance) && (parts > 1 || n < failing)
	}
	var chosen []string
	var extend func(within condition.Set, atoms []condition.Atom)
	extend = func(within condition.Set, atoms []condition.Atom) {
		both := make(condition.Set, len(open))
		for k, a := range atoms {
			both.Combine(within, a.Cases, false)
			n := both.Common(open)
			if n == 0 || n < most || n == most && len(parts) <= len(chosen)+1 {
				continue
			}
			chosen = append(chosen, a.Text)
			switch {
			case both.Common(sound) == 0:
				if !byChance(both.Count(), len(chosen)) {
					parts, holds, most = slices.Clone(chosen), slices.Clone(both), n
				}
			case len(chosen) < mostParts:
				extend(both, atoms[k+1:])
			}
			chosen = chosen[:len(chosen)-1]
		}
	}
	extend(condition.NewSet(slices.Repeat([]bool{true}, of)), atoms)
	return parts, holds
}

// atomsOf returns the comparisons of the features of some cases.
func atomsOf(all []drawnCase) []condition.Atom {
	atoms := condition.Atoms[drawnCase]{Cases: all}
	known := map[string]bool{}
	for _, d := range all {
		for _, f := range d.features {
			n := condition.Number[drawnCase]{Text: f.name, Of: func(d drawnCase) (int, bool) { return d.feature(f.name) }}
			switch {
			case known[f.name]:
			case f.no == "":
				atoms.Compare(n, "> = ≠ <")
			default:
				for value, text := range []string{f.no, f.name} {
					atoms.Add(text, func(d drawnCase) bool { v, ok := n.Of(d); return ok && v == value })
				}
			}
			known[f.name] = true
		}
	}
	return atoms.List
}
