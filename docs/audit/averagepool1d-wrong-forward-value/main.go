//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// AveragePool1D (2x2x1x6, kernel 2, stride 1x2) on the tape machine: wrong forward value.
//
// AveragePool1D calls MaxPool2D: the values are maxima.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(2, 2, 1, 6), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 2, 1, 6), tensor.WithBacking([]float64{1.982, 1.409, 0.836, 1.763, 1.19, 0.617, 1.544, 0.971, 1.898, 1.326, 0.753, 1.68, 1.107, 0.534, 1.461, 0.888, 1.815, 1.242, 0.669, 1.596, 1.023, 1.95, 1.377, 0.804}))))
	y := gorgonia.Must(gorgonia.AveragePool1D(x, 2, 0, 2))
	vm := gorgonia.NewTapeMachine(g)
	if err := vm.RunAll(); err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println("value:", y.Value())
	fmt.Println("y[0,0,0,1] is 1.763, right is 1.2995")
}
