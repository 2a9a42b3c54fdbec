//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// MaxBetween (2, at a tie) on the Lisp machine: wrong gradient.
//
// By hand, with y from plain Go and the cost below:
// cost(a[0] = 0.5001) = 0.491077000000
// cost(a[0] = 0.4999) = 0.491000000000
// so the derivative is their difference over 0.0002, 0.385000.
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
	y := gorgonia.Must(gorgonia.MaxBetween(a, b))
	w := gorgonia.NewTensor(g, gorgonia.Float64, 1, gorgonia.WithShape(2), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2), tensor.WithBacking([]float64{0.77, 0.10600000000000001}))))
	cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(y, w))))
	vm := gorgonia.NewLispMachine(g)
	if err := vm.RunAll(); err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println("cost:", cost.Value())
	fmt.Println("gradient of a:", gradient(a))
	fmt.Println("gradient of b:", gradient(b))
	fmt.Println("a[0] is 0, right is 0.385")
}

func gradient(n *gorgonia.Node) gorgonia.Value {
	v, err := n.Grad()
	if err != nil {
		fmt.Println("error:", err)
	}
	return v
}
