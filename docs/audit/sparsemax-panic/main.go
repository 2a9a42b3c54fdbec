//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// Sparsemax (4, axis 0) on the tape machine: panic.
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
	x := gorgonia.NewTensor(g, gorgonia.Float64, 1, gorgonia.WithShape(4), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(4), tensor.WithBacking([]float64{0.976, 0.212, -0.552, 0.684}))))
	y := gorgonia.Must(gorgonia.Sparsemax(x, 0))
	vm := gorgonia.NewTapeMachine(g)
	if err := vm.RunAll(); err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println("value:", y.Value())
	fmt.Println("the audit: panic: ends the process: panic: runtime error: index out of range [1] with length 1")
}
