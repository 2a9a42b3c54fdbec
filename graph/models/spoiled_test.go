package models_test

import (
	"os"
	"testing"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/graph"
)

// spoiled is a graph whose gradient is changed once it is computed, in either
// precision and in every copy.
type spoiled struct {
	*graph.Wrapped
	change func(g []float64)
}

// Gradient implements gradtwin.Function.
func (s spoiled) Gradient(dst []float64) error {
	err := s.Wrapped.Gradient(dst)
	s.change(dst)
	return err
}

// Clone implements compare.Cloner.
func (s spoiled) Clone() (gradtwin.Function, error) { return s.around(s.Wrapped.Clone()) }

// Float64 implements compare.Widener.
func (s spoiled) Float64() (gradtwin.Function, error) { return s.around(s.Wrapped.Float64()) }

func (s spoiled) around(f gradtwin.Function, err error) (gradtwin.Function, error) {
	if err != nil {
		return nil, err
	}
	return spoiled{f.(*graph.Wrapped), s.change}, nil
}

// In every model each tensor in turn is found wrong, on default options, when its
// gradient is 1.01 times as large, and when one element of middle size has the
// wrong sign; of the tensors between the first and the last, one of the two, unless
// GRADTWIN_LONG is set. In -short it is the first and the last tensor.
func TestSpoiledModels(t *testing.T) {
	const larger = 1.01
	for _, m := range models {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			w, err := m.wrap(m.build())
			if err != nil {
				t.Fatal(err)
			}
			layout, from := w.Layout(), 0
			for k, elements := range nonzeros(t, w) {
				first, after := from, from+layout[k].Len()
				from = after
				if len(elements) == 0 || testing.Short() && k > 0 && k < len(layout)-1 {
					continue
				}
				middle := elements[len(elements)/2].flat
				for n, c := range []struct {
					name   string
					change func(g []float64)
				}{
					{"× 1.01", func(g []float64) {
						for i := first; i < after; i++ {
							g[i] *= larger
						}
					}},
					{"negated in " + layout.Element(middle), func(g []float64) { g[middle] = -g[middle] }},
				} {
					if between := k > 0 && k < len(layout)-1; between && n != k%2 && os.Getenv("GRADTWIN_LONG") == "" {
						continue
					}
					report, err := compare.Check(t.Context(), spoiled{w, c.change}, compare.Options{})
					if err != nil {
						t.Fatalf("%s %s: %v", layout[k].Name, c.name, err)
					}
					for _, other := range report.Tensors {
						wrong := other.Counts.Wrong > 0 || other.Probe != nil && other.Probe.Verdict == compare.Wrong
						if wrong != (other.Tensor.Name == layout[k].Name) {
							t.Errorf("%s %s: %s is found wrong: %v\n%v", layout[k].Name, c.name, other.Tensor.Name, wrong, report)
						}
					}
				}
			}
		})
	}
}
