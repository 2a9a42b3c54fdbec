//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// Neg(Neg(x)) (scalar) on the Lisp machine: wrong gradient.
//
// By hand, with y from plain Go and the cost below:
// cost(x = 1.9521) = 1.503117000000
// cost(x = 1.9519) = 1.502963000000
// so the derivative is their difference over 0.0002, 0.770000.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewTensor(g, gorgonia.Float64, 0, gorgonia.WithShape(), gorgonia.WithName("x"),
		gorgonia.WithValue(float64(1.952)))
	y := gorgonia.Must(gorgonia.Neg(gorgonia.Must(gorgonia.Neg(x))))
	w := gorgonia.NewTensor(g, gorgonia.Float64, 0, gorgonia.WithShape(), gorgonia.WithName("w"),
		gorgonia.WithValue(float64(0.77)))
	cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(y, w))))
	vm := gorgonia.NewLispMachine(g)
	if err := vm.RunAll(); err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println("cost:", cost.Value())
	fmt.Println("gradient of x:", gradient(x))
	fmt.Println("x is -0.23, right is 0.77")
}

func gradient(n *gorgonia.Node) gorgonia.Value {
	v, err := n.Grad()
	if err != nil {
		fmt.Println("error:", err)
	}
	return v
}
