//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// OuterProd (3, 3) on the tape machine: wrong gradient.
//
// The gradient of a⊗b with respect to b is Gᵀa, with G the gradient of the result.
//
// By hand, with y from plain Go and the cost below:
// cost(b[2] = -0.1199) = -0.140247699200
// cost(b[2] = -0.1201) = -0.139886828800
// so the derivative is their difference over 0.0002, -1.804352.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	a := gorgonia.NewTensor(g, gorgonia.Float64, 1, gorgonia.WithShape(3), gorgonia.WithName("a"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(3), tensor.WithBacking([]float64{1.952, 0.424, -1.104}))))
	b := gorgonia.NewTensor(g, gorgonia.Float64, 1, gorgonia.WithShape(3), gorgonia.WithName("b"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(3), tensor.WithBacking([]float64{-0.964, 1.508, -0.12000000000000001}))))
	y := gorgonia.Must(gorgonia.OuterProd(a, b))
	w := gorgonia.NewTensor(g, gorgonia.Float64, 2, gorgonia.WithShape(3, 3), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(3, 3), tensor.WithBacking([]float64{0.77, 0.10600000000000001, -0.758, 0.478, -0.286, 0.95, 0.186, -0.577, 0.659}))))
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
	fmt.Println("b[2] is 2.08423, right is -1.80435")
}
