//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// Sum (2x2x3x2, axis 2) on the tape machine: wrong forward value.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(2, 2, 3, 2), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 2, 3, 2), tensor.WithBacking([]float64{1.952, 0.424, -1.104, 1.369, -0.159, -1.687, 0.785, -0.743, 1.729, 0.201, -1.327, 1.146, -0.382, -1.91, 0.562, -0.966, 1.506, -0.122, -1.549, 0.923, -0.605, 1.867, 0.339, -1.189}))))
	y := gorgonia.Must(gorgonia.Sum(x, 2))
	vm := gorgonia.NewTapeMachine(g)
	if err := vm.RunAll(); err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println("value:", y.Value())
	fmt.Println("y[0,1,1] is -2.229, right is 0.604")
}
