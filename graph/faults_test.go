package graph_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/compare"
	"gradtwin/graph"
	"gradtwin/graph/faults"
)

type built struct {
	y   *gorgonia.Node
	wrt gorgonia.Nodes
}

// of makes a case of an operation of one input.
func of(f func(m *maker, x *gorgonia.Node) *gorgonia.Node, shape ...int) func(m *maker) built {
	return func(m *maker) built {
		x := m.input("x", 0.5, 1.5, shape...)
		return built{f(m, x), gorgonia.Nodes{x}}
	}
}

func unary(f func(*gorgonia.Node) (*gorgonia.Node, error)) func(*maker, *gorgonia.Node) *gorgonia.Node {
	return func(_ *maker, x *gorgonia.Node) *gorgonia.Node { return must(f(x)) }
}

// along makes a reduction, or what takes axes as one does.
func along(
	f func(*gorgonia.Node, ...int) (*gorgonia.Node, error), axes ...int,
) func(*maker, *gorgonia.Node) *gorgonia.Node {
	return func(_ *maker, x *gorgonia.Node) *gorgonia.Node { return must(f(x, axes...)) }
}

func slice(s ...tensor.Slice) func(*maker, *gorgonia.Node) *gorgonia.Node {
	return func(_ *maker, x *gorgonia.Node) *gorgonia.Node { return must(gorgonia.Slice(x, s...)) }
}

func ints(m *maker, name string, k ...int) *gorgonia.Node {
	return gorgonia.NewVector(m.g, tensor.Int, gorgonia.WithName(name), gorgonia.WithShape(len(k)),
		gorgonia.WithValue(tensor.New(tensor.WithShape(len(k)), tensor.WithBacking(k))))
}

func byIndices(axis int, k ...int) func(*maker, *gorgonia.Node) *gorgonia.Node {
	return func(m *maker, x *gorgonia.Node) *gorgonia.Node {
		return must(gorgonia.ByIndices(x, ints(m, "k", k...), axis))
	}
}

func dropout(p float64) func(*maker, *gorgonia.Node) *gorgonia.Node {
	return func(_ *maker, x *gorgonia.Node) *gorgonia.Node { return must(gorgonia.Dropout(x, p)) }
}

func norm(low float64, axis, p int, shape ...int) func(m *maker) built {
	return func(m *maker) built {
		x := m.input("x", low, 1.5, shape...)
		return built{must(gorgonia.Norm(x, axis, p)), gorgonia.Nodes{x}}
	}
}

func maxPool(pad ...int) func(*maker, *gorgonia.Node) *gorgonia.Node {
	return func(_ *maker, x *gorgonia.Node) *gorgonia.Node {
		return must(gorgonia.MaxPool2D(x, tensor.Shape{2, 2}, pad, []int{1, 1}))
	}
}

func averagePool(kernel, stride int) func(*maker, *gorgonia.Node) *gorgonia.Node {
	return func(_ *maker, x *gorgonia.Node) *gorgonia.Node {
		return must(gorgonia.AveragePool2D(x, tensor.Shape{kernel, kernel}, []int{0, 0}, []int{stride, stride}))
	}
}

func batchNorm(training bool) func(*maker, *gorgonia.Node) *gorgonia.Node {
	return func(m *maker, x *gorgonia.Node) *gorgonia.Node {
		s := x.Shape()
		y, _, _, op, err := gorgonia.BatchNorm(x, m.input("γ", 1, 2, s...), m.input("β", 1, 2, s...), 0.9, 1e-5)
		if err != nil {
			panic(err)
		}
		one := tensor.Ones(x.Dtype(), s[1])
		if err := errors.Join(op.SetTraining(training), op.SetStats(one, one)); err != nil {
			panic(err)
		}
		return y
	}
}

