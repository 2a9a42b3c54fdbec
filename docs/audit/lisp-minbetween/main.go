//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// MinBetween (2, at a tie) on the Lisp machine: wrong gradient.
//
// By hand, with y from plain Go and the cost below:
// cost(b[1] = 0.0001) = 0.768082200000
// cost(b[1] = -0.0001) = 0.767917800000
// so the derivative is their difference over 0.0002, 0.822000.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	a := gorgonia.NewTensor(g, gorgonia.Float64, 1, gorgonia.WithShape(2), gorgonia.WithName("a"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2), tensor.WithBacking([]float64{0.5, 1}))))
	b := gorgonia.NewTensor(g, gorgonia.Float64, 1, gorgonia.WithShape(2), gorgonia.WithName("b"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2), tensor.WithBacking([]float64{0.5, 0}))))
	y := gorgonia.Must(gorgonia.MinBetween(a, b))
	w := gorgonia.NewTensor(g, gorgonia.Float64, 1, gorgonia.WithShape(2), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2), tensor.WithBacking([]float64{0.77, 0.10600000000000001}))))
	cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(y, w))))
	w1 := gorgonia.NewTensor(g, gorgonia.Float64, 1, gorgonia.WithShape(2), gorgonia.WithName("w1"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2), tensor.WithBacking([]float64{0.938, 0.174}))))
	more1 := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(a, w1))))
	cost = gorgonia.Must(gorgonia.Add(cost, more1))
	w2 := gorgonia.NewTensor(g, gorgonia.Float64, 1, gorgonia.WithShape(2), gorgonia.WithName("w2"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2), tensor.WithBacking([]float64{-0.52, 0.716}))))
	more2 := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(b, w2))))
	cost = gorgonia.Must(gorgonia.Add(cost, more2))
	vm := gorgonia.NewLispMachine(g)
	if err := vm.RunAll(); err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println("cost:", cost.Value())
	fmt.Println("gradient of a:", gradient(a))
	fmt.Println("gradient of b:", gradient(b))
	fmt.Println("b[1] is -0.068, right is 0.822")
}

func gradient(n *gorgonia.Node) gorgonia.Value {
	v, err := n.Grad()
	if err != nil {
		fmt.Println("error:", err)
	}
	return v
}
