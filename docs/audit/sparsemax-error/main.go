//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// Sparsemax (2x3x2) on the tape machine: error.
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
	x := gorgonia.NewTensor(g, gorgonia.Float64, 3, gorgonia.WithShape(2, 3, 2), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 3, 2), tensor.WithBacking([]float64{0.976, 0.212, -0.552, 0.684, -0.18, -0.844, 0.392, -0.371, 0.865, 0.101, -0.663, 0.573}))))
	y := gorgonia.Must(gorgonia.Sparsemax(x))
	w := gorgonia.NewTensor(g, gorgonia.Float64, 3, gorgonia.WithShape(2, 3, 2), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 3, 2), tensor.WithBacking([]float64{0.77, 0.10600000000000001, -0.758, 0.478, -0.286, 0.95, 0.186, -0.577, 0.659, -0.105, -0.869, 0.367}))))
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
