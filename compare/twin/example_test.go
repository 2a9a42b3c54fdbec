package twin_test

import (
	"context"
	"fmt"

	"gradtwin"
	"gradtwin/backprop"
	"gradtwin/compare"
	"gradtwin/compare/twin"
	"gradtwin/numeric"
)

// Backpropagation written by hand, checked by differences of the plain code's loss.
func ExamplePair() {
	spec := gradtwin.Spec{Layers: []int{2, 3, 2}, Activation: gradtwin.Tanh}
	symbolic, err := backprop.New(spec)
	if err != nil {
		fmt.Println(err)
		return
	}
	judge, err := numeric.New(spec, numeric.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, b := range []twin.Backend{symbolic, judge} {
		b.Params().Init(gradtwin.NewRand(8), gradtwin.Init{Scheme: gradtwin.Xavier})
	}
	batch := gradtwin.Batch{X: []float64{1, 3, -2, 1}, Labels: []int{0, 1}}
	report, err := compare.Check(context.Background(), twin.Pair{Symbolic: symbolic, Numeric: judge, Batch: batch}, compare.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.OK(), report.Counts.OK, "of", report.Total)
	// Output: true 17 of 17
}