func ctc(log bool, reduction gorgonia.Reduction) func(*maker, *gorgonia.Node) *gorgonia.Node {
	return func(m *maker, x *gorgonia.Node) *gorgonia.Node {
		if log {
			x = must(gorgonia.LogSoftMax(x, 2))
		}
		targets := gorgonia.NewMatrix(m.g, tensor.Int, gorgonia.WithName("targets"), gorgonia.WithShape(1, 2),
			gorgonia.WithValue(tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]int{1, 2}))))
		return must(gorgonia.CTCLoss(x, targets, ints(m, "lengths", 3), ints(m, "target lengths", 2), reduction))
	}
}

// broadcast adds an input that is repeated along one axis.
func broadcast(axis byte, shape ...int) func(m *maker) built {
	return func(m *maker) built {
		small := slices.Clone(shape)
		small[axis] = 1
		x, b := m.input("x", 1, 2, shape...), m.input("b", 1, 2, small...)
		return built{must(gorgonia.BroadcastHadamardProd(x, b, nil, []byte{axis})), gorgonia.Nodes{x, b}}
	}
}

func tensordot(a, b []int, aAxes, bAxes []int) func(m *maker) built {
	return func(m *maker) built {
		x, y := m.input("x", 1, 2, a...), m.input("y", 1, 2, b...)
		return built{must(gorgonia.Tensordot(aAxes, bAxes, x, y)), gorgonia.Nodes{x, y}}
	}
}

