//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// LogSoftMax (3x1) on the tape machine: wrong forward value.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewTensor(g, gorgonia.Float64, 2, gorgonia.WithShape(3, 1), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(3, 1), tensor.WithBacking([]float64{0.976, 0.212, -0.552}))))
	y := gorgonia.Must(gorgonia.LogSoftMax(x))
	vm := gorgonia.NewTapeMachine(g)
	if err := vm.RunAll(); err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println("value:", y.Value())
	fmt.Println("y[2,0] is -2.04844, right is 0")
}
