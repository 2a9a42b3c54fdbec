//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// Tensordot (3, 3, axes 0 with 0) on the tape machine: error.
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
	y := gorgonia.Must(gorgonia.Tensordot([]int{0}, []int{0}, a, b))
	w := gorgonia.NewTensor(g, gorgonia.Float64, 1, gorgonia.WithShape(1), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1), tensor.WithBacking([]float64{0.77}))))
	cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(y, w))))
	w1 := gorgonia.NewTensor(g, gorgonia.Float64, 1, gorgonia.WithShape(3), gorgonia.WithName("w1"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(3), tensor.WithBacking([]float64{0.938, 0.174, -0.59}))))
	more1 := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(a, w1))))
	cost = gorgonia.Must(gorgonia.Add(cost, more1))
	w2 := gorgonia.NewTensor(g, gorgonia.Float64, 1, gorgonia.WithShape(3), gorgonia.WithName("w2"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(3), tensor.WithBacking([]float64{-0.52, 0.716, -0.14800000000000002}))))
	more2 := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(b, w2))))
	cost = gorgonia.Must(gorgonia.Add(cost, more2))
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
