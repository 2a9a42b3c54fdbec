//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// Log2 (scalar) on the tape machine: wrong gradient.
//
// The derivative of log₂x is 1/(x·ln 2); Gorgonia's is ln 2/x.
//
// By hand, with y from plain Go and the cost below:
// cost(x = 2.9681) = 1.208545568587
// cost(x = 2.9679) = 1.208470711769
// so the derivative is their difference over 0.0002, 0.374284.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewTensor(g, gorgonia.Float64, 0, gorgonia.WithShape(), gorgonia.WithName("x"),
		gorgonia.WithValue(float64(2.968)))
	y := gorgonia.Must(gorgonia.Log2(x))
	w := gorgonia.NewTensor(g, gorgonia.Float64, 0, gorgonia.WithShape(), gorgonia.WithName("w"),
		gorgonia.WithValue(float64(0.77)))
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
	fmt.Println("x is 0.179826, right is 0.374284")
}
