package twin_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/compare/twin"
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
	s, err := twin.NewSweep(context.Background(), f, gradient, 0x1p-53, []int{0, 1})
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
	// |x| is straight until ±h reaches its kink, and its curvature is nowhere
	// seen.
	e = s.Elements[1]
	if e.Curvature != 0 {
		t.Errorf("curvature %g of a straight line, want 0", e.Curvature)
	}
	if got, want := e.Error[48], 1-0.3; math.Abs(got-want) > 1e-9 {
		t.Errorf("error %g across the kink, want %g", got, want)
	}
	if got := s.Clearest(); got != 0 {
		t.Errorf("element %d shows curvature best, want the first: the other has none", got)
	}
	rounding, truncation := s.Lines()
	if math.Abs(rounding[48]-0x1p-53) > 1e-20 || math.Abs(truncation[48]-1) > 0.02 {
		t.Errorf("branches %g and %g at h = 1", rounding[48], truncation[48])
	}
}

func TestSweepElements(t *testing.T) {
	layout := gradtwin.Layout{{Name: "W1", Shape: []int{2, 2}}, {Name: "b1", Shape: []int{2}},
		{Name: "W2", Shape: []int{2}}}
	check := &compare.Report{
		Layout:  layout,
		Tensors: []compare.TensorReport{{Tensor: layout[0]}, {Tensor: layout[2]}},
		Worst: []compare.Element{{Flat: 3, Verdict: compare.Wrong}, {Flat: 0, Verdict: compare.OK},
			{Flat: 7, Verdict: compare.Kink}},
	}
	if got, want := twin.SweepElements([]float64{1, -5, 2, 0, 9, 9, 1, 4}, check),
		[]int{3, 7, 1}; !slices.Equal(got, want) {
		t.Errorf("elements %v, want %v: the wrong one, the kink, and W1's largest; b1 was not checked", got, want)
	}
}
