package training

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/memory"
	"gradtwin/graph/internal/peek"
)

// descent has the settings of a gorgonia.VanillaSolver.
type descent struct {
	rate, clip, l1, l2, batch float64
}

// descentOf reads the settings of a solver. ok is false where it is not a
// VanillaSolver.
func descentOf(s gorgonia.Solver) (d descent, ok bool) {
	if _, ok := s.(*gorgonia.VanillaSolver); !ok {
		return d, false
	}
	d.rate, _ = peek.Float(s, "eta")
	d.batch, _ = peek.Float(s, "batch")
	for _, c := range []struct {
		to            *float64
		setting, used string
	}{{&d.clip, "clip", "useClip"}, {&d.l1, "l1reg", "useL1Reg"}, {&d.l2, "l2reg", "useL2Reg"}} {
		if used, _ := peek.Bool(s, c.used); used {
			*c.to, _ = peek.Float(s, c.setting)
		}
	}
	return d, true
}

// move returns the move of an element x with the gradient g:
//
//	−rate · clip((g + l1·sign(x) + l2·x) / batch)
func (d descent) move(x, g float64) float64 {
	if x != 0 {
		g += d.l1 * math.Copysign(1, x)
	}
	g += d.l2 * x
	if d.batch > 1 {
		g /= d.batch
	}
	if d.clip > 0 {
		g = max(-d.clip, min(d.clip, g))
	}
	return -d.rate * g
}

// slack bounds the rounding error of the move of x in single or double precision.
func (d descent) slack(x, g float64, single bool) float64 {
	// A few operations round numbers of this size.
	const roundings = 16
	unit := math.Pow(2, -53)
	if single {
		unit = math.Pow(2, -24)
	}
	size := d.rate * (math.Abs(g) + d.l1 + d.l2*math.Abs(x))
	return roundings * unit * (math.Abs(x) + size)
}

// String describes the move: −0.01·g, or −0.01·clip(g/10).
func (d descent) String() string {
	g := "g"
	if d.l1 != 0 {
		g += fmt.Sprintf(" + %.4g·sign(x)", d.l1)
	}
	if d.l2 != 0 {
		g += fmt.Sprintf(" + %.4g·x", d.l2)
	}
	if d.batch > 1 {
		if strings.Contains(g, " ") {
			g = "(" + g + ")"
		}
		g += fmt.Sprintf("/%.4g", d.batch)
	}
	switch {
	case d.clip > 0:
		g = fmt.Sprintf("clip(%s, ±%.4g)", g, d.clip)
	case strings.Contains(g, " "):
		g = "(" + g + ")"
	}
	return fmt.Sprintf("−%.4g·%s", d.rate, g)
}

// dividesBy returns the batch size by which a solver divides gradients, or 1.
func dividesBy(s gorgonia.Solver) float64 {
	switch s.(type) {
	case *gorgonia.VanillaSolver, *gorgonia.Momentum, *gorgonia.AdamSolver:
		if batch, ok := peek.Float(s, "batch"); ok {
			return max(1, batch)
		}
	}
	return 1
}

// solverName names a solver, as in AdamW.
func solverName(s gorgonia.Solver) string {
	if s == nil {
		return "no solver"
	}
	return peek.TypeName(s)
}

// averages reports whether the cost is already a mean over a batch of this many rows:
// a sum over a tensor with an axis of this size, divided by the number of its
// elements, as in Mean; or a sum over a tensor whose first axis has this size, divided
// by the size.
func (s *Subject) averages(batch float64) bool {
	value := s.Values()
	if value == nil {
		return false
	}
	number := func(n *gorgonia.Node) float64 {
		if v := value(n); len(v) == 1 {
			return v[0]
		}
		if e, err := memory.Of(n.Value()); err == nil && e.Len() == 1 {
			return e.At(0)
		}
		return math.NaN()
	}
	seen := map[*gorgonia.Node]bool{}
	var visit func(n *gorgonia.Node, by float64) bool
	visit = func(n *gorgonia.Node, by float64) bool {
		if n.Op() == nil || seen[n] || n.Shape().TotalSize() != 1 {
			return false
		}
		seen[n] = true
		in := peek.Children(n)
		switch {
		case inspect.IsKind(n, "sumOp"):
			summed := in[0].Shape()
			count := float64(summed.TotalSize())
			return nearTo(by, count) && slices.Contains(summed, int(batch)) ||
				nearTo(by, batch) && len(summed) > 0 && summed[0] == int(batch)
		case signOf(n) == "÷":
			return visit(in[0], by*number(in[1]))
		case signOf(n) == "⊙":
			return visit(in[0], by/number(in[1])) || visit(in[1], by/number(in[0]))
		case signOf(n) == "+", signOf(n) == "-":
			return visit(in[0], by) || visit(in[1], by)
		case signOf(n) == "neg", inspect.IsKind(n, "reshapeOp"):
			return visit(in[0], by)
		}
		return false
	}
	return visit(s.UserCost, 1)
}

// nearTo reports whether a number is a count, up to the rounding of a float32.
func nearTo(x, count float64) bool { return math.Abs(x-count) <= 1e-6*count }

// signOf returns the sign of an operation that works element by element, as ÷.
func signOf(n *gorgonia.Node) string {
	if !inspect.IsKind(n, "elemUnaryOp", "elemBinOp") {
		return ""
	}
	sign, _, _ := strings.Cut(n.Op().String(), " ")
	return sign
}
