package compare_test

import (
	"context"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/compare/twin/twintest"
	"gradtwin/graph"
)

// unkept hides that a function can keep results.
type unkept struct{ compare.Function }

// The report on a wrapped graph has the same bits with results kept as without.
func TestKeptBits(t *testing.T) {
	spec := gradtwin.Spec{Layers: []int{20, 9, 5, 3}, Activation: gradtwin.ReLU, Delta: 1e-7}
	pair := twintest.NewPair(t, spec, studyRows, 50, 1)
	w := wrapExperiment(t, studied{Spec: spec, Batch: pair.Batch, W: pair.Numeric.Params().Flat})
	var reports [2]*compare.Report
	for k, f := range []compare.Function{w, unkept{w}} {
		var err error
		if reports[k], err = compare.Check(t.Context(), f, compare.Options{Mode: compare.Full, Workers: 1}); err != nil {
			t.Fatal(err)
		}
		reports[k].Seconds = 0
		reports[k].Faults = nil
	}
	if d := cmp.Diff(reports[1], reports[0]); d != "" {
		t.Errorf("with results kept (+) and without (-):\n%s", d)
	}
}

// ownSet is a type around a wrapped graph that sets elements in a way of its own,
// of which the graph is not told.
type ownSet struct {
	*graph.Wrapped
	x []float64
}

func (o ownSet) Set(i int, x float64) { o.x[i] = x }

// Clone is not known.
func (o ownSet) Clone() (compare.Function, error) { return nil, context.Canceled }

func square(t *testing.T, x []float64) (*graph.Wrapped, *gorgonia.Node) {
	t.Helper()
	g := gorgonia.NewGraph()
	n := gorgonia.NewVector(g, tensor.Float64, gorgonia.WithShape(len(x)), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithBacking(x))))
	w, err := graph.Wrap(gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.Square(n)))), n)
	if err != nil {
		t.Fatal(err)
	}
	return w, n
}

// Results are not kept where that would give other losses.
func TestNotKept(t *testing.T) {
	x := make([]float64, 100)
	for i := range x {
		x[i] = math.Sin(float64(i) + 1)
	}
	w, _ := square(t, x)
	report, err := compare.Check(t.Context(), ownSet{w, x}, compare.Options{Mode: compare.Full})
	if err != nil || !report.OK() {
		t.Errorf("elements set in another way: error %v, report\n%v", err, report)
	}
}

// outside is a function to whose elements something else writes, once, in the
// middle of a block.
type outside struct {
	*graph.Wrapped
	x     []float64
	calls int
}

func (o *outside) Loss() (float64, error) {
	if o.calls++; o.calls == 150 {
		o.x[99] = 7
	}
	return o.Wrapped.Loss()
}

func (o *outside) Clone() (compare.Function, error) { return nil, context.Canceled }

// A block in which an input has changed is judged again, with the input restored.
func TestJudgedAgain(t *testing.T) {
	x := make([]float64, 100)
	for i := range x {
		x[i] = math.Sin(float64(i) + 1)
	}
	w, _ := square(t, x)
	o := &outside{Wrapped: w, x: x}
	report, err := compare.Check(t.Context(), o, compare.Options{Mode: compare.Full})
	if err != nil || !report.OK() || report.Checked != 100 {
		t.Fatalf("error %v, report\n%v", err, report)
	}
	if o.calls <= report.Calls || x[99] != math.Sin(100) {
		t.Errorf("%d losses, %d in the report, and x[99] is %v: want more, and %v", o.calls, report.Calls, x[99],
			math.Sin(100))
	}
}
