package graph_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/graph"
)

// planted makes a graph of five operations of which the third is f's, of two
// inputs that it need not use.
func planted(
	m *maker, f func(m *maker, x, y *gorgonia.Node) *gorgonia.Node, shape ...int,
) (*gorgonia.Node, gorgonia.Nodes) {
	x, y := m.input("x", 0.1, 0.5, shape...), m.input("y", 0.1, 0.5, shape...) // tanh is not saturated
	a := must(gorgonia.Exp(x))
	b := must(gorgonia.Sqrt(a))
	c := f(m, b, y)
	d := must(gorgonia.Tanh(c))
	cost := must(gorgonia.Sum(must(gorgonia.Square(d))))
	return cost, gorgonia.Nodes{x}
}

func alone(f func(*maker, *gorgonia.Node) *gorgonia.Node) func(m *maker, x, y *gorgonia.Node) *gorgonia.Node {
	return func(m *maker, x, _ *gorgonia.Node) *gorgonia.Node { return f(m, x) }
}

// A wrong operation between right ones is named, and no other one is.
func TestCulprit(t *testing.T) {
	for _, c := range []struct {
		name  string
		plant func(m *maker, x, y *gorgonia.Node) *gorgonia.Node
		shape []int
		op    string // whose label begins so, empty for none
		of    int    // operations among which it is
		ratio float64
		known bool
	}{
		{"Dropout", alone(dropout(0.3)), []int{4, 5}, "Dropout ", 1, 7.0 / 3, true},
		{"Log2", alone(unary(gorgonia.Log2)), []int{4}, "log2 ", 1, 0.4804530139182014, true}, // (ln 2)²
		{"InverseSqrt", alone(unary(gorgonia.InverseSqrt)), []int{4}, "invSqrt ", 1, 0, true},
		{"OuterProd", func(_ *maker, x, y *gorgonia.Node) *gorgonia.Node { return must(gorgonia.OuterProd(x, y)) },
			[]int{3}, "a ⊗ b ", 1, 0, true},
		{"Sum", alone(along(gorgonia.Sum, 2)), []int{2, 2, 3, 2}, "Σ", 1, 0, true},
		{"Max", alone(along(gorgonia.Max, 2)), []int{2, 2, 3, 2}, "Max", 1, 0, true},
		{"SoftMax", alone(along(gorgonia.SoftMax)), []int{3, 1}, "SoftMax ", 1, 0, true},
		{"ByIndices", alone(byIndices(0, 2, 0)), []int{4}, "ByIndices", 1, 0, true},
		{"AveragePool2D", alone(averagePool(2, 2)), []int{2, 2, 4, 4}, "AvgPool ", 1, 0, true},
		{"a user's", alone(func(_ *maker, x *gorgonia.Node) *gorgonia.Node { return must(gorgonia.ApplyOp(tripled{}, x)) }),
			[]int{4}, "tripled ", 1, 3, false},
		{"with a second use of the operand", alone(func(m *maker, x *gorgonia.Node) *gorgonia.Node {
			return must(gorgonia.Add(x, must(gorgonia.Log2(x))))
		}), []int{4}, "log2 ", 1, 0, true},
		{"a user's, with a second use of the operand", alone(func(m *maker, x *gorgonia.Node) *gorgonia.Node {
			return must(gorgonia.Add(must(gorgonia.ApplyOp(tripled{}, x)), x))
		}), []int{4}, "tripled ", 2, 2, false},
		{"two that are known, of one operand", alone(func(m *maker, x *gorgonia.Node) *gorgonia.Node {
			a := must(gorgonia.ByIndices(x, ints(m, "k", 3, 3), 0))
			return must(gorgonia.HadamardProd(a, must(gorgonia.ByIndices(x, ints(m, "l", 2, 0), 0))))
		}), []int{4}, "ByIndices", 2, 0, true},
		{"Max of two equal elements that are computed from one", alone(func(_ *maker, x *gorgonia.Node) *gorgonia.Node {
			return must(gorgonia.Max(must(gorgonia.Upsample2D(x, 2)), 3))
		}), []int{1, 2, 2, 2}, "Max", 1, 2, true},
		{"Log", alone(unary(gorgonia.Log)), []int{4}, "", 0, 0, false},
		{"Dropout of a half", alone(dropout(0.5)), []int{4, 5}, "", 0, 0, false},
	} {
		for _, dtype := range []tensor.Dtype{tensor.Float64, tensor.Float32} {
			for _, own := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, %v, own Grad %v", c.name, dtype, own), func(t *testing.T) {
					cost, wrt := planted(newMaker(dtype), c.plant, c.shape...)
					if own {
						if _, err := gorgonia.Grad(cost, wrt...); err != nil {
							t.Fatal(err)
						}
					}
					w, err := graph.Wrap(cost, wrt...)
					if err != nil {
						t.Fatal(err)
					}
					report, err := compare.Check(t.Context(), w, compare.Options{})
					if err != nil {
						t.Fatal(err)
					}
					got := report.Culprit
					if c.op == "" {
						if got != nil || !report.OK() {
							t.Errorf("culprit %+v of a right gradient: %v", got, report)
						}
						return
					}
					if got == nil || len(got.Operations) != c.of || !strings.HasPrefix(got.Operations[0], c.op) ||
						got.Known != c.known {
						t.Fatalf("culprit %+v: want %s, known %v\n%v", got, c.op, c.known, report)
					}
					if c.ratio != 0 && !(got.Ratio > c.ratio*(1-1e-3) && got.Ratio < c.ratio*(1+1e-3)) { // float32 slopes
						t.Errorf("ratio %v: want %v", got.Ratio, c.ratio)
					}
					if text := report.String(); !strings.Contains(text, "culprit: "+c.op) &&
						!strings.Contains(text, "culprit: one of "+c.op) {
						t.Errorf("no culprit in the text:\n%v", report)
					}
				})
			}
		}
	}
}

