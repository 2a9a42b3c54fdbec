//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// InverseSqrt (scalar) on the tape machine: wrong gradient.
//
// The derivative of 1/√x is -1/(2·x·√x).
//
// By hand, with y from plain Go and the cost below:
// cost(x = 2.9691) = 0.446867029209
// cost(x = 2.9689) = 0.446882080558
// so the derivative is their difference over 0.0002, -0.075257.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewTensor(g, gorgonia.Float64, 0, gorgonia.WithShape(), gorgonia.WithName("x"),
		gorgonia.WithValue(float64(2.969)))
	y := gorgonia.Must(gorgonia.InverseSqrt(x))
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
	fmt.Println("x is -1.96959, right is -0.0752567")
}
