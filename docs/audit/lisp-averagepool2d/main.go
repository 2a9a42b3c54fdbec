//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// AveragePool2D (1x1x4x4, kernel 2x2) on the Lisp machine: wrong gradient.
//
// By hand, with y from plain Go and the cost below:
// cost(x[0,0,3,1] = 0.5341) = 5.527842925000
// cost(x[0,0,3,1] = 0.5339) = 5.528061075000
// so the derivative is their difference over 0.0002, -1.090750.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(1, 1, 4, 4), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 1, 4, 4), tensor.WithBacking([]float64{1.982, 1.409, 0.836, 1.763, 1.19, 0.617, 1.544, 0.971, 1.898, 1.326, 0.753, 1.68, 1.107, 0.534, 1.461, 0.888}))))
	y := gorgonia.Must(gorgonia.AveragePool2D(x, tensor.Shape{2, 2}, []int{0, 0}, []int{1, 1}))
	w := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(1, 1, 3, 3), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 1, 3, 3), tensor.WithBacking([]float64{0.77, 0.10600000000000001, -0.758, 0.478, -0.286, 0.95, 0.186, -0.577, 0.659}))))
	cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(y, w))))
	w1 := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(1, 1, 4, 4), gorgonia.WithName("w1"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 1, 4, 4), tensor.WithBacking([]float64{0.938, 0.174, -0.59, 0.646, -0.118, -0.882, 0.354, -0.409, 0.827, 0.163, -0.701, 0.535, -0.229, -0.993, 0.243, -0.521}))))
	more1 := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(x, w1))))
	cost = gorgonia.Must(gorgonia.Add(cost, more1))
	vm := gorgonia.NewLispMachine(g)
	if err := vm.RunAll(); err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println("cost:", cost.Value())
	fmt.Println("gradient of x:", gradient(x))
	fmt.Println("x[0,0,3,1] is -0.09775, right is -1.09075")
}

func gradient(n *gorgonia.Node) gorgonia.Value {
	v, err := n.Grad()
	if err != nil {
		fmt.Println("error:", err)
	}
	return v
}
