//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// Ravel (3) on the Lisp machine: wrong gradient.
//
// By hand, with y from plain Go and the cost below:
// cost(x[0] = 1.9521) = 4.941098800000
// cost(x[0] = 1.9519) = 4.940757200000
// so the derivative is their difference over 0.0002, 1.708000.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewTensor(g, gorgonia.Float64, 1, gorgonia.WithShape(3), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(3), tensor.WithBacking([]float64{1.952, 0.424, -1.104}))))
	y := gorgonia.Must(gorgonia.Ravel(x))
	w := gorgonia.NewTensor(g, gorgonia.Float64, 1, gorgonia.WithShape(3), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(3), tensor.WithBacking([]float64{0.77, 0.10600000000000001, -0.758}))))
	cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(y, w))))
	w1 := gorgonia.NewTensor(g, gorgonia.Float64, 1, gorgonia.WithShape(3), gorgonia.WithName("w1"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(3), tensor.WithBacking([]float64{0.938, 0.174, -0.59}))))
	more1 := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(x, w1))))
	cost = gorgonia.Must(gorgonia.Add(cost, more1))
	vm := gorgonia.NewLispMachine(g)
	if err := vm.RunAll(); err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println("cost:", cost.Value())
	fmt.Println("gradient of x:", gradient(x))
	fmt.Println("x[0] is 0.77, right is 1.708")
}

func gradient(n *gorgonia.Node) gorgonia.Value {
	v, err := n.Grad()
	if err != nil {
		fmt.Println("error:", err)
	}
	return v
}
