//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// OuterProd (1, 3) on the tape machine: error.
//
// The gradient of a⊗b with respect to b is Gᵀa, with G the gradient of the result.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	a := gorgonia.NewTensor(g, gorgonia.Float64, 1, gorgonia.WithShape(1), gorgonia.WithName("a"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1), tensor.WithBacking([]float64{1.952}))))
	b := gorgonia.NewTensor(g, gorgonia.Float64, 1, gorgonia.WithShape(3), gorgonia.WithName("b"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(3), tensor.WithBacking([]float64{-0.964, 1.508, -0.12000000000000001}))))
	y := gorgonia.Must(gorgonia.OuterProd(a, b))
	w := gorgonia.NewTensor(g, gorgonia.Float64, 2, gorgonia.WithShape(1, 3), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 3), tensor.WithBacking([]float64{0.77, 0.10600000000000001, -0.758}))))
	cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(y, w))))
	grads, err := gorgonia.Grad(cost, a, b)
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
	fmt.Println("gradient of a:", grads[0].Value())
	fmt.Println("gradient of b:", grads[1].Value())
}