// What the table says is so, and nothing else is accused: of the faults, those
// of the value are seen by the check only where it is not the gradient's own.
func TestFaults(t *testing.T) {
	const right, wrong, fails, passes = "right", "wrong", "fails", "passes"
	for _, c := range []struct {
		name  string
		build func(m *maker) built
		op    string // of the fault that is found, empty for none
		check string // what the check says; passes is a wrong value that it cannot see
	}{
		{"Log2", of(unary(gorgonia.Log2), 3), "Log2", wrong},
		{"Log", of(unary(gorgonia.Log), 3), "", right},
		{"InverseSqrt", of(unary(gorgonia.InverseSqrt), 3), "InverseSqrt", wrong},
		{"Sqrt", of(unary(gorgonia.Sqrt), 3), "", right},
		{"Sum, axis 2 of 2x2x3x2", of(along(gorgonia.Sum, 2), 2, 2, 3, 2), "Sum", wrong},
		{"Mean, axes 2, 3 of 2x2x3x2", of(along(gorgonia.Mean, 2, 3), 2, 2, 3, 2), "Sum", wrong},
		{"Sum, axes 1, 2 of 2x2x3x2", of(along(gorgonia.Sum, 1, 2), 2, 2, 3, 2), "", right},
		{"Sum, axis 2 of 2x2x2x2", of(along(gorgonia.Sum, 2), 2, 2, 2, 2), "", right},
		{"Sum, axis 1 of 2x3x2", of(along(gorgonia.Sum, 1), 2, 3, 2), "", right},
		{"Sum, axis 2 of 2x1x3x2", of(along(gorgonia.Sum, 2), 2, 1, 3, 2), "", right},
		{"Sum, axis 2 of 2x2x1x2", of(along(gorgonia.Sum, 2), 2, 2, 1, 2), "Sum", fails},
		{"Sum of 2x2x3x2", of(along(gorgonia.Sum), 2, 2, 3, 2), "", right},
		{"Max, axis 2 of 2x2x3x2", of(along(gorgonia.Max, 2), 2, 2, 3, 2), "Max", wrong},
		{"Max, axis 3 of 2x2x3x2", of(along(gorgonia.Max, 3), 2, 2, 3, 2), "", right},
		{"broadcast, axis 2 of 2x2x3x2", broadcast(2, 2, 2, 3, 2), "Broadcast", wrong},
		{"broadcast, axis 3 of 2x2x3x2", broadcast(3, 2, 2, 3, 2), "", right},
		{"broadcast, axis 2 of 2x2x2x2", broadcast(2, 2, 2, 2, 2), "", right},
		{"broadcast, axis 1 of 2x3x3", broadcast(1, 2, 3, 3), "", right},
		{"Norm 1 of negative elements", norm(-1, 0, 1, 6), "Norm", passes},
		{"Norm 1 of positive elements", norm(0.5, 0, 1, 6), "", right},
		{"Norm 3 of positive elements", norm(0.5, 0, 3, 6), "", right},
		{"Norm 2 of negative elements", norm(-1, 0, 2, 6), "", right},
		{"LogSumExp of a vector",
			of(func(_ *maker, x *gorgonia.Node) *gorgonia.Node { return must(gorgonia.LogSumExp(x, 0)) }, 4),
			"LogSumExp", passes},
		{"OuterProd", func(m *maker) built {
			x, y := m.input("x", 1, 2, 3), m.input("y", 1, 2, 3)
			return built{must(gorgonia.OuterProd(x, y)), gorgonia.Nodes{x, y}}
		}, "OuterProd", wrong},
		{"Mul of a matrix and a vector", func(m *maker) built { // whose derivative holds an outer product
			x, y := m.input("x", 1, 2, 3, 4), m.input("y", 1, 2, 4)
			return built{must(gorgonia.Mul(x, y)), gorgonia.Nodes{x, y}}
		}, "", right},
		{"Tensordot over all axes of one", tensordot([]int{2, 3, 2}, []int{3, 2}, []int{1, 2}, []int{0, 1}),
			"Tensordot", fails},
		{"Tensordot over two axes", tensordot([]int{2, 3, 2}, []int{3, 2, 4}, []int{1, 2}, []int{0, 1}), "", right},
		{"Tensordot over all axes", tensordot([]int{2, 3}, []int{2, 3}, []int{0, 1}, []int{0, 1}), "", right},
		{"At", of(func(_ *maker, x *gorgonia.Node) *gorgonia.Node {
			return must(gorgonia.Square(must(gorgonia.At(x, 1, 0))))
		}, 2, 3), "At", fails},
		{"ByIndices of a vector", of(byIndices(0, 2, 0), 4), "ByIndices", wrong},
		{"ByIndices, axis 1", of(byIndices(1, 2, 0), 3, 4), "ByIndices", wrong},
		{"ByIndices, axis 1 of three", of(byIndices(1, 2, 0), 2, 4, 2), "ByIndices", fails},
		{"ByIndices of one element", of(byIndices(0, 0, 0), 1, 1), "ByIndices", fails},
		{"ByIndices of one element, one index", of(byIndices(0, 0), 1, 1), "ByIndices", fails},
		{"ByIndices of rows", of(byIndices(0, 2, 0, 2), 4, 3), "", right},
		{"ByIndices of matrices", of(byIndices(0, 2, 0, 2), 4, 3, 2), "", right},
		{"a slice by 2 of 5", of(slice(gorgonia.S(0, 5, 2)), 6), "Slice", passes},
		{"a slice by 2 of 4", of(slice(gorgonia.S(0, 4, 2)), 6), "", right},
		{"a slice", of(slice(gorgonia.S(1, 4)), 6, 2), "", right},
		{"a slice of all", of(slice(nil, gorgonia.S(1)), 6, 2), "", right},
		{"SoftMax of a column", of(along(gorgonia.SoftMax), 3, 1), "SoftMax", wrong},
		{"LogSoftMax of a column", of(along(gorgonia.LogSoftMax), 3, 1), "SoftMax", wrong},
		{"SoftMax of a column, axis 0", of(along(gorgonia.SoftMax, 0), 3, 1), "", right},
		{"Sparsemax, axis 0", of(along(gorgonia.Sparsemax, 0), 2, 3), "Sparsemax", wrong},
		{"Sparsemax", of(along(gorgonia.Sparsemax), 2, 3), "", right},
		{"AveragePool2D, steps", of(averagePool(2, 2), 2, 2, 4, 4), "AveragePool2D", wrong},
		{"AveragePool2D of the width's size", of(averagePool(2, 1), 2, 2, 4, 4), "", right},
		{"AveragePool2D, another width", of(averagePool(2, 1), 2, 2, 4, 5), "AveragePool2D", passes},
		{"AveragePool1D", of(func(_ *maker, x *gorgonia.Node) *gorgonia.Node {
			return must(gorgonia.AveragePool1D(x, 2, 0, 2))
		}, 2, 2, 1, 4), "AveragePool1D", passes},
		{"MaxPool2D, unequal pads", of(maxPool(0, 1, 0, 1), 1, 2, 3, 3), "MaxPool2D", passes},
		{"MaxPool2D, four equal pads", of(maxPool(1, 1, 1, 1), 1, 2, 3, 3), "", right},
		{"GlobalAveragePool2D", of(unary(gorgonia.GlobalAveragePool2D), 2, 3, 2, 2), "GlobalAveragePool2D", fails},
		{"BatchNorm of images, evaluation", of(batchNorm(false), 4, 3, 2, 2), "BatchNorm", wrong},
		{"BatchNorm of images, training", of(batchNorm(true), 4, 3, 2, 2), "", right},
		{"BatchNorm of rows, evaluation", of(batchNorm(false), 4, 3), "", right},
		{"MaxBetween of scalars", of(func(m *maker, x *gorgonia.Node) *gorgonia.Node {
			return must(gorgonia.MaxBetween(x, m.input("y", 1, 2)))
		}), "MaxBetween", fails},
		{"MaxBetween of vectors", of(func(m *maker, x *gorgonia.Node) *gorgonia.Node {
			return must(gorgonia.MaxBetween(x, m.input("y", 0, 0.4, 4)))
		}, 4), "", right},
		{"Dropout of 0.3", of(dropout(0.3), 4, 5), "Dropout", wrong},
		{"Dropout of a half", of(dropout(0.5), 4, 5), "", right},
		{"Dropout of a half of zeros", func(m *maker) built {
			x := m.input("x", 0, 0, 4, 5)
			return built{must(gorgonia.Dropout(x, 0.5)), gorgonia.Nodes{x}}
		}, "Dropout", wrong},
		{"Dropout of a half of a ReLU", of(func(m *maker, x *gorgonia.Node) *gorgonia.Node {
			return must(gorgonia.Dropout(must(gorgonia.Rectify(must(gorgonia.Sub(x, m.constant(1))))), 0.5))
		}, 4, 5), "", right},
		{"CTCLoss of LogSoftMax", of(ctc(true, gorgonia.ReductionSum), 3, 1, 3), "", right},
		{"CTCLoss", of(ctc(false, gorgonia.ReductionSum), 3, 1, 3), "CTCLoss", wrong},
		{"CTCLoss, mean", of(ctc(true, gorgonia.ReductionMean), 3, 1, 3), "CTCLoss", wrong},
		{"an operation not Gorgonia's", of(func(_ *maker, x *gorgonia.Node) *gorgonia.Node {
			return must(gorgonia.ApplyOp(log2{}, x))
		}), "", right},
		{"a fault that no gradient goes through", of(func(m *maker, x *gorgonia.Node) *gorgonia.Node {
			return must(gorgonia.HadamardProd(x, must(gorgonia.Log2(m.input("y", 1, 2, 3)))))
		}, 3), "", right},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := c.build(newMaker(tensor.Float64))
			w, err := graph.Wrap(b.y, b.wrt...)
			if err == nil {
				var report *compare.Report
				report, err = compare.Check(t.Context(), w, compare.Options{})
				if want := c.check == right || c.check == passes; err == nil && report.OK() != want {
					t.Errorf("the check says %v: want %v", report.OK(), want)
				}
			}
			if failed := err != nil; failed != (c.check == fails) {
				t.Fatalf("the check ended with the error %v, and the row says %q", err, c.check)
			}
			if c.check == fails {
				known := func(problem string) bool { return strings.Contains(err.Error(), problem) }
				if all := problems(c.op); c.op != "Sum" && !slices.ContainsFunc(all, known) {
					t.Errorf("error %v: want one of %q in it", err, all)
				}
				return
			}
			found := w.Faults()
			if c.op == "" {
				if len(found) > 0 {
					t.Errorf("faults %+v: want none", found)
				}
				return
			}
			if len(found) != 1 || !slices.Contains(problems(c.op), found[0].Problem) || found[0].Instead == "" {
				t.Errorf("faults %+v: want %s's", found, c.op)
			}
		})
	}
}

