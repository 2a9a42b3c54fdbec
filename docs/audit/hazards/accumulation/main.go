//go:build ignore

// Gradients bound by BindDualValues add up over runs.
// By hand: the derivative of x² at 3 is 6 at every run.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewScalar(g, gorgonia.Float64, gorgonia.WithName("x"), gorgonia.WithValue(3.0))
	cost := gorgonia.Must(gorgonia.Square(x))
	if _, err := gorgonia.Grad(cost, x); err != nil {
		panic(err)
	}
	vm := gorgonia.NewTapeMachine(g, gorgonia.BindDualValues(x))
	for range 2 {
		must(vm.RunAll())
		d, err := x.Grad()
		must(err)
		fmt.Println("gradient:", d)
		vm.Reset()
	}
	fmt.Println("the second is 12, right is 6")
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
