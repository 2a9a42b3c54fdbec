package tape

import (
	"cmp"
	"slices"
	"unsafe"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/memory"
	"gradtwin/graph/internal/ops"
)

// Dependencies says which results of a tape's last run are still valid when one input
// has changed. Steps are numbered as in the tape's code.
//
// When in doubt, a result is computed again. Steps that share memory are computed all
// or not at all, in the tape's order, so that the memory holds at each step what it
// holds there in a full run, even where one operation overwrites another's result.
// An operation that has state, or is not Gorgonia's own, is computed in every run.
type Dependencies struct {
	tape    *Tape
	from    [][]int // of each step: the steps that its operands are the results of
	prior   []int   // of each step: whose result its register holds before it, −1 for none
	sharing [][]int // of each step: all steps whose results share memory, in order
	opaque  []bool  // of each step: the operation keeps state, or may
}

// Dependencies returns the dependencies of a full run's results.
func (t *Tape) Dependencies() *Dependencies {
	d := &Dependencies{tape: t}
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
		d.from, d.prior = append(d.from, from), append(d.prior, holder[s.out])
		d.opaque = append(d.opaque, !s.leaf && ops.KeepsState(s.node.Op()))
		if d.opaque[i] {
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
		d.sharing = append(d.sharing, sets[root(i)])
	}
	return d
}

// overlapping returns pairs of steps whose results share memory, enough of them
// to join all that do.
func (t *Tape) overlapping() (pairs [][2]int) {
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

// after returns what must be computed when the result of one step has changed, or
// of none (−1), in order.
func (d *Dependencies) after(step int) (steps []int) {
	in := make([]bool, len(d.from))
	if step >= 0 {
		in[step] = true
	}
	for grown := true; grown; {
		grown = false
		include := func(steps ...int) {
			for _, i := range steps {
				grown = grown || !in[i]
				in[i] = true
			}
		}
		for i, from := range d.from {
			if d.opaque[i] || slices.ContainsFunc(from, func(j int) bool { return in[j] }) {
				include(i)
			}
			if !in[i] {
				continue
			}
			include(d.sharing[i]...)
			for _, j := range from {
				// Written again at this step or later, it is not what it was.
				if !in[j] && d.sharing[j][len(d.sharing[j])-1] >= i {
					include(d.sharing[j]...)
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

// Partial is what to compute when elements of one leaf have changed.
type Partial struct {
	of       *Dependencies
	steps    []int
	products map[int]*product // of the steps that are products of the leaf itself
}

// Partial returns the partial run for a leaf. A leaf that is not in the tape changes
// nothing.
func (d *Dependencies) Partial(leaf func(n *gorgonia.Node) bool) *Partial {
	p, code := &Partial{of: d, products: map[int]*product{}}, d.tape.code
	at := slices.IndexFunc(code, func(s step) bool { return s.leaf && leaf(s.node) })
	p.steps = d.after(at)
	for _, i := range p.steps {
		if at >= 0 && slices.Contains(d.from[i], at) && len(d.from[i]) == 2 {
			other := d.from[i][0] + d.from[i][1] - at
			if c := newProduct(&code[i], code[at].value); c != nil && !slices.Contains(p.steps, other) {
				p.products[i] = c
			}
		}
	}
	return p
}

// Forget drops the results of products, after a run that was not of these steps.
func (p *Partial) Forget() {
	for _, c := range p.products {
		c.c = nil
	}
}

// Run computes what some elements of the leaf have changed, with all other results
// kept.
func (p *Partial) Run(elements []int, leaves Leaves) (err error) {
	t := p.of.tape
	var s *step
	defer recoverStep(&s, &err)
	for _, i := range p.steps {
		s = &t.code[i]
		for j, in := range s.in {
			t.regs[in] = t.code[p.of.from[i][j]].value
		}
		t.regs[s.out] = nil
		if before := p.of.prior[i]; before >= 0 {
			t.regs[s.out] = t.code[before].value
		}
		if c := p.products[i]; c != nil {
			err = c.compute(t, elements)
		} else {
			err = t.compute(s, leaves)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
