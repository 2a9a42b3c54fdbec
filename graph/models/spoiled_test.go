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

// In every model each tensor is found wrong, on default options, when its gradient
// is 1.01 times as large, or when one element of middle size has the wrong sign,
// and no other tensor is. One check has the first, third, … tensor larger, and one
// has a sign of the others wrong; where GRADTWIN_LONG is set, each tensor has both by
// itself.
func TestSpoiledModels(t *testing.T) {
	for _, m := range models {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			w, err := m.wrap(m.build())
			if err != nil {
				t.Fatal(err)
			}
			nonzero := nonzeros(t, w)
			larger := func(g []float64, k int) {
				for _, e := range nonzero[k] {
					g[e.flat] *= 1.01
				}
			}
			negated := func(g []float64, k int) {
				middle := nonzero[k][len(nonzero[k])/2].flat
				g[middle] = -g[middle]
			}
			long := os.Getenv("GRADTWIN_LONG") != ""
			groups := min(2, len(nonzero))
			if long {
				groups = len(nonzero)
			}
			for group := range groups {
				for n, change := range []func(g []float64, k int){larger, negated} {
					if !long && groups > 1 && n != group {
						continue
					}
					changed := func(k int) bool { return k%groups == group && len(nonzero[k]) > 0 }
					report, err := compare.Check(t.Context(), spoiled{w, func(g []float64) {
						for k := range nonzero {
							if changed(k) {
								change(g, k)
							}
						}
					}}, compare.Options{})
					if err != nil {
						t.Fatalf("change %d of tensor %d …: %v", n, group, err)
					}
					for k, of := range report.Tensors {
						wrong := of.Counts.Wrong > 0 || of.Probe != nil && of.Probe.Verdict == compare.Wrong
						if wrong != changed(k) {
							t.Errorf("change %d of tensor %d …: %s is found wrong: %v\n%v", n, group, of.Tensor.Name, wrong, report)
						}
					}
				}
			}
		})
	}
}
