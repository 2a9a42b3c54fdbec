//go:build ignore

// WithValue takes a tensor of another shape without a word.
// Right is an error: the node has three elements and the value two.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewVector(g, gorgonia.Float64, gorgonia.WithShape(3), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithBacking([]float64{1, 2}))))
	sum := gorgonia.Must(gorgonia.Sum(x))
	fmt.Println("shape:", x.Shape(), "value:", x.Value(), "error:", gorgonia.NewTapeMachine(g).RunAll(), "sum:", sum.Value())
}
