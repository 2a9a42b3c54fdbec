package twin

import (
	"fmt"
	"math"

	"gradtwin"
)

// Difference is how far two gradients of one tensor are apart.
type Difference struct {
	Tensor   gradtwin.Tensor `json:"tensor"`
	MaxAbs   float64         `json:"max_abs"`  // largest |s − n|
	MeanAbs  float64         `json:"mean_abs"` // mean |s − n|
	MaxRel   float64         `json:"max_rel"`  // largest relative difference
	MeanRel  float64         `json:"mean_rel"` // mean relative difference
	Worst    string          `json:"worst"`    // the element with the largest |s − n|, as in W1[74,49]
	Symbolic float64         `json:"symbolic"` // there
	Numeric  float64         `json:"numeric"`  // there
}

// Relative returns the relative difference at the element with the largest
// |s − n|.
func (d Difference) Relative() float64 { return RelativeDifference(d.Symbolic, d.Numeric) }

// Differences compares two gradients tensor by tensor. Both have
// layout.Len() elements; it panics when they have not. A NaN on either side
// counts as the largest difference.
func Differences(layout gradtwin.Layout, symbolic, numeric []float64) []Difference {
	if n := layout.Len(); len(symbolic) != n || len(numeric) != n {
		panic(fmt.Sprintf("twin: gradients of %d and %d elements for a layout of %d", len(symbolic), len(numeric), n))
	}
	out := make([]Difference, len(layout))
	for k, t := range layout {
		n := t.Len()
		out[k] = difference(t, symbolic[:n], numeric[:n])
		symbolic, numeric = symbolic[n:], numeric[n:]
	}
	return out
}

func difference(t gradtwin.Tensor, symbolic, numeric []float64) Difference {
	d := Difference{Tensor: t, MaxAbs: -1}
	for i, s := range symbolic {
		n := numeric[i]
		abs, rel := math.Abs(s-n), RelativeDifference(s, n)
		d.MeanAbs += abs
		d.MeanRel += rel
		d.MaxRel = math.Max(d.MaxRel, rel)
		if abs > d.MaxAbs || math.IsNaN(abs) && !math.IsNaN(d.MaxAbs) {
			d.MaxAbs, d.Worst, d.Symbolic, d.Numeric = abs, t.Element(i), s, n
		}
	}
	d.MeanAbs /= float64(len(symbolic))
	d.MeanRel /= float64(len(symbolic))
	return d
}

// RelativeDifference returns |a − b| / max(|a|, |b|), which is 0 for two zeros
// and 2 at most.
func RelativeDifference(a, b float64) float64 {
	if a == b {
		return 0
	}
	return math.Abs(a-b) / math.Max(math.Abs(a), math.Abs(b))
}
