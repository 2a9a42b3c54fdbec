package audit

import (
	"context"
	"fmt"
	mathbits "math/bits"
	"os/exec"
	"slices"
	"strings"
)

// Condition says when an operation fails, in terms of the features of the drawn
// cases.
type Condition struct {
	Type     string       `json:"type"` // condition
	Op       string       `json:"op"`
	Class    failureClass `json:"class"`
	When     string       `json:"when"`     // empty when no combination of features does
	Failures int          `json:"failures"` // that it holds for
	Missed   int          `json:"missed"`   // that it does not hold for
	Cases    int          `json:"cases"`    // that fail in this way or are right
	Smallest string       `json:"smallest"` // the failure, reduced
	Code     string       `json:"code"`
	Shown    Outcome      `json:"shown"`

	clauses []clause
}

// atom compares a feature with a number.
type atom struct {
	feature string
	sign    string // =, ≠ or >
	value   int
}

func (a atom) holds(of []Feature) bool {
	for _, f := range of {
		if f.Name != a.feature {
			continue
		}
		switch a.sign {
		case "=":
			return f.Value == a.value
		case "≠":
			return f.Value != a.value
		}
		return f.Value > a.value
	}
	return false
}

func (a atom) String() string { return fmt.Sprint(a.feature, " ", a.sign, " ", a.value) }

// clause holds where all of its atoms do.
type clause []atom

func (c clause) holds(of []Feature) bool {
	return !slices.ContainsFunc(c, func(a atom) bool { return !a.holds(of) })
}

func (c clause) String() string {
	if len(c) == 0 {
		return always
	}
	var s []string
	for _, a := range c {
		s = append(s, a.String())
	}
	return strings.Join(s, " and ")
}

// always is the condition that always holds.
const always = "always"

// maxClauses is the largest number of clauses in a condition. Each has at most
// three atoms.
const maxClauses = 3

// conditions states one for each operation and kind of failure.
func conditions(ctx context.Context, worker func(context.Context) *exec.Cmd, all []drawnCase) ([]Condition, error) {
	var out []Condition
	var smallest []drawnCase
	for from := 0; from < len(all); {
		to := from
		for to < len(all) && all[to].generator == all[from].generator {
			to++
		}
		for _, class := range []failureClass{valueClass, gradientClass, errorClass} {
			var failing, right []drawnCase
			for _, d := range all[from:to] {
				switch d.class() {
				case class:
					failing = append(failing, d)
				case noFailure:
					right = append(right, d)
				}
			}
			if len(failing) == 0 {
				continue
			}
			c := Condition{Type: "condition", Op: all[from].Op, Class: class, Cases: len(failing) + len(right)}
			c.clauses, c.Missed = separate(failing, right)
			c.Failures = len(failing) - c.Missed
			var text []string
			for _, cl := range c.clauses {
				text = append(text, cl.String())
			}
			c.When = strings.Join(text, ", or ")
			out = append(out, c)
			smallest = append(smallest, slices.MinFunc(failing, func(a, b drawnCase) int { return a.elements() - b.elements() }))
		}
		from = to
	}
	if err := shrink(ctx, worker, smallest); err != nil {
		return nil, err
	}
	for k, d := range smallest {
		out[k].Smallest, out[k].Code, out[k].Shown = d.Variant, d.Code, d.Outcome
	}
	return out, nil
}

// separate returns clauses that hold for failing cases and for no right one, and
// how many failing ones they miss: of those with the most the shortest, again
// and again.
func separate(failing, right []drawnCase) (clauses []clause, missed int) {
	if len(right) == 0 {
		return []clause{{}}, 0
	}
	atoms := atomsOf(slices.Concat(failing, right))
	held := make([][2]bits, len(atoms)) // by failing and by right cases
	for k, a := range atoms {
		held[k] = [2]bits{bitsOf(failing, a), bitsOf(right, a)}
	}
	open := full(len(failing))
	for len(clauses) < maxClauses && open.count() > 0 {
		best, most := clause(nil), 0
		consider := func(f, r bits, of ...int) {
			n := f.and(open).count()
			if r.count() > 0 || n < most || n == most && (best == nil || len(of) >= len(best)) {
				return
			}
			best, most = nil, n
			for _, k := range of {
				best = append(best, atoms[k])
			}
		}
		for i := range atoms {
			consider(held[i][0], held[i][1], i)
		}
		for i := range atoms {
			for j := range i {
				f, r := held[i][0].and(held[j][0]), held[i][1].and(held[j][1])
				consider(f, r, j, i)
				if f.and(open).count() <= most || r.count() == 0 {
					continue
				}
				for k := range j {
					consider(f.and(held[k][0]), r.and(held[k][1]), k, j, i)
				}
			}
		}
		if most == 0 {
			break
		}
		clauses = append(clauses, best)
		for k, d := range failing {
			if best.holds(d.Features) {
				open.clear(k)
			}
		}
	}
	return clauses, open.count()
}

// atomsOf returns the comparisons that separate some cases from others.
func atomsOf(all []drawnCase) (atoms []atom) {
	for k := range all[0].Features {
		var values []int
		for _, d := range all {
			values = append(values, d.Features[k].Value)
		}
		slices.Sort(values)
		values = slices.Compact(values)
		for i, v := range values {
			name := all[0].Features[k].Name
			if i < len(values)-1 {
				atoms = append(atoms, atom{name, ">", v})
			}
			if len(values) > 1 {
				atoms = append(atoms, atom{name, "=", v})
			}
			if len(values) > 2 {
				atoms = append(atoms, atom{name, "≠", v})
			}
		}
	}
	return atoms
}

// bits is a set of cases.
type bits [2]uint64

func full(n int) (b bits) {
	for k := range n {
		b[k/64] |= 1 << (k % 64)
	}
	return b
}

func bitsOf(cases []drawnCase, a atom) (b bits) {
	for k, d := range cases {
		if a.holds(d.Features) {
			b[k/64] |= 1 << (k % 64)
		}
	}
	return b
}

func (b bits) and(c bits) bits { return bits{b[0] & c[0], b[1] & c[1]} }

func (b *bits) clear(k int) { b[k/64] &^= 1 << (k % 64) }

func (b bits) count() int { return mathbits.OnesCount64(b[0]) + mathbits.OnesCount64(b[1]) }
