//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// CTCLoss (2x1x3, ReductionSum) on the tape machine: wrong gradient.
//
// The loss is a tensor of no dimensions, which cannot be multiplied by a scalar. As the cost
// itself it runs, and its gradient holds for the outcome of a LogSoftMax alone.
//
// By hand, with y from plain Go and the cost below:
// cost(p[0,0,0] = -0.5179) = 2.974000000000
// cost(p[0,0,0] = -0.5181) = 2.974000000000
// so the derivative is their difference over 0.0002, 0.000000.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	p := gorgonia.NewTensor(g, gorgonia.Float64, 3, gorgonia.WithShape(2, 1, 3), gorgonia.WithName("p"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 1, 3), tensor.WithBacking([]float64{-0.518, -1.091, -1.664, -0.737, -1.31, -1.883}))))
	t := gorgonia.NewTensor(g, gorgonia.Int, 2, gorgonia.WithShape(1, 2), gorgonia.WithName("t"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]int{1, 2}))))
	m := gorgonia.NewTensor(g, gorgonia.Int, 1, gorgonia.WithShape(1), gorgonia.WithName("m"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1), tensor.WithBacking([]int{2}))))
	n := gorgonia.NewTensor(g, gorgonia.Int, 1, gorgonia.WithShape(1), gorgonia.WithName("n"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1), tensor.WithBacking([]int{2}))))
	y := gorgonia.Must(gorgonia.CTCLoss(p, t, m, n, gorgonia.ReductionSum))
	cost := y
	grads, err := gorgonia.Grad(cost, p)
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
	fmt.Println("gradient of p:", grads[0].Value())
	fmt.Println("p[0,0,0] is 0.595711, right is 0")
}
