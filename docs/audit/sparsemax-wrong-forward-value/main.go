//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// Sparsemax (2x3, axis 0) on the tape machine: wrong forward value.
//
// Sparsemax projects each row onto the simplex (Martins & Astudillo 2016).
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewTensor(g, gorgonia.Float64, 2, gorgonia.WithShape(2, 3), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 3), tensor.WithBacking([]float64{0.976, 0.212, -0.552, 0.684, -0.18, -0.844}))))
	y := gorgonia.Must(gorgonia.Sparsemax(x, 0))
	vm := gorgonia.NewTapeMachine(g)
	if err := vm.RunAll(); err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println("value:", y.Value())
	fmt.Println("y[0,1] is 0.354, right is 0.696")
}
