//go:build ignore

// The value of an inner node is overwritten by an operation that comes later.
// By hand: x + 1 is [2 3].
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewVector(g, gorgonia.Float64, gorgonia.WithShape(2), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithBacking([]float64{1, 2}))))
	a := gorgonia.Must(gorgonia.Add(x, gorgonia.NewConstant(1.0)))
	gorgonia.Must(gorgonia.Add(a, gorgonia.NewConstant(5.0)))
	must(gorgonia.NewTapeMachine(g).RunAll())
	fmt.Println("x + 1:", a.Value())
	fmt.Println("it is [7 8], right is [2 3]")
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