// problems returns what is wrong with an operation.
func problems(op string) (all []string) {
	for _, k := range faults.Table() {
		if k.Op == op {
			all = append(all, k.Problem)
		}
	}
	return all
}

// log2 is a user's operation that calls itself as Gorgonia's faulty one does.
type log2 struct{ gorgonia.Iop }

func (log2) Arity() int           { return 1 }
func (log2) DiffWRT(int) []bool   { return []bool{true} }
func (log2) ReturnsPtr() bool     { return false }
func (log2) CallsExtern() bool    { return false }
func (log2) String() string       { return "log2" }
func (log2) Hashcode() uint32     { return 2 }
func (log2) OverwritesInput() int { return -1 }

func (log2) SymDiff(_ gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	return gorgonia.Nodes{grad}, nil
}

func (log2) Do(in ...gorgonia.Value) (gorgonia.Value, error) { return gorgonia.CloneValue(in[0]) }

// An element-wise operation over a reshaped node writes its result over the
// value that the node's derivative needs.
func TestOverwrites(t *testing.T) {
	for _, c := range []struct {
		name  string
		build func(m *maker, x *gorgonia.Node) *gorgonia.Node
		want  string
	}{
		{"Reshape of a sigmoid", func(m *maker, x *gorgonia.Node) *gorgonia.Node {
			return must(gorgonia.HadamardProd(must(gorgonia.Reshape(must(gorgonia.Sigmoid(x)), tensor.Shape{12})),
				m.input("y", 1, 2, 12)))
		}, "⊙ %8 (12) writes its result over the value of sigmoid %5 (4×3) before the gradient's"},
		{"sigmoid of a Reshape", func(m *maker, x *gorgonia.Node) *gorgonia.Node {
			return must(gorgonia.HadamardProd(must(gorgonia.Sigmoid(must(gorgonia.Reshape(x, tensor.Shape{12})))),
				m.input("y", 1, 2, 12)))
		}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMaker(tensor.Float64)
			x, v := m.input("x", -1, 1, 4, 3), m.input("v", -1, 1, 4, 3)
			w, err := graph.Wrap(must(gorgonia.Sum(c.build(m, must(gorgonia.Mul(m.constant(2), must(gorgonia.Add(x, v))))))), x)
			if err != nil {
				t.Fatal(err)
			}
			report, err := compare.Check(t.Context(), w, compare.Options{})
			if err != nil {
				t.Fatal(err)
			}
			found := w.Faults()
			if (c.want == "") != report.OK() || (c.want == "") != (len(found) == 0) {
				t.Fatalf("the check says %v, faults %+v: want a fault: %v", report.OK(), found, c.want != "")
			}
			if c.want != "" && !strings.HasPrefix(found[0].Problem, c.want) {
				t.Errorf("fault %+v: want %s", found[0], c.want)
			}
		})
	}
}

// A fault is listed for each node that has it, and functions derived from the
// checked one list the same.
func TestFaultsOfCopies(t *testing.T) {
	m := newMaker(tensor.Float32)
	x := m.input("x", 1, 2, 3)
	w, err := graph.Wrap(
		must(gorgonia.Sum(must(gorgonia.Add(must(gorgonia.Log2(x)), must(gorgonia.Log2(must(gorgonia.Square(x)))))))), x)
	if err != nil {
		t.Fatal(err)
	}
	found := w.Faults()
	if len(found) != 2 || found[0].Node != "log2 %1 (3)" || found[1].Problem != found[0].Problem {
		t.Errorf("faults %+v: want one of two nodes, log2 %%1 (3) first", found)
	}
	clone, err := w.Clone()
	if err != nil {
		t.Fatal(err)
	}
	wide, err := w.Float64()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []any{clone, wide} {
		if got := f.(*graph.Wrapped).Faults(); !slices.Equal(got, found) {
			t.Errorf("faults %+v: want %+v", got, found)
		}
	}
}
