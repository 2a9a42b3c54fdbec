//go:build ignore

// Reshape shares its input's memory, and an operation after it writes into the input.
// By hand: x is an input and stays [1 2].
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	data := []float64{1, 2}
	x := gorgonia.NewMatrix(g, gorgonia.Float64, gorgonia.WithShape(1, 2), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 2), tensor.WithBacking(data))))
	gorgonia.Must(gorgonia.Add(gorgonia.Must(gorgonia.Reshape(x, tensor.Shape{2})), gorgonia.NewConstant(1.0)))
	must(gorgonia.NewTapeMachine(g).RunAll())
	fmt.Println("the caller's slice:", data)
	fmt.Println("it is [2 3], right is [1 2]")
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
