//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// Im2Col (1x1x3x3, kernel 1x1x2x2) on the Lisp machine: wrong gradient.
//
// By hand, with y from plain Go and the cost below:
// cost(x[0,0,0,0] = 0.9761) = 2.224841800000
// cost(x[0,0,0,0] = 0.9759) = 2.224500200000
// so the derivative is their difference over 0.0002, 1.708000.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(1, 1, 3, 3), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 1, 3, 3), tensor.WithBacking([]float64{0.976, 0.212, -0.552, 0.684, -0.18, -0.844, 0.392, -0.371, 0.865}))))
	y := gorgonia.Must(gorgonia.Im2Col(x, tensor.Shape{2, 2}, tensor.Shape{0, 0}, tensor.Shape{1, 1}, tensor.Shape{1, 1}))
	w := gorgonia.NewTensor(g, gorgonia.Float64, 4, gorgonia.WithShape(1, 2, 2, 4), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 2, 2, 4), tensor.WithBacking([]float64{0.77, 0.10600000000000001, -0.758, 0.478, -0.286, 0.95, 0.186, -0.577, 0.659, -0.105, -0.869, 0.367, -0.397, 0.839, 0.175, -0.689}))))
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
	fmt.Println("x[0,0,0,0] is 0.77, right is 1.708")
}

func gradient(n *gorgonia.Node) gorgonia.Value {
	v, err := n.Grad()
	if err != nil {
		fmt.Println("error:", err)
	}
	return v
}