// tripled is a user's operation, the identity, whose derivative is three times too
// large.
type tripled struct{ log2 }

func (tripled) String() string   { return "tripled" }
func (tripled) Hashcode() uint32 { return 3 }

func (tripled) SymDiff(_ gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	three := gorgonia.NewConstant(3.0)
	if grad.Dtype() == tensor.Float32 {
		three = gorgonia.NewConstant(float32(3))
	}
	d, err := gorgonia.HadamardProd(grad, three)
	return gorgonia.Nodes{d}, err
}

// doubled is a right graph whose gradient is doubled by what wraps it.
type doubled struct{ *graph.Wrapped }

func (d doubled) Gradient(dst []float64) error {
	err := d.Wrapped.Gradient(dst)
	for i := range dst {
		dst[i] *= 2
	}
	return err
}

func (d doubled) Clone() (gradtwin.Function, error) {
	w, err := d.Wrapped.Clone()
	if err != nil {
		return nil, err
	}
	return doubled{w.(*graph.Wrapped)}, nil
}

// What is wrong outside of the graph is no operation's fault.
func TestNoCulprit(t *testing.T) {
	cost, wrt := planted(newMaker(tensor.Float64), alone(unary(gorgonia.Log)), 4)
	w, err := graph.Wrap(cost, wrt...)
	if err != nil {
		t.Fatal(err)
	}
	report, err := compare.Check(t.Context(), doubled{w}, compare.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !report.Wrong() || report.Culprit != nil {
		t.Errorf("culprit %+v: want a wrong gradient without one\n%v", report.Culprit, report)
	}
}

// An operation that writes over what another one needs is known; a cut would
// move the fault.
func TestNoCulpritOverwritten(t *testing.T) {
	m := newMaker(tensor.Float64)
	x := m.input("x", -1, 1, 4, 3)
	reshaped := must(gorgonia.Reshape(must(gorgonia.Sigmoid(must(gorgonia.Square(x)))), tensor.Shape{12}))
	w, err := graph.Wrap(must(gorgonia.Sum(must(gorgonia.HadamardProd(reshaped, m.input("y", 1, 2, 12))))), x)
	if err != nil {
		t.Fatal(err)
	}
	report, err := compare.Check(t.Context(), w, compare.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !report.Wrong() || len(report.Faults) == 0 || report.Culprit != nil {
		t.Errorf("culprit %+v, faults %+v: want a wrong gradient with a fault alone\n%v",
			report.Culprit, report.Faults, report)
	}
}

// The search does not depend on the workers, counts its calls, leaves the inputs
// alone, and is not made where calls are limited.
func TestCulpritWork(t *testing.T) {
	cost, wrt := planted(newMaker(tensor.Float64), alone(unary(gorgonia.Log2)), 300)
	w, err := graph.Wrap(cost, wrt...)
	if err != nil {
		t.Fatal(err)
	}
	before := make([]float64, w.Layout().Len())
	for i := range before {
		before[i] = w.At(i)
	}
	check := func(o compare.Options) *compare.Report {
		r, err := compare.Check(t.Context(), w, o)
		if err != nil {
			t.Fatal(err)
		}
		r.Seconds = 0
		return r
	}
	one, four := check(compare.Options{Workers: 1}), check(compare.Options{Workers: 4})
	if one.Culprit == nil || !reflect.DeepEqual(one, four) {
		t.Errorf("with 1 worker\n%v\nwith 4\n%v", one, four)
	}
	part, err := compare.CheckShard(t.Context(), w, compare.Options{}, compare.Shard{Index: 1, Count: 1})
	if err != nil {
		t.Fatal(err)
	}
	merged, err := compare.Merge([]*compare.Part{part})
	if err != nil {
		t.Fatal(err)
	}
	if merged.Culprit != nil || merged.Calls >= one.Calls {
		t.Errorf("merged: culprit %v, %d calls: want none, fewer than %d", merged.Culprit, merged.Calls, one.Calls)
	}
	if few := check(compare.Options{MaxCalls: 1 << 20}); !few.Wrong() || few.Culprit != nil {
		t.Errorf("culprit %v where calls are limited: want none", few.Culprit)
	}
	for i, x := range before {
		if now := w.At(i); now != x {
			t.Fatalf("element %d is %v after the check: want %v", i, now, x)
		}
	}
}

// In a deep chain the search takes a few cuts, and its calls grow with the
// logarithm of the depth.
func TestCulpritOfDeepChain(t *testing.T) {
	for _, all := range []bool{false, true} { // the inputs of all layers, or the first alone
		if all && testing.Short() {
			continue
		}
		m := newMaker(tensor.Float64)
		x := m.input("x", 0.1, 0.5, 4)
		y, wrt := x, gorgonia.Nodes{x}
		const layers = 60
		for k := range layers {
			b := m.input(fmt.Sprint("b", k), 0, 0.01, 4)
			if y = must(gorgonia.Sin(must(gorgonia.Add(y, b)))); k == layers/2 {
				y = must(gorgonia.Log2(must(gorgonia.Exp(y))))
			}
			if all {
				wrt = append(wrt, b)
			}
		}
		w, err := graph.Wrap(must(gorgonia.Sum(must(gorgonia.Square(y)))), wrt...)
		if err != nil {
			t.Fatal(err)
		}
		report, err := compare.Check(t.Context(), w, compare.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if report.Culprit == nil || len(report.Culprit.Operations) != 1 ||
			!strings.HasPrefix(report.Culprit.Operations[0], "log2 ") {
			t.Fatalf("culprit %+v: want log2\n%v", report.Culprit, report)
		}
		part, err := compare.CheckShard(t.Context(), w, compare.Options{}, compare.Shard{Index: 1, Count: 1})
		if err != nil {
			t.Fatal(err)
		}
		const most = 200 // a dozen cuts of 6 to 16 calls
		if calls := report.Calls - part.Report().Calls; calls > most {
			t.Errorf("%d calls for the search: want %d at most", calls, most)
		}
	}
}

// A value without a name, or without a gradient, cannot be cut.
func TestCutErrors(t *testing.T) {
	cost, wrt := planted(newMaker(tensor.Float64), alone(unary(gorgonia.Log)), 4)
	w, err := graph.Wrap(cost, wrt...)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "y", "z"} {
		if _, err := w.Cut(name); err == nil || w.Users(name) != nil {
			t.Errorf("cut at %q: %v, users %v: want an error and none", name, err, w.Users(name))
		}
	}
	if users := w.Users("x"); len(users) != 1 || !strings.HasPrefix(users[0], "exp ") {
		t.Errorf("users of x: %v: want exp", users)
	}
}
