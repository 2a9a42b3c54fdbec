//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// GlobalAveragePool2D (1x1x2x2) on the tape machine: panic.
//
// The gradient is 1/(H·W) for every element; building it panics.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(1, 1, 2, 2), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 1, 2, 2), tensor.WithBacking([]float64{1.952, 0.424, -1.104, 1.369}))))
	y := gorgonia.Must(gorgonia.GlobalAveragePool2D(x))
	w := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(1, 1, 1, 1), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 1, 1, 1), tensor.WithBacking([]float64{0.77}))))
	cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(y, w))))
	grads, err := gorgonia.Grad(cost, x)
	if err != nil {
		fmt.Println("error:", err)
		return
	}
	vm := gorgonia.NewTapeMachine(g)
	if err := vm.RunAll(); err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println("cost:", cost.Value())
	fmt.Println("gradient of x:", grads[0].Value())
}
