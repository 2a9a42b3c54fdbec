package twin

import (
	"context"
	"fmt"
	"math"

	"gradtwin"
	"gradtwin/compare"
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

// Comparison sets the two gradients side by side at one point of a run.
type Comparison struct {
	After   int             `json:"after"`            // steps done; 0 is the start
	Step    float64         `json:"step"`             // h of the differences in Tensors; 0 for none
	Tensors []Difference    `json:"tensors"`          // tensor by tensor
	Check   *compare.Report `json:"check"`            // the verdict on every element of the first backend's gradient
	Other   *compare.Report `json:"other,omitempty"`  // and of the second's, where that is not numeric itself
	Misses  []Miss          `json:"misses,omitempty"` // the ten farthest off
	Causes  Causes          `json:"causes,omitzero"`  // of all misses
	// Errors, Sweep and Formulas are there when a report was asked for.
	Errors   []Histogram   `json:"errors,omitempty"` // tensor by tensor
	Sweep    *Sweep        `json:"sweep,omitempty"`
	Formulas *FormulaSweep `json:"formulas,omitempty"` // for one of Sweep's elements
	// Point holds the gradients themselves, which go to an .npz file; nil where
	// there is none.
	Point *Point `json:"-"`
}

// Compare compares the gradient of pair.Symbolic with that of second, and checks every
// element of both, or of the first alone where second is pair.Numeric: then h is the
// step of its differences. smooth says that the loss has no kink anywhere.
func Compare(ctx context.Context, pair Pair, second Backend, h float64, smooth bool, seed uint32) (Comparison, error) {
	n := pair.Layout().Len()
	a, b := make([]float64, n), make([]float64, n)
	if err := pair.Gradient(a); err != nil {
		return Comparison{}, fmt.Errorf("%s gradient: %w", pair.Symbolic.Name(), err)
	}
	if err := second.Gradient(ctx, b, pair.Batch); err != nil {
		return Comparison{}, fmt.Errorf("%s gradient: %w", second.Name(), err)
	}
	options := compare.Options{Mode: compare.Full, Seed: seed}
	var other *compare.Report
	if second != pair.Numeric {
		h = 0
		var err error
		other, err = compare.Check(ctx, Pair{Symbolic: second, Numeric: pair.Numeric, Batch: pair.Batch}, options)
		if err != nil {
			return Comparison{}, fmt.Errorf("check of the %s gradient: %w", second.Name(), err)
		}
	}
	p := NewPoint(pair.Layout(), a, b)
	options.Each = p.Judge
	check, err := compare.Check(ctx, pair, options)
	if err != nil {
		return Comparison{}, fmt.Errorf("check of the %s gradient: %w", pair.Symbolic.Name(), err)
	}
	c, err := NewComparison(ctx, pair, p, h, smooth, check)
	c.Other = other
	return c, err
}

// Checks returns the one or two checks of the comparison.
func (c *Comparison) Checks() []*compare.Report {
	if c.Other != nil {
		return []*compare.Report{c.Check, c.Other}
	}
	return []*compare.Report{c.Check}
}

// NewComparison returns a comparison of p's gradients, whose elements the check has
// judged. h is the step of the numeric gradient. Differences of f at smaller steps
// show why some of its elements miss; h = 0 means that it is no difference.
func NewComparison(ctx context.Context, f compare.Differencer, p *Point, h float64, smooth bool,
	check *compare.Report) (Comparison, error) {
	c := Comparison{Step: h, Tensors: Differences(p.Layout, p.Symbolic, p.Numeric), Check: check, Point: p}
	if h == 0 {
		return c, nil
	}
	var err error
	c.Misses, c.Causes, err = p.misses(ctx, f, h, check.Noise, smooth)
	return c, err
}

// Analyse fills in what only a report shows: the distribution of the errors, and
// the error against the step. The gradients must be in c.Point.
func (c *Comparison) Analyse(ctx context.Context, f compare.Function) error {
	p := c.Point
	c.Errors = p.histograms()
	var err error
	c.Sweep, c.Formulas, err = Sweeps(ctx, f, p.Symbolic, c.Check)
	return err
}

// Histogram is the distribution of one tensor's relative errors,
// |s − n| / max(|s|, |n|), at the run's difference step.
type Histogram struct {
	Tensor string `json:"tensor"`
	Equal  int    `json:"equal"` // elements with no difference at all
	// Counts holds how many of the others are in each of ErrorBins bins. Bin k
	// reaches from 10^(k/2 − 17) up to 10^((k+1)/2 − 17).
	Counts []int `json:"counts"`
}

const (
	// The bins begin below what a float64 can differ by and end above the
	// largest relative error, 2.
	errorFrom      = -17
	errorPerDecade = 2

	// ErrorBins is the number of bins in a Histogram.
	ErrorBins = (1 - errorFrom) * errorPerDecade
)

// ErrorBin returns the middle of a histogram's bin on a logarithmic axis.
func ErrorBin(k int) float64 { return math.Pow(10, errorFrom+(float64(k)+0.5)/errorPerDecade) }

func (p *Point) histograms() []Histogram {
	var out []Histogram
	for k, t := range p.Layout {
		h := Histogram{Tensor: t.Name, Counts: make([]int, ErrorBins)}
		numeric := PartOf(p, k, p.Numeric)
		for i, s := range PartOf(p, k, p.Symbolic) {
			if rel := RelativeDifference(s, numeric[i]); rel == 0 {
				h.Equal++
			} else {
				h.Counts[errorBin(rel)]++
			}
		}
		out = append(out, h)
	}
	return out
}

func errorBin(rel float64) int {
	bin := int(math.Floor((math.Log10(rel) - errorFrom) * errorPerDecade))
	return min(max(bin, 0), ErrorBins-1)
}
