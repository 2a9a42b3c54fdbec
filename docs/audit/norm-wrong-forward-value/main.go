//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// Norm (1x3, axis 0, p = 1) on the tape machine: wrong forward value.
//
// The p-norm is (Σ|x|ᵖ)^(1/p); Gorgonia leaves the absolute value out.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewTensor(g, gorgonia.Float64, 2, gorgonia.WithShape(1, 3), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 3), tensor.WithBacking([]float64{1.952, 0.424, -1.104}))))
	y := gorgonia.Must(gorgonia.Norm(x, 0, 1))
	vm := gorgonia.NewTapeMachine(g)
	if err := vm.RunAll(); err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println("value:", y.Value())
	fmt.Println("y[2] is -1.104, right is 1.104")
}
