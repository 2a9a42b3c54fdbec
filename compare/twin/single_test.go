package twin_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/compare/twin"
	"gradtwin/compare/twin/twintest"
	"gradtwin/graph"
)

// single returns a pair whose symbolic backend is in float32, and its float64
// form in Wide.
func single(t *testing.T, spec gradtwin.Spec, rows int) twin.Pair {
	t.Helper()
	p := twintest.NewPair(t, spec, rows, 0, 3)
	g, err := graph.New(spec, rows, graph.Options{Float32: true})
	if err != nil {
		t.Fatal(err)
	}
	copy(g.Params().Flat, p.Numeric.Params().Flat)
	p.Symbolic, p.Wide = g, p.Symbolic
	clear(p.Wide.Params().Flat) // the pair itself brings it to the weights
	return p
}

// A pair with a float32 backend says so, and is judged by its float64 form, where
// it has one. One float32 value that is off by a thousandth shows.
func TestSinglePair(t *testing.T) {
	spec := gradtwin.Spec{Layers: []int{40, 30, 20, 5}, Activation: gradtwin.Tanh, Delta: 1e-7}
	off := func(p *gradtwin.Params) { p.W(1)[7] *= 1.001 }
	for _, c := range []struct {
		name      string
		change    func(p *twin.Pair)
		precision compare.Precision
		wrong     string // tensor
		warning   string
	}{
		{"float64", func(p *twin.Pair) {
			p.Symbolic, p.Wide = p.Wide, nil
			copy(p.Symbolic.Params().Flat, p.Numeric.Params().Flat)
		}, compare.Double, "", ""},
		{"float32", func(*twin.Pair) {}, compare.Mixed, "", "its formula was judged in float64"},
		{"float32 alone", func(p *twin.Pair) { p.Wide = nil }, compare.Single, "",
			"the pair has no symbolic backend in float64"},
		{"a fault in float32", func(p *twin.Pair) { p.Symbolic = narrowSpoiled{spoiled{p.Symbolic, off}} },
			compare.Mixed,
			"W2", ""},
	} {
		for _, mode := range []compare.Mode{compare.Full, compare.Probe} {
			p := single(t, spec, 7)
			c.change(&p)
			r, err := compare.Check(context.Background(), p, compare.Options{Mode: mode})
			if err != nil {
				t.Fatalf("%s, %v: %v", c.name, mode, err)
			}
			if r.Precision != c.precision || r.Wrong() != (c.wrong != "") || !r.Wrong() && !r.OK() {
				t.Errorf("%s, %v: precision %q, want %q, wrong in %q\n%s", c.name, mode, r.Precision, c.precision,
					c.wrong, r)
			}
			if c.wrong != "" && (r.Worst[0].Tensor != c.wrong || r.Worst[0].Verdict != compare.Wrong) {
				t.Errorf("%s, %v: the first element is %v, want a wrong one of %s", c.name, mode, r.Worst[0], c.wrong)
			}
			if !slices.ContainsFunc(r.Warnings, func(w string) bool { return strings.Contains(w, c.warning) }) &&
				c.warning != "" {
				t.Errorf("%s, %v: warnings %q, want one with %q", c.name, mode, r.Warnings, c.warning)
			}
		}
	}
}

// narrowSpoiled is a spoiled backend in float32.
type narrowSpoiled struct{ spoiled }

func (narrowSpoiled) Float32() bool { return true }
