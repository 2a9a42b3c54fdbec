package tape

import (
	"bytes"
	"hash/maphash"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/memory"
)

// Overwriting is a value that has changed between its computation and a use.
type Overwriting struct{ Writer, Victim, User *gorgonia.Node }

// Overwritten runs the tape and returns the values that are overwritten before they
// are used, by operations that write in place or through views of the same memory.
// Each value is reported once, with the first use whose result it changes: many
// derivatives use only the shape of an operand.
func (t *Tape) Overwritten(leaves Leaves) (found []Overwriting) {
	named := map[*gorgonia.Node]bool{}
	for _, o := range t.outdated(leaves) {
		if named[o.Victim] || !t.matters(o, leaves) {
			continue
		}
		if o.Writer = t.writerOf(o.Victim, leaves); o.Writer != nil {
			named[o.Victim] = true
			found = append(found, o)
		}
	}
	return found
}

// outdated runs the tape and returns each use of a value that has changed.
func (t *Tape) outdated(leaves Leaves) (found []Overwriting) {
	seed := maphash.MakeSeed()
	last := make([]*gorgonia.Node, len(t.regs)) // whose value each register holds
	sums := make([]uint64, len(t.regs))
	before := func(s *step) {
		for _, in := range s.in {
			if maphash.Bytes(seed, memory.Bytes(t.regs[in])) != sums[in] {
				found = append(found, Overwriting{Victim: last[in], User: s.node})
			}
		}
	}
	after := func(n *gorgonia.Node) bool {
		out := t.code[t.at[n]].out
		last[out], sums[out] = n, maphash.Bytes(seed, memory.Bytes(t.regs[out]))
		return true
	}
	if t.steps(leaves, before, after) != nil {
		return nil
	}
	return found
}

// matters runs the tape and reports whether the result of the use would differ with
// the value that was computed.
func (t *Tape) matters(o Overwriting, leaves Leaves) (differs bool) {
	var kept gorgonia.Value
	before := func(s *step) {
		if s.node != o.User {
			return
		}
		is, should := make([]gorgonia.Value, len(s.in)), make([]gorgonia.Value, len(s.in))
		for i, in := range s.in {
			v, err := gorgonia.CloneValue(t.regs[in])
			if err != nil {
				return
			}
			is[i], should[i] = v, v
			if in == t.code[t.at[o.Victim]].out && kept != nil {
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
	_ = t.steps(leaves, before, func(n *gorgonia.Node) bool {
		if n == o.Victim {
			kept, _ = gorgonia.CloneValue(t.Value(n))
		}
		return n != o.User
	})
	return differs
}

// writerOf runs the tape and returns the node whose computation changes the value of
// victim first.
func (t *Tape) writerOf(victim *gorgonia.Node, leaves Leaves) (writer *gorgonia.Node) {
	var held, kept []byte
	_ = t.Follow(leaves, func(n *gorgonia.Node) bool {
		switch {
		case n == victim:
			held = memory.Bytes(t.Value(victim))
			kept = bytes.Clone(held)
		case held != nil && !bytes.Equal(held, kept):
			writer = n
		}
		return writer == nil
	})
	return writer
}
