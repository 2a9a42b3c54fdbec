package compare

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// MergeError says why parts of a check cannot be joined.
type MergeError struct {
	// Parts holds the places, among the parts given, of those that do not go
	// together; none when parts are missing.
	Parts   []int
	Problem string
}

func (e *MergeError) Error() string { return e.Problem }

// Merge joins the parts of all shards of a check, in any order, to the report
// that Check gives with the same function and options, but for Seconds, which
// is 0. A part that is missing, that is there twice, or that is of another check
// is a *MergeError. A check that would be empty is an *EmptyError.
func Merge(parts []*Part) (*Report, error) {
	if len(parts) == 0 {
		return nil, &MergeError{Problem: "no parts of a check"}
	}
	place := map[int]int{}
	for i, p := range parts {
		if p == nil || p.shard.Validate() != nil {
			return nil, &MergeError{[]int{i}, "no part of a check"}
		}
		if p.shard.Count != parts[0].shard.Count {
			return nil, &MergeError{[]int{0, i}, fmt.Sprintf("of checks in %d and in %d shards", parts[0].shard.Count, p.shard.Count)}
		}
		if text := parts[0].common.differs(&p.common); text != "" {
			return nil, &MergeError{[]int{0, i}, text}
		}
		if j, twice := place[p.shard.Index]; twice {
			return nil, &MergeError{[]int{j, i}, fmt.Sprintf("both are shard %v", p.shard)}
		}
		place[p.shard.Index] = i
	}
	if count := parts[0].shard.Count; len(parts) < count {
		return nil, &MergeError{Problem: missing(place, count)}
	}
	c := join(parts)
	want := parts[0].common.Elements
	for _, counts := range parts[0].common.Tally.counts {
		want += counts.Sum() // by the search, before the elements were divided
	}
	if got := c.checked() + c.report.unfollowed(); got != want {
		return nil, &MergeError{Problem: fmt.Sprintf("the parts have judged %d of %d elements", got, want)}
	}
	if err := c.empty(); err != nil {
		return nil, err
	}
	return c.report, nil
}

// maxMissing is how many missing shards an error names.
const maxMissing = 10

// missing says which shards are not in place.
func missing(place map[int]int, count int) string {
	var names []string
	for i := 1; i <= count && len(names) < maxMissing; i++ {
		if _, ok := place[i]; !ok {
			names = append(names, fmt.Sprintf("%d/%d", i, count))
		}
	}
	if n := count - len(place); n > len(names) {
		return fmt.Sprintf("%d of %d shards are missing, the first of them %s", n, count, strings.Join(names, ", "))
	}
	return "missing: shard " + strings.Join(names, ", ")
}

// join makes a finished check of parts that go together.
func join(parts []*Part) *checker {
	known := &parts[0].common
	c, err := newChecker(known.Layout, known.Options)
	if err != nil {
		panic("compare: a part of an impossible check: " + err.Error())
	}
	c.o.Mode, c.notWide = known.Mode, known.NotWide
	c.tally.join(known.Tally)
	done, whole := known.Work, 0
	for k, p := range known.Probes {
		if p != nil {
			c.probes[k] = &probing{probe: *p}
		}
	}
	for _, p := range parts {
		c.tally.join(p.own.First)
		done.add(p.own.Work)
		whole = max(whole, p.own.Whole)
	}
	for _, k := range c.selected {
		done.add(c.joinFollowed(k, parts))
	}
	for _, k := range c.selected {
		if c.tensorFailed(k) {
			whole := c.joinExplained(k, parts)
			c.diagnosed(k, whole.Text)
			done.add(whole.Work)
		}
	}
	r := c.report
	r.Mode, r.Loss, r.Noise, r.Step, r.Precision = known.Mode, known.Loss, known.Noise, known.Step, known.Precision
	r.Control, r.Taylor = known.Control, known.Taylor
	r.Calls, r.Gradients, r.Whole = done.Calls, done.Gradients, whole
	c.finish()
	return c
}

// joinFollowed follows the elements of tensor k that failed the first step as a
// single process would have, with what the shards have found. It returns the
// work that this process would have had.
func (c *checker) joinFollowed(k int, parts []*Part) work {
	var all []followed
	failed := 0
	for _, p := range parts {
		t := p.own.Tensors[k]
		all = append(all, t.Followed...)
		failed += t.Failed
	}
	slices.SortFunc(all, func(a, b followed) int {
		return cmp.Or(cmp.Compare(b.ratio, a.ratio), cmp.Compare(a.outcome.i, b.outcome.i))
	})
	var done work
	c.followAll(k, failed, func(from, size int) ([]followed, error) {
		block := all[min(from, len(all)):min(from+size, len(all))]
		for _, f := range block {
			done.add(f.work)
		}
		return block, nil
	})
	return done
}

// joinExplained returns what a shard that found tensor k wrong says of it.
func (c *checker) joinExplained(k int, parts []*Part) explanation {
	for _, p := range parts {
		if e := p.own.Tensors[k].Explained; e != (explanation{}) {
			return e
		}
	}
	return explanation{}
}
