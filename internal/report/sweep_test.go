package report

import (
	"context"
	"math"
	"reflect"
	"slices"
	"testing"

	"gradtwin"
	"gradtwin/compare"
)

// cubic is x₀³ + |x₁|. Its central difference in x₀ is 3x² + h², so |f‴|/6 is 1.
type cubic struct{ x [2]float64 }

func (*cubic) Layout() gradtwin.Layout { return gradtwin.Layout{{Name: "w", Shape: []int{2}}} }
func (c *cubic) At(i int) float64      { return c.x[i] }
func (c *cubic) Set(i int, x float64)  { c.x[i] = x }
func (c *cubic) Loss() (float64, error) {
	return c.x[0]*c.x[0]*c.x[0] + math.Abs(c.x[1]), nil
}
func (c *cubic) Gradient(dst []float64) error {
	dst[0], dst[1] = 3*c.x[0]*c.x[0], 1
	return nil
}

func TestSweep(t *testing.T) {
	f := &cubic{x: [2]float64{0.7, 0.3}}
	before := f.x
	gradient := make([]float64, 2)
	f.Gradient(gradient)
	s, err := NewSweep(context.Background(), f, gradient, 0x1p-53, []int{0, 1})
	if err != nil {
		t.Fatal(err)
	}
	if f.x != before {
		t.Errorf("the elements are %v after the sweep, were %v", f.x, before)
	}
	if n := len(s.Steps); n != 49 || math.Abs(s.Steps[0]/1e-12-1) > 1e-9 || math.Abs(s.Steps[n-1]-1) > 1e-9 {
		t.Errorf("%d steps from %g to %g, want 49 from 1e-12 to 1", n, s.Steps[0], s.Steps[n-1])
	}
	e := s.Elements[0]
	if e.Element != "w[0]" || math.Abs(e.Curvature-1) > 0.02 {
		t.Errorf("%s: curvature %g, want 1 at w[0]", e.Element, e.Curvature)
	}
	if e.Best < 1e-7 || e.Best > 1e-4 {
		t.Errorf("best step %g, want one near the cube root of the rounding", e.Best)
	}
	if got := e.Error[48]; math.Abs(got-1) > 1e-9 {
		t.Errorf("error %g at h = 1, want 1", got)
	}
	// |x| is straight until ±h reaches its corner, and its curvature is nowhere
	// seen.
	e = s.Elements[1]
	if e.Curvature != 0 {
		t.Errorf("curvature %g of a straight line, want 0", e.Curvature)
	}
	if got, want := e.Error[48], 1-0.3; math.Abs(got-want) > 1e-9 {
		t.Errorf("error %g across the corner, want %g", got, want)
	}
	rounding, truncation := s.lines()
	if math.Abs(rounding[48]-0x1p-53) > 1e-20 || math.Abs(truncation[48]-1) > 0.02 {
		t.Errorf("branches %g and %g at h = 1", rounding[48], truncation[48])
	}
}

func TestSweepElements(t *testing.T) {
	layout := gradtwin.Layout{{Name: "W1", Shape: []int{2, 2}}, {Name: "b1", Shape: []int{2}}, {Name: "W2", Shape: []int{2}}}
	check := &compare.Report{
		Layout:  layout,
		Tensors: []compare.TensorReport{{Tensor: layout[0]}, {Tensor: layout[2]}},
		Worst:   []compare.Element{{Flat: 3, Verdict: compare.Wrong}, {Flat: 0, Verdict: compare.OK}, {Flat: 7, Verdict: compare.Kink}},
	}
	if got, want := SweepElements([]float64{1, -5, 2, 0, 9, 9, 1, 4}, check), []int{3, 7, 1}; !slices.Equal(got, want) {
		t.Errorf("elements %v, want %v: the wrong one, the kink, and W1's largest; b1 was not checked", got, want)
	}
}

func TestErrorBin(t *testing.T) {
	for rel, want := range map[float64]int{1e-20: 0, 1.1e-17: 0, 3.3e-17: 1, 1.01e-16: 2, 1.01e-9: 16, 2: 34} {
		if got := errorBin(rel); got != want {
			t.Errorf("%g in bin %d, want %d", rel, got, want)
		}
	}
}

func TestAnalyse(t *testing.T) {
	q := newQuadratic()
	q.fault = 1e-3
	made := NewComparison(q.judged(1e-4), 1e-4, &compare.Report{Layout: q.layout, Step: 1e-5, Noise: 1e-15})
	c := &made
	if err := c.Analyse(context.Background(), q); err != nil {
		t.Fatal(err)
	}
	// ±1e-4 reaches across the kink 1e-6 away: the difference gives 1 + 0.01. An
	// element that is wrong is none that another step makes right.
	if c.CornerCount != 1 || c.Corners[0].Element != "W1[0,0]" || math.Abs(c.Corners[0].Numeric-1.01) > 1e-9 || math.Abs(c.Corners[0].Settled-2) > 1e-9 {
		t.Errorf("%d corners: %+v", c.CornerCount, c.Corners)
	}
	if got, want := c.Errors[0].Equal, 6; got != want {
		t.Errorf("%d elements of W1 are equal, want %d", got, want)
	}
	counts := make([]int, errorBins)
	counts[33] = 1 // 0.99/2 = 0.495 is in the bin from 10^-0.5 to 1
	counts[27] = 1 // 1e-3/2.001 = 5.0e-4 in that from 10^-3.5 to 10^-3
	if !reflect.DeepEqual(c.Errors[0].Counts, counts) {
		t.Errorf("bins %v, want one element in bins 27 and 33", c.Errors[0].Counts)
	}
}
