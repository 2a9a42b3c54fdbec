package graph

import (
	"cmp"
	"slices"
	"unsafe"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/memory"
	"gradtwin/graph/internal/ops"
)

// kept is which results of a tape's last run still stand when one input has
// changed. Steps are counted as in the tape's code.
//
// Results are dropped rather than trusted. What shares memory is computed as a
// whole or not at all, in the tape's order, so that memory holds at each step
// what it holds there in a whole run, also where one operation overwrites
// another's memory. An operation that keeps state or is not Gorgonia's own is
// computed in every run.
type kept struct {
	from    [][]int // of each step: the steps that its operands are the results of
	prior   []int   // of each step: whose result its register holds before it, −1 for none
	sharing [][]int // of each step: all steps whose results share memory, in order
	opaque  []bool  // of each step: the operation keeps state, or may
}

// keep looks at the results of a whole run.
func (t *tape) keep() *kept {
	k := &kept{}
	holder := slices.Repeat([]int{-1}, len(t.regs))
	parent := make([]int, len(t.code))
	for i := range parent {
		parent[i] = i
	}
	root := func(i int) int {
		for parent[i] != i {
			i = parent[i]
		}
		return i
	}
	join := func(i, j int) { parent[root(i)] = root(j) }
	for i := range t.code {
		s := &t.code[i]
		from := make([]int, len(s.in))
		for j, in := range s.in {
			from[j] = holder[in]
		}
		k.from, k.prior, k.opaque = append(k.from, from), append(k.prior, holder[s.out]), append(k.opaque, !s.leaf && ops.KeepsState(s.node.Op()))
		if k.opaque[i] {
			// It may write into its operands.
			for _, j := range from {
				join(i, j)
			}
		}
		if !s.leaf && !s.alloc && holder[s.out] >= 0 {
			join(i, holder[s.out]) // it may have tried to write there
		}
		holder[s.out] = i
	}
	for _, pair := range t.overlapping() {
		join(pair[0], pair[1])
	}
	sets := make([][]int, len(t.code))
	for i := range t.code {
		sets[root(i)] = append(sets[root(i)], i)
	}
	for i := range t.code {
		k.sharing = append(k.sharing, sets[root(i)])
	}
	return k
}

// overlapping returns pairs of steps whose results share memory, enough of them
// to join all that do.
func (t *tape) overlapping() (pairs [][2]int) {
	type stretch struct {
		from, to uintptr
		step     int
	}
	var all []stretch
	for i := range t.code {
		if m := memory.Bytes(t.code[i].value); len(m) > 0 {
			from := uintptr(unsafe.Pointer(&m[0]))
			all = append(all, stretch{from, from + uintptr(len(m)), i})
		}
	}
	slices.SortFunc(all, func(a, b stretch) int { return cmp.Compare(a.from, b.from) })
	for i := 1; i < len(all); i++ {
		if last := all[i-1]; all[i].from < last.to {
			pairs = append(pairs, [2]int{last.step, all[i].step})
			all[i].to = max(all[i].to, last.to)
		}
	}
	return pairs
}

// after returns what must be computed when the result of one step has changed, in
// order, itself first.
func (k *kept) after(step int) (steps []int) {
	in := make([]bool, len(k.from))
	in[step] = true
	for grown := true; grown; {
		grown = false
		add := func(steps ...int) {
			for _, i := range steps {
				grown = grown || !in[i]
				in[i] = true
			}
		}
		for i, from := range k.from {
			if k.opaque[i] || slices.ContainsFunc(from, func(j int) bool { return in[j] }) {
				add(i)
			}
			if !in[i] {
				continue
			}
			add(k.sharing[i]...)
			for _, j := range from {
				// Written again at this step or later, it is not what it was.
				if !in[j] && k.sharing[j][len(k.sharing[j])-1] >= i {
					add(k.sharing[j]...)
				}
			}
		}
	}
	for i := range in {
		if in[i] {
			steps = append(steps, i)
		}
	}
	return steps
}

// again is what to compute when elements of one leaf have changed.
type again struct {
	steps    []int
	products map[int]*product // of the steps that are products of the leaf itself
}

// newAgain finds it, after a run. leaf is the step of the leaf, if it is one.
func (t *tape) newAgain(k *kept, leaf int) *again {
	a := &again{products: map[int]*product{}}
	a.steps = k.after(leaf)
	for _, i := range a.steps {
		if slices.Contains(k.from[i], leaf) && len(k.from[i]) == 2 {
			other := k.from[i][0] + k.from[i][1] - leaf
			if p := newProduct(&t.code[i], t.code[leaf].value); p != nil && !slices.Contains(a.steps, other) {
				a.products[i] = p
			}
		}
	}
	return a
}

// forget drops the results of products, after a run that was not of these steps.
func (a *again) forget() {
	for _, p := range a.products {
		p.c = nil
	}
}

// runAgain computes what some elements of the leaf have changed, with all other
// results kept.
func (t *tape) runAgain(k *kept, a *again, elements []int, value func(leaf *gorgonia.Node) gorgonia.Value) (err error) {
	var s *step
	defer recoverStep(&s, &err)
	for _, i := range a.steps {
		s = &t.code[i]
		for j, in := range s.in {
			t.regs[in] = t.code[k.from[i][j]].value
		}
		t.regs[s.out] = nil
		if p := k.prior[i]; p >= 0 {
			t.regs[s.out] = t.code[p].value
		}
		if p := a.products[i]; p != nil {
			err = p.take(t, elements)
		} else {
			err = t.take(s, value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
