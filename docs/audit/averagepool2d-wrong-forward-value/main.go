//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// AveragePool2D (1x1x3x3, kernel 2x2, pad 0, 1, 0, 1) on the tape machine: wrong forward value.
//
// An average divides by the kernel's size; Gorgonia divides by the image's width,
// and its gradient goes to the last element under the kernel alone.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(1, 1, 3, 3), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 1, 3, 3), tensor.WithBacking([]float64{1.982, 1.409, 0.836, 1.763, 1.19, 0.617, 1.544, 0.971, 1.898}))))
	y := gorgonia.Must(gorgonia.AveragePool2D(x, tensor.Shape{2, 2}, []int{0, 1, 0, 1}, []int{1, 1}))
	vm := gorgonia.NewTapeMachine(g)
	if err := vm.RunAll(); err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println("value:", y.Value())
	fmt.Println("y[0,0,2,1] is 1.82267, right is 0.71725")
}
