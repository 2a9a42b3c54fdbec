//go:build ignore

// At a tie Max gives every largest element the whole gradient.
// By hand: max(t, t) = t has the derivative 1 along (1, 1); Gorgonia's gradient has 2.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewVector(g, gorgonia.Float64, gorgonia.WithShape(2), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithBacking([]float64{1, 1}))))
	grads, err := gorgonia.Grad(gorgonia.Must(gorgonia.Max(x)), x)
	must(err)
	must(gorgonia.NewTapeMachine(g).RunAll())
	fmt.Println("gradient:", grads[0].Value())
	fmt.Println("its sum is 2, right is 1")
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
