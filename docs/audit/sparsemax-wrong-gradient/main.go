//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// Sparsemax (1x3, axis 0) on the tape machine: wrong gradient.
//
// Sparsemax projects each row onto the simplex (Martins & Astudillo 2016).
//
// By hand, with y from plain Go and the cost below:
// cost(x[0,2] = -0.5519) = 0.118000000000
// cost(x[0,2] = -0.5521) = 0.118000000000
// so the derivative is their difference over 0.0002, 0.000000.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewTensor(g, gorgonia.Float64, 2, gorgonia.WithShape(1, 3), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 3), tensor.WithBacking([]float64{0.976, 0.212, -0.552}))))
	y := gorgonia.Must(gorgonia.Sparsemax(x, 0))
	w := gorgonia.NewTensor(g, gorgonia.Float64, 2, gorgonia.WithShape(1, 3), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 3), tensor.WithBacking([]float64{0.77, 0.10600000000000001, -0.758}))))
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
	fmt.Println("x[0,2] is -0.797333, right is -7.40149e-14")
}
