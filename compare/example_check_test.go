package compare_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"math"
	"slices"

	"gonum.org/v1/gonum/optimize"
	"gonum.org/v1/gonum/optimize/functions"

	"gradtwin"
	"gradtwin/compare"
)

// printer stands for a *testing.T, which an example has not.
type printer struct{}

func (printer) Helper()                           {}
func (printer) Logf(format string, args ...any)   { fmt.Printf(format+"\n", args...) }
func (printer) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }
func (printer) Fatalf(format string, args ...any) { fmt.Printf(format+"\n", args...) }

// The gradient of an optimization problem is checked in one line. In a test,
// Assert takes the test's t.
func ExampleOf() {
	t := printer{}
	rosenbrock := functions.ExtendedRosenbrock{}
	problem := optimize.Problem{Func: rosenbrock.Func, Grad: rosenbrock.Grad}

	compare.Assert(t, compare.Of(problem.Func, problem.Grad, []float64{-1.2, 1, 0.5, 2}))

	fmt.Println("right")
	// Output: right
}

// quadratic is a(x−3)² + b·y with the sign of ∂/∂y wrong.
func quadratic() compare.Function {
	f := func(v []float64) float64 { return 2*(v[0]-3)*(v[0]-3) + 0.5*v[1]*v[2] }
	grad := func(g, v []float64) { g[0], g[1], g[2] = 4*(v[0]-3), -0.5*v[2], 0.5*v[1] }
	return compare.Of(f, grad, []float64{1, 2, 3}, gradtwin.Tensor{Name: "x"}, gradtwin.Tensor{Name: "y", Shape: []int{2}})
}

// A wrong element is named, with both values one above the other.
func ExampleCheck() {
	report, err := compare.Check(context.Background(), quadratic(), compare.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.OK(), report.Counts.Wrong, "of", report.Checked)
	worst := report.Worst[0]
	fmt.Println(worst.Name(), worst.Symbolic, math.Round(worst.Numeric*1e6)/1e6)
	fmt.Println("replay:", report.Replay)
	// Output:
	// false 1 of 3
	// y[0] -1.5 1.5
	// replay: compare.Options{Mode: compare.Auto, Seed: 0}
}

// largest is the maximum of its elements with a derivative that forgets the last.
func largest(x ...float64) compare.Function {
	at := func(v []float64) int { return slices.Index(v, slices.Max(v)) }
	return compare.Of(func(v []float64) float64 { return slices.Max(v) }, func(g, v []float64) {
		clear(g)
		g[at(v[:len(v)-1])] = 1
	}, x)
}

// A fault that shows with some values only can pass at one point.
func ExampleOptions_points() {
	f := largest(1, 9, 3)
	for _, points := range []int{1, 8} {
		report, err := compare.Check(context.Background(), f, compare.Options{Points: points})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(report.Result())
	}
	fmt.Println(f.At(0), f.At(1), f.At(2))
	// Output:
	// ok
	// wrong
	// 1 9 3
}

// A check that would pass whatever the gradient is refused.
func ExampleEmptyError() {
	atMinimum := compare.Of(
		func(x []float64) float64 { return x[0] * x[0] },
		func(g, x []float64) { g[0] = 0 }, // wrong anywhere else
		[]float64{0})
	_, err := compare.Check(context.Background(), atMinimum, compare.Options{})
	var empty *compare.EmptyError
	fmt.Println(errors.As(err, &empty), empty.Largest)
	// Output: true 0
}
