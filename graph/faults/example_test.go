package faults_test

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/faults"
)

func ExampleOf() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewVector(g, gorgonia.Float64, gorgonia.WithShape(3), gorgonia.WithName("x"))
	for _, fault := range faults.Of(gorgonia.Must(gorgonia.Log2(x)), nil) {
		fmt.Println(fault.Problem)
		fmt.Println("instead:", fault.Instead)
	}
	// Output:
	// the derivative of Log2 is ln 2/x where 1/(x·ln 2) is right
	// instead: Log(x)·(1/ln 2)
}
