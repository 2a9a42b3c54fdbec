package report

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"gradtwin/compare"
	"gradtwin/compare/twin"
)

// Histogram is the distribution of one tensor's relative errors,
// |s − n| / max(|s|, |n|), at the run's difference step.
type Histogram struct {
	Tensor string `json:"tensor"`
	Equal  int    `json:"equal"` // elements with no difference at all
	// Counts holds how many of the others are in each bin. Bin k reaches from
	// 10^(k/2 − 17) up to 10^((k+1)/2 − 17).
	Counts []int `json:"counts"`
}

const (
	// The bins begin below what a float64 can differ by and end above the
	// largest relative error, 2.
	errorFrom      = -17
	errorPerDecade = 2
	errorBins      = (1 - errorFrom) * errorPerDecade
)

// Corner is an element whose difference at the run's step h is beyond the check's
// bound although the check, with a step of its own, found it right: a kink of the
// loss lies within ±h, or curvature or rounding is larger there than the bound.
type Corner struct {
	Element  string  `json:"element"`
	Symbolic float64 `json:"symbolic"`
	Numeric  float64 `json:"numeric"` // at the run's step
	Settled  float64 `json:"settled"` // at a step of its own
}

// maxCorners is how many corners are listed; all are counted.
const maxCorners = 10

// NewComparison returns a comparison with the step h of p's numeric gradient, whose
// elements were judged by the check.
func NewComparison(p *Point, h float64, check *compare.Report) Comparison {
	c := Comparison{Step: h, Tensors: twin.Differences(p.Layout, p.Symbolic, p.Numeric), Check: check, Point: p}
	c.Corners, c.CornerCount = p.corners()
	return c
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

func (p *Point) histograms() []Histogram {
	var out []Histogram
	for k, t := range p.Layout {
		h := Histogram{Tensor: t.Name, Counts: make([]int, errorBins)}
		numeric := part(p, k, p.Numeric)
		for i, s := range part(p, k, p.Symbolic) {
			if rel := twin.RelativeDifference(s, numeric[i]); rel == 0 {
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
	return min(max(bin, 0), errorBins-1)
}

// corners returns the elements that are right by the check, and beyond its bound
// with the run's step, those farthest off first.
func (p *Point) corners() ([]Corner, int) {
	var at []int
	for i, s := range p.Symbolic {
		if p.Verdicts[i] == compare.OK && math.Abs(s-p.Numeric[i]) > p.Bound[i] {
			at = append(at, i)
		}
	}
	slices.SortFunc(at, func(a, b int) int {
		return cmp.Or(cmp.Compare(math.Abs(p.Symbolic[b]-p.Numeric[b]), math.Abs(p.Symbolic[a]-p.Numeric[a])), cmp.Compare(a, b))
	})
	var out []Corner
	for _, i := range at[:min(len(at), maxCorners)] {
		out = append(out, Corner{p.Layout.Element(i), p.Symbolic[i], p.Numeric[i], p.Settled[i]})
	}
	return out, len(at)
}

// CornerSentence says what the corners are, "" where there are none.
func (c *Comparison) CornerSentence() string {
	if c.CornerCount == 0 {
		return ""
	}
	return fmt.Sprintf("With this h %s %s beyond the check's bound, because of a kink of the loss within ±h, or of curvature or rounding; with a step of its own each of them agrees.",
		Commas(float64(c.CornerCount)), plural(c.CornerCount, "difference is", "differences are"))
}

// errorChart draws the distributions.
func (c *Comparison) errorChart(id string) *chart {
	out := &chart{
		ID: id, Title: "Relative error, tensor by tensor", XName: "relative difference", YName: "share of the tensor's elements, %",
		XLog: true, Axes: []string{"linear", "log"},
		Note: "How many elements are how far apart, in bins of half a decade.",
	}
	if c.Step > 0 {
		out.Note = fmt.Sprintf("How many elements are how far apart, in bins of half a decade, differences at h = %s. Far to the right are elements for which this h does not suit, and wrong ones.", digits(c.Step, 2))
	}
	for k := range errorBins {
		out.X = append(out.X, math.Pow(10, errorFrom+(float64(k)+0.5)/errorPerDecade))
	}
	for k, h := range c.Errors {
		total := h.Equal
		for _, n := range h.Counts {
			total += n
		}
		y := make([]float64, errorBins)
		for i, n := range h.Counts {
			y[i] = 100 * float64(n) / float64(max(1, total))
		}
		name := h.Tensor
		if h.Equal > 0 {
			name += fmt.Sprintf(" (%s %% equal)", digits(100*float64(h.Equal)/float64(total), 2))
		}
		out.Series = append(out.Series, series{Name: name, Class: fmt.Sprintf("c%d", k%colors), Y: y})
	}
	return out
}
