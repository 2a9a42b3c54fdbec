//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// MaxPool2D (1x1x3x3, negative, kernel 2x2, pad 1x1) on the Lisp machine: wrong gradient.
//
// By hand, with y from plain Go and the cost below:
// cost(x[0,0,0,0] = -0.5179) = 1.206506800000
// cost(x[0,0,0,0] = -0.5181) = 1.206011200000
// so the derivative is their difference over 0.0002, 2.478000.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(1, 1, 3, 3), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 1, 3, 3), tensor.WithBacking([]float64{-0.518, -1.091, -1.664, -0.737, -1.31, -1.883, -0.956, -1.529, -0.602}))))
	y := gorgonia.Must(gorgonia.MaxPool2D(x, tensor.Shape{2, 2}, []int{1, 1}, []int{1, 1}))
	w := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(1, 1, 4, 4), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 1, 4, 4), tensor.WithBacking([]float64{0.77, 0.10600000000000001, -0.758, 0.478, -0.286, 0.95, 0.186, -0.577, 0.659, -0.105, -0.869, 0.367, -0.397, 0.839, 0.175, -0.689}))))
	cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(y, w))))
	w1 := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(1, 1, 3, 3), gorgonia.WithName("w1"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 1, 3, 3), tensor.WithBacking([]float64{0.938, 0.174, -0.59, 0.646, -0.118, -0.882, 0.354, -0.409, 0.827}))))
	more1 := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(x, w1))))
	cost = gorgonia.Must(gorgonia.Add(cost, more1))
	vm := gorgonia.NewLispMachine(g)
	if err := vm.RunAll(); err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println("cost:", cost.Value())
	fmt.Println("gradient of x:", gradient(x))
	fmt.Println("x[0,0,0,0] is 1.54, right is 2.478")
}

func gradient(n *gorgonia.Node) gorgonia.Value {
	v, err := n.Grad()
	if err != nil {
		fmt.Println("error:", err)
	}
	return v
}
