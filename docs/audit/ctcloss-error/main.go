//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// CTCLoss (2x1x3, ReductionSum, of LogSoftMax) on the tape machine: error.
//
// The loss is a tensor of no dimensions, which cannot be multiplied by a scalar. As the cost
// itself it runs, and its gradient holds for the outcome of a LogSoftMax alone.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewTensor(g, gorgonia.Float64, 3, gorgonia.WithShape(2, 1, 3), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 1, 3), tensor.WithBacking([]float64{1.952, 0.424, -1.104, 1.369, -0.159, -1.687}))))
	t := gorgonia.NewTensor(g, gorgonia.Int, 2, gorgonia.WithShape(1, 2), gorgonia.WithName("t"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]int{1, 2}))))
	m := gorgonia.NewTensor(g, gorgonia.Int, 1, gorgonia.WithShape(1), gorgonia.WithName("m"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1), tensor.WithBacking([]int{2}))))
	n := gorgonia.NewTensor(g, gorgonia.Int, 1, gorgonia.WithShape(1), gorgonia.WithName("n"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1), tensor.WithBacking([]int{2}))))
	y := gorgonia.Must(gorgonia.CTCLoss(gorgonia.Must(gorgonia.LogSoftMax(x, 2)), t, m, n, gorgonia.ReductionSum))
	w := gorgonia.NewTensor(g, gorgonia.Float64, 0, gorgonia.WithShape(), gorgonia.WithName("w"),
		gorgonia.WithValue(float64(0.77)))
	cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(y, w))))
	w1 := gorgonia.NewTensor(g, gorgonia.Float64, 3, gorgonia.WithShape(2, 1, 3), gorgonia.WithName("w1"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 1, 3), tensor.WithBacking([]float64{0.938, 0.174, -0.59, 0.646, -0.118, -0.882}))))
	more1 := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(x, w1))))
	cost = gorgonia.Must(gorgonia.Add(cost, more1))
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
