package twin

import (
	"slices"

	"gradtwin"
	"gradtwin/compare"
)

// Point holds both gradients at one point of a run, element by element, for pictures
// and .npz files.
type Point struct {
	Layout        gradtwin.Layout
	Height, Width int // of an input as an image; 0 when it is none
	Batch         gradtwin.Batch
	// SymbolicParams and NumericParams are the parameters that the two backends
	// have reached. The gradients are those at NumericParams.
	SymbolicParams, NumericParams []float64
	// Symbolic and Numeric are the gradients, the numeric one with the run's
	// difference step.
	Symbolic, Numeric []float64
	// What the check found of each element: its verdict, the numeric value it rests
	// on, the step of that value, and the largest difference that passes.
	Verdicts              []compare.Verdict
	Settled, Steps, Bound []float64
}

// NewPoint returns a point with both gradients. No element is judged yet.
func NewPoint(layout gradtwin.Layout, symbolic, numeric []float64) *Point {
	n := layout.Len()
	return &Point{
		Layout: layout, Symbolic: symbolic, Numeric: numeric,
		Verdicts: slices.Repeat([]compare.Verdict{compare.Inconclusive}, n),
		Settled:  make([]float64, n), Steps: make([]float64, n), Bound: make([]float64, n),
	}
}

// Judge records what the check found of one element.
func (p *Point) Judge(e compare.Element) {
	i := e.Flat
	p.Verdicts[i], p.Settled[i], p.Steps[i], p.Bound[i] = e.Verdict, e.Numeric, e.Step, e.Bound
}

// Ratios returns the difference of the gradients relative to the bound, with the
// sign of symbolic − numeric. It is 0 at a kink, where the symbolic value is a
// valid one and the numeric value is another.
func (p *Point) Ratios() []float64 {
	out := make([]float64, len(p.Symbolic))
	for i, a := range p.Symbolic {
		if d := a - p.Settled[i]; d != 0 && p.Verdicts[i] != compare.Kink {
			out[i] = d / p.Bound[i]
		}
	}
	return out
}

// PartOf returns tensor k's part of a flat list of the point.
func PartOf[T any](p *Point, k int, flat []T) []T {
	from := 0
	for _, t := range p.Layout[:k] {
		from += t.Len()
	}
	return flat[from : from+p.Layout[k].Len()]
}
