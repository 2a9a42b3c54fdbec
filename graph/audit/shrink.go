package audit

import (
	"cmp"
	"fmt"
	"slices"
)

// group is one kind of failure of one operation.
type group struct {
	kind           string
	failing, right []drawnCase // a case that fails in another way is in neither
	smallest       drawnCase   // of failing
}

// add adds a case.
func (g *group) add(d drawnCase) {
	switch d.kind() {
	case "":
		g.right = append(g.right, d)
	case g.kind:
		if g.failing = append(g.failing, d); len(g.failing) == 1 || d.simpler(&g.smallest) {
			g.smallest = d
		}
	}
}

// simpler reports whether a case has fewer elements than another, or as many and
// fewer or smaller choices.
func (d *drawnCase) simpler(than *drawnCase) bool {
	return cmp.Or(cmp.Compare(d.elements(), than.elements()), cmp.Compare(len(d.choices), len(than.choices)),
		slices.Compare(d.choices, than.choices)) < 0
}

// perGroup is how many failing cases of a group are made smaller besides its smallest
// one, where some are right: they may fail for different reasons.
const perGroup = 4

// shrink makes cases of each group as small as they can be: it tries smaller choices,
// one at a time, until none fails in the same way. What it tries becomes part of the
// group, since it lies where the failures end.
func shrink(groups []group, generators []generator, run runner) error {
	type start struct {
		of       *group
		smallest drawnCase
	}
	var starts []start
	seen := map[string]bool{}
	key := func(of *group, d *drawnCase) string { return fmt.Sprint(d.generator, of.kind, d.choices) }
	for k := range groups {
		g := &groups[k]
		for _, d := range slices.Concat(g.failing, g.right) {
			seen[key(g, &d)] = true
		}
		starts = append(starts, start{g, g.smallest})
		for i := 0; i < min(perGroup, len(g.failing)) && len(g.right) > 0; i++ {
			starts = append(starts, start{g, g.failing[i]})
		}
	}
	for {
		var tried []drawnCase
		var of []*start
		for k := range starts {
			s := &starts[k]
			for _, values := range smaller(s.smallest.choices) {
				d := generators[s.smallest.generator].draw(s.smallest.generator, &choices{values: values})
				if !seen[key(s.of, &d)] && d.simpler(&s.smallest) {
					seen[key(s.of, &d)] = true
					tried, of = append(tried, d), append(of, s)
				}
			}
		}
		if len(tried) == 0 {
			return nil
		}
		if err := run(tried); err != nil {
			return err
		}
		for i, d := range tried {
			s := of[i]
			if s.of.add(d); d.kind() == s.of.kind && d.simpler(&s.smallest) {
				s.smallest = d
			}
		}
	}
}

// smaller returns choices with one of them 0, half as large or one less.
func smaller(values []int) (all [][]int) {
	for k, v := range values {
		less := []int{0, v / 2, v - 1}
		for _, w := range slices.Compact(less) {
			if w < v && w >= 0 {
				one := slices.Clone(values)
				one[k] = w
				all = append(all, one)
			}
		}
	}
	return all
}
