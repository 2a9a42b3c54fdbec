package graph

import (
	"bytes"
	"hash/maphash"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/memory"
)

// overwriting is a value that is another when it is used than when it was
// computed.
type overwriting struct{ writer, victim, user *gorgonia.Node }

// overwritten runs and returns the values that are overwritten before they are
// used: operations that write in place, and views of one memory, can do that.
// Each value is named once, with the first that it makes another result of: many
// derivatives take an operand for its shape alone.
func (t *tape) overwritten(value func(leaf *gorgonia.Node) gorgonia.Value) (found []overwriting) {
	named := map[*gorgonia.Node]bool{}
	for _, o := range t.changed(value) {
		if named[o.victim] || !t.matters(o, value) {
			continue
		}
		if o.writer = t.writerOf(o.victim, value); o.writer != nil {
			named[o.victim] = true
			found = append(found, o)
		}
	}
	return found
}

// changed runs and returns each use of a value that is not what was computed.
func (t *tape) changed(value func(leaf *gorgonia.Node) gorgonia.Value) (found []overwriting) {
	seed := maphash.MakeSeed()
	last := make([]*gorgonia.Node, len(t.regs)) // whose value each register holds
	sums := make([]uint64, len(t.regs))
	before := func(s *step) {
		for _, in := range s.in {
			if maphash.Bytes(seed, memory.Bytes(t.regs[in])) != sums[in] {
				found = append(found, overwriting{victim: last[in], user: s.node})
			}
		}
	}
	after := func(n *gorgonia.Node) bool {
		out := t.code[t.at[n]].out
		last[out], sums[out] = n, maphash.Bytes(seed, memory.Bytes(t.regs[out]))
		return true
	}
	if t.steps(value, before, after) != nil {
		return nil
	}
	return found
}

// matters runs and reports whether the user's result is another with the value
// that the victim had when it was computed.
func (t *tape) matters(o overwriting, value func(leaf *gorgonia.Node) gorgonia.Value) (differs bool) {
	var kept gorgonia.Value
	before := func(s *step) {
		if s.node != o.user {
			return
		}
		is, should := make([]gorgonia.Value, len(s.in)), make([]gorgonia.Value, len(s.in))
		for i, in := range s.in {
			v, err := gorgonia.CloneValue(t.regs[in])
			if err != nil {
				return
			}
			is[i], should[i] = v, v
			if in == t.code[t.at[o.victim]].out && kept != nil {
				should[i] = kept
			}
		}
		a, err := s.node.Op().Do(is...)
		if err != nil {
			return
		}
		result := bytes.Clone(memory.Bytes(a))
		b, err := s.node.Op().Do(should...)
		differs = err == nil && !bytes.Equal(result, memory.Bytes(b))
	}
	_ = t.steps(value, before, func(n *gorgonia.Node) bool {
		if n == o.victim {
			kept, _ = gorgonia.CloneValue(t.value(n))
		}
		return n != o.user
	})
	return differs
}

// writerOf runs and returns the first node after whose computing the value of
// victim is another.
func (t *tape) writerOf(victim *gorgonia.Node, value func(leaf *gorgonia.Node) gorgonia.Value) (writer *gorgonia.Node) {
	var held, kept []byte
	_ = t.follow(value, func(n *gorgonia.Node) bool {
		switch {
		case n == victim:
			held = memory.Bytes(t.value(victim))
			kept = bytes.Clone(held)
		case held != nil && !bytes.Equal(held, kept):
			writer = n
		}
		return writer == nil
	})
	return writer
}
