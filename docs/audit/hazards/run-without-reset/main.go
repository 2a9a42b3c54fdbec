//go:build ignore

// A second RunAll without Reset does nothing: the cost stays the first one.
// By hand: x is 2 and then 3, so the cost x² is 4 and then 9.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewScalar(g, gorgonia.Float64, gorgonia.WithName("x"))
	cost := gorgonia.Must(gorgonia.Square(x))
	vm := gorgonia.NewTapeMachine(g)
	for _, v := range []float64{2, 3} {
		must(gorgonia.Let(x, v))
		must(vm.RunAll())
		fmt.Println("cost:", cost.Value())
	}
	fmt.Println("the second is 4, right is 9")
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
