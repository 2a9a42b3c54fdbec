package numeric

import "gradtwin/internal/simd"

// plan is a formula with its step, and how its changes lie in a group: of a few
// values each the first change, then of each the second, and so on.
type plan struct {
	stencil  *stencil
	h        float64
	changes  []float64 // of z, for an input of 1 and h = 1
	perGroup int       // values whose changes a group holds
}

func newPlan(f Formula, h float64) plan {
	s := &stencils[f]
	c := s.changes()
	return plan{stencil: s, h: h, changes: c, perGroup: simd.Width / len(c)}
}

// groups returns how many groups the changes by a number of values take.
func (p *plan) groups(values int) int { return (values + p.perGroup - 1) / p.perGroup }
