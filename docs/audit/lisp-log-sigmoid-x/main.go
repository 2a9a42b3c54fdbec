//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// Log(Sigmoid(x)) (scalar) on the Lisp machine: wrong gradient.
//
// By hand, with y from plain Go and the cost below:
// cost(x = 1.9521) = -0.102225010062
// cost(x = 1.9519) = -0.102244157720
// so the derivative is their difference over 0.0002, 0.095738.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
)

func main() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewTensor(g, gorgonia.Float64, 0, gorgonia.WithShape(), gorgonia.WithName("x"),
		gorgonia.WithValue(float64(1.952)))
	y := gorgonia.Must(gorgonia.Log(gorgonia.Must(gorgonia.Sigmoid(x))))
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
	fmt.Println("x is 0.204614, right is 0.0957383")
}

func gradient(n *gorgonia.Node) gorgonia.Value {
	v, err := n.Grad()
	if err != nil {
		fmt.Println("error:", err)
	}
	return v
}
