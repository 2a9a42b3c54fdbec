package numeric

import "gradtwin/internal/enum"

// Formula is the way a derivative is made of losses.
//
// Fornberg, "Generation of finite difference formulas on arbitrarily spaced
// grids", Math. Comp. 51 (1988), has them all.
type Formula uint8

// The formulas.
const (
	// Central is (f(x+h) − f(x−h)) / 2h. Its error falls as h².
	Central Formula = iota
	// Forward is (f(x+h) − f(x)) / h. It takes half the work; its error falls
	// as h.
	Forward
	// FivePoint is (f(x−2h) − 8f(x−h) + 8f(x+h) − f(x+2h)) / 12h. It takes
	// twice the work; its error falls as h⁴.
	FivePoint
)

var formulas = enum.New[Formula]("formula", "central", "forward", "five-point")

// String returns the formula's name as UnmarshalText reads it.
func (f Formula) String() string { return formulas.Of(f) }

// Step returns the formula's default step h.
func (f Formula) Step() float64 { return stencils[f].step }

// MarshalText implements encoding.TextMarshaler.
func (f Formula) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler. It reads the name of a formula: central, forward or five-point.
func (f *Formula) UnmarshalText(text []byte) error { return formulas.Read(f, text) }

// DefaultStep is the experiment's difference step h. For losses of size 1 a central
// difference is off by about h²/6 = 2e-9 because the loss is no parabola, and by
// 1e-12 because losses are rounded: a smaller step would be better where there are no
// kinks.
const DefaultStep = 1e-4

// stencil is a formula: (Σ_k weights[k]·d(2ᵏh)) / (divisor·h), where d(s) is
// f(x+s) − f(x−s), or f(x+s) − f(x) when it is one-sided.
type stencil struct {
	weights  []float64
	divisor  float64
	oneSided bool
	step     float64 // default
}

var stencils = [...]stencil{
	Central: {weights: []float64{1}, divisor: 2, step: DefaultStep},
	// The truncation h·f″/2 and the rounding u/h of losses of size 1 meet at
	// √u.
	Forward: {weights: []float64{1}, divisor: 1, oneSided: true, step: 1e-8},
	// h⁴·f⁽⁵⁾/30 and u/h meet near u^⅕.
	FivePoint: {weights: []float64{8, -1}, divisor: 12, step: 1e-3},
}

// maxSizes is the most steps h, 2h, … that a formula takes.
const maxSizes = 2

// sum returns Σ_k weights[k]·d[k].
func (s *stencil) sum(d []float64) float64 {
	sum := 0.0
	for k, w := range s.weights {
		sum += w * d[k]
	}
	return sum
}

// central tells whether the formula is one f(x+h) − f(x−h).
func (s *stencil) central() bool { return len(s.weights) == 1 && !s.oneSided }

// changes returns by how many times h a parameter is changed: to +h and −h, +2h
// and −2h, and so on, or without the negative ones.
func (s *stencil) changes() []float64 {
	var c []float64
	for k := range s.weights {
		c = append(c, float64(int(1)<<k))
		if !s.oneSided {
			c = append(c, -float64(int(1)<<k))
		}
	}
	return c
}
