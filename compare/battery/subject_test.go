package battery_test

import (
	"errors"
	"math/rand/v2"
	"slices"

	"gradtwin"
	"gradtwin/compare"
)

// body is a loss written for a tape.
type body func(t *tape, x []num) num

// family is what the tables group functions by.
type family string

const (
	statistical family = "statistics"
	networks    family = "networks"
	solving     family = "ODEs"
	splined     family = "splines"
	scaled      family = "badly scaled"
	noisy       family = "noisy solvers"
	edges       family = "domain edges"
	chaotic     family = "chaotic"
	cancelling  family = "cancellation"
	algebraic   family = "algebra, physics"
	single      family = "float32"
	alone       family = "float32, no twin"
)

// subject is a function of the battery: a loss, and its exact gradient.
type subject struct {
	family family
	name   string
	layout gradtwin.Layout
	point  func(r *rand.Rand) []float64
	// body gives the loss and the gradient; value and derivative, where they
	// are there, take its place.
	body       body
	value      func(x []float64) float64
	derivative func(g, x []float64)
	// single makes it a float32 function; alone one that has no float64 twin.
	single, alone bool
	// rough is a function that no difference resolves well: its relative
	// resolution is not asked for.
	rough bool
	// zero is the convention at kinks, as in tape.
	zero float64
	// dead names tensors whose gradient is nothing but rounding: biases that a
	// batch normalisation takes out again.
	dead []string
	// start and minima are points of their own, where a function has them.
	start  []float64
	minima [][]float64
}

func (s *subject) String() string { return string(s.family) + "/" + s.name }

// isDead reports whether element i is of a dead tensor.
func (s *subject) isDead(i int) bool {
	k, _ := s.layout.Locate(i)
	return slices.Contains(s.dead, s.layout[k].Name)
}

// at returns the function at a point.
func (s *subject) at(x []float64) *function {
	f := &function{s: s, x: slices.Clone(x), t: tape{drop: -1, single: s.single, zero: s.zero}}
	for i := range x {
		f.x[i] = f.t.round(x[i])
	}
	return f
}

// function is a subject at a point, possibly with a fault planted in its
// gradient.
type function struct {
	s       *subject
	x       []float64
	t       tape
	plant   func(f *function, g []float64)
	formula bool // the float64 twin has the fault too
}

func (f *function) Layout() gradtwin.Layout { return f.s.layout }
func (f *function) At(i int) float64        { return f.x[i] }
func (f *function) Set(i int, x float64)    { f.x[i] = f.t.round(x) }
func (f *function) Float32() bool           { return f.s.single }

func (f *function) Loss() (float64, error) {
	if f.s.value != nil {
		return f.s.value(f.x), nil
	}
	return f.t.value(f.s.body, f.x), nil
}

func (f *function) Gradient(dst []float64) error {
	f.exact(dst, f.x)
	if f.plant != nil {
		f.plant(f, dst)
	}
	return nil
}

// exact writes the right gradient at x to g.
func (f *function) exact(g, x []float64) {
	if f.s.derivative != nil {
		clear(g)
		f.s.derivative(g, x)
		return
	}
	f.t.gradient(f.s.body, g, x)
}

// Float64 implements compare.Widener. A fault that is in the formula is the
// twin's too; one that is not is the float32 gradient's alone.
func (f *function) Float64() (compare.Function, error) {
	if f.s.alone {
		return nil, errors.New("it has no float64 twin")
	}
	w := f.twin()
	if f.formula {
		w.plant = f.plant
	}
	return w, nil
}

func (f *function) twin() *function {
	s := *f.s
	s.single = false
	return s.at(f.x)
}
