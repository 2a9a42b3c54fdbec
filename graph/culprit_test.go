package graph_test

import (
	"fmt"
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
func planted(m *maker, f func(m *maker, x, y *gorgonia.Node) *gorgonia.Node, shape ...int) (*gorgonia.Node, gorgonia.Nodes) {
	x, y := m.input("x", 0.5, 1.5, shape...), m.input("y", 0.5, 1.5, shape...)
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
		op    string // which the label begins with, empty for none
		ratio float64
		known bool
	}{
		{"Dropout", alone(dropout(0.3)), []int{4, 5}, "Dropout ", 7.0 / 3, true},
		{"Log2", alone(unary(gorgonia.Log2)), []int{4}, "log2 ", 0.4804530139182014, true}, // (ln 2)²
		{"InverseSqrt", alone(unary(gorgonia.InverseSqrt)), []int{4}, "invSqrt ", 0, true},
		{"OuterProd", func(_ *maker, x, y *gorgonia.Node) *gorgonia.Node { return must(gorgonia.OuterProd(x, y)) }, []int{3}, "a ⊗ b ", 0, true},
		{"Sum", alone(along(gorgonia.Sum, 2)), []int{2, 2, 3, 2}, "Σ", 0, true},
		{"Max", alone(along(gorgonia.Max, 2)), []int{2, 2, 3, 2}, "Max", 0, true},
		{"SoftMax", alone(along(gorgonia.SoftMax)), []int{3, 1}, "SoftMax ", 0, true},
		{"ByIndices", alone(byIndices(0, 2, 0)), []int{4}, "ByIndices", 0, true},
		{"AveragePool2D", alone(averagePool(2, 2)), []int{2, 2, 4, 4}, "AvgPool ", 0, true},
		{"a user's", alone(func(_ *maker, x *gorgonia.Node) *gorgonia.Node { return must(gorgonia.ApplyOp(tripled{}, x)) }), []int{4}, "tripled ", 3, false},
		{"with a second use of the operand", alone(func(m *maker, x *gorgonia.Node) *gorgonia.Node {
			return must(gorgonia.Add(x, must(gorgonia.Log2(x))))
		}), []int{4}, "log2 ", 0, true},
		{"Log", alone(unary(gorgonia.Log)), []int{4}, "", 0, false},
		{"Dropout of a half", alone(dropout(0.5)), []int{4, 5}, "", 0, false},
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
					if got == nil || len(got.Operations) != 1 || !strings.HasPrefix(got.Operations[0], c.op) || got.Known != c.known {
						t.Fatalf("culprit %+v: want %s, known %v\n%v", got, c.op, c.known, report)
					}
					if c.ratio != 0 && !(got.Ratio > c.ratio*(1-1e-3) && got.Ratio < c.ratio*(1+1e-3)) { // float32 slopes
						t.Errorf("ratio %v: want %v", got.Ratio, c.ratio)
					}
					if !strings.Contains(report.String(), "culprit: "+c.op) {
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
