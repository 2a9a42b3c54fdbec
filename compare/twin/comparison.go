package twin

import (
	"context"
	"fmt"
	"math"

	"gradtwin/compare"
)

// Comparison sets the two gradients side by side at one point of a run.
type Comparison struct {
	After   int             `json:"after"`            // steps done; 0 is the start
	Step    float64         `json:"step"`             // h of the differences in Tensors
	Tensors []Difference    `json:"tensors"`          // tensor by tensor
	Check   *compare.Report `json:"check"`            // the verdict on every element
	Misses  []Miss          `json:"misses,omitempty"` // the ten farthest off
	Causes  Causes          `json:"causes,omitzero"`  // of all misses
	// Errors and Sweep are there when a report was asked for.
	Errors []Histogram `json:"errors,omitempty"` // tensor by tensor
	Sweep  *Sweep      `json:"sweep,omitempty"`
	// Point holds the gradients themselves, which go to an .npz file; nil where
	// there is none.
	Point *Point `json:"-"`
}

// differencer is a function whose differences can be had at any step.
type differencer interface {
	compare.Function
	Differences(ctx context.Context, dst []float64, from int, h float64) error
}

// Compare sets the symbolic gradient of a pair beside its central differences with
// step h, and has the checker judge every element. Smooth says that the loss has
// no kink anywhere.
func Compare(ctx context.Context, pair Pair, h float64, smooth bool, seed uint32) (Comparison, error) {
	n := pair.Layout().Len()
	symbolic, numerical := make([]float64, n), make([]float64, n)
	if err := pair.Gradient(symbolic); err != nil {
		return Comparison{}, fmt.Errorf("symbolic gradient: %w", err)
	}
	if err := pair.Differences(ctx, numerical, 0, h); err != nil {
		return Comparison{}, fmt.Errorf("numerical gradient: %w", err)
	}
	p := NewPoint(pair.Layout(), symbolic, numerical)
	check, err := compare.Check(ctx, pair, compare.Options{Mode: compare.Full, Seed: seed, Each: p.Judge})
	if err != nil {
		return Comparison{}, fmt.Errorf("gradient check: %w", err)
	}
	return NewComparison(ctx, pair, p, h, smooth, check)
}

// NewComparison returns a comparison with the step h of p's numeric gradient, whose
// elements were judged by the check. It takes differences of f with smaller steps
// to tell why some miss.
func NewComparison(ctx context.Context, f differencer, p *Point, h float64, smooth bool, check *compare.Report) (Comparison, error) {
	c := Comparison{Step: h, Tensors: Differences(p.Layout, p.Symbolic, p.Numeric), Check: check, Point: p}
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
	c.Sweep, err = NewSweep(ctx, f, p.Symbolic, c.Check.Noise, SweepElements(p.Symbolic, c.Check))
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
