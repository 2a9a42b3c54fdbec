package graph_test

import (
	"context"
	"fmt"
	"log"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/compare"
	"gradtwin/graph"
)

// logistic builds the loss of a logistic regression of four rows.
func logistic() (cost, w, b *gorgonia.Node) {
	g := gorgonia.NewGraph()
	dense := func(shape tensor.Shape, x ...float64) *tensor.Dense {
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x))
	}
	x := gorgonia.NewMatrix(g, tensor.Float64, gorgonia.WithName("x"), gorgonia.WithShape(4, 2),
		gorgonia.WithValue(dense(tensor.Shape{4, 2}, 0.5, 1, -1, 0.25, 2, -0.5, 0, 1.5)))
	y := gorgonia.NewVector(g, tensor.Float64, gorgonia.WithName("y"), gorgonia.WithShape(4),
		gorgonia.WithValue(dense(tensor.Shape{4}, 1, 0, 1, 0)))
	w = gorgonia.NewVector(g, tensor.Float64, gorgonia.WithName("w"), gorgonia.WithShape(2),
		gorgonia.WithValue(dense(tensor.Shape{2}, 0.3, -0.2)))
	b = gorgonia.NewScalar(g, tensor.Float64, gorgonia.WithName("b"), gorgonia.WithValue(0.1))

	// The mean of ln(1 + exp(z)) − y·z is the cross entropy of sigmoid(z).
	z := gorgonia.Must(gorgonia.Add(gorgonia.Must(gorgonia.Mul(x, w)), b))
	cost = gorgonia.Must(gorgonia.Mean(gorgonia.Must(gorgonia.Sub(
		gorgonia.Must(gorgonia.Softplus(z)), gorgonia.Must(gorgonia.HadamardProd(y, z))))))
	return cost, w, b
}

// In a test, Assert takes the test's t.
func ExampleWrap() {
	t := printer{}

	cost, w, b := logistic()
	f, err := graph.Wrap(cost, w, b)
	if err != nil {
		t.Fatalf("%v", err)
	}
	compare.Assert(t, f)

	fmt.Println(f.Layout())
	// Output: [{w [2]} {b []}]
}

// What a gradient costs, beside its loss and beside differences of the loss:
//
//	go test -run '^$' -bench Logistic ./graph
func BenchmarkLogistic(b *testing.B) {
	cost, w, bias := logistic()
	f, err := graph.Wrap(cost, w, bias)
	if err != nil {
		b.Fatal(err)
	}
	compare.Benchmark(b, f)
}

// printer stands for a *testing.T, which an example has not.
type printer struct{}

func (printer) Helper()                           {}
func (printer) Logf(format string, args ...any)   { fmt.Printf(format+"\n", args...) }
func (printer) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }
func (printer) Fatalf(format string, args ...any) { fmt.Printf(format+"\n", args...) }

// Outside tests, Check returns a report.
func ExampleWrap_check() {
	cost, w, b := logistic()
	f, err := graph.Wrap(cost, w, b)
	if err != nil {
		log.Fatal(err)
	}
	report, err := compare.Check(context.Background(), f, compare.Options{})
	if err != nil {
		log.Fatal(err)
	}
	loss, err := f.Loss()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("loss %.6f, gradients right: %v\n", loss, report.OK())
	// Output: loss 0.553410, gradients right: true
}

// A gradient of the gradient: here it is right.
func ExampleWrapped_SecondOrder() {
	cost, w, b := logistic()
	f, err := graph.Wrap(cost, w, b)
	if err != nil {
		log.Fatal(err)
	}
	second, err := f.SecondOrder(1)
	if err != nil {
		log.Fatal(err)
	}
	report, err := compare.Check(context.Background(), second, compare.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.OK())
	// Output: true
}

// A fault that depends on shapes, and what it depends on: Sum along an axis that
// is neither the first nor the last.
func ExampleWrap_sweep() {
	sizes := []int{1, 2, 3}
	swept, err := compare.Sweep(context.Background(), compare.Grid(sizes, sizes, sizes[1:], sizes[1:]),
		func(shape []int) (compare.Function, error) {
			g := gorgonia.NewGraph()
			x := gorgonia.NewTensor(g, tensor.Float64, 4, gorgonia.WithShape(shape...), gorgonia.WithName("x"),
				gorgonia.WithInit(gorgonia.Gaussian(0, 1)))
			return graph.Wrap(gorgonia.Must(gorgonia.Sum(x, 2)), x)
		}, compare.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for _, row := range swept.Rows[16:20] {
		fmt.Println(row.Shape, row.Result)
	}
	fmt.Println(swept.Wrong.Text)
	// Output:
	// [2 2 2 2] ok
	// [2 2 2 3] ok
	// [2 2 3 2] wrong
	// [2 2 3 3] wrong
	// axis 1 > 1 and axis 2 > 2
}

// A step of training as it is written, but for the Reset that was forgotten: from
// the second step on the machine does nothing.
func ExampleWrapStep() {
	cost, w, b := logistic()
	gorgonia.Grad(cost, w, b)
	vm := gorgonia.NewTapeMachine(cost.Graph(), gorgonia.BindDualValues(w, b))
	solver := gorgonia.NewVanillaSolver(gorgonia.WithLearnRate(0.1))

	f, err := graph.Wrap(cost, w, b)
	if err != nil {
		log.Fatal(err)
	}
	s, err := graph.WrapStep(f, solver, func(solver gorgonia.Solver) error {
		if err := vm.RunAll(); err != nil {
			return err
		}
		return solver.Step(gorgonia.NodesToValueGrads(gorgonia.Nodes{w, b}))
	})
	if err != nil {
		log.Fatal(err)
	}
	report, err := compare.Check(context.Background(), s, compare.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Result())
	for _, m := range report.Misuses {
		problem, _, _ := strings.Cut(m.Problem, ":")
		fmt.Printf("%s: %s\ninstead: %s\n", m.Node, problem, m.Instead)
	}
	fmt.Println(w.Value())
	// Output:
	// wrong
	// run 2 of the step: the machine has not run
	// instead: the machine's RunAll, the solver's Step, the machine's Reset, in this order
	// [ 0.3  -0.2]
}
