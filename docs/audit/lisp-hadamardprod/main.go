//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// HadamardProd (4, scalar) on the Lisp machine: wrong gradient.
//
// By hand, with y from plain Go and the cost below:
// cost(b = -0.9639) = 1.012231047800
// cost(b = -0.9641) = 1.011727208200
// so the derivative is their difference over 0.0002, 2.519198.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	a := gorgonia.NewTensor(g, gorgonia.Float64, 1, gorgonia.WithShape(4), gorgonia.WithName("a"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(4), tensor.WithBacking([]float64{1.952, 0.424, -1.104, 1.369}))))
	b := gorgonia.NewTensor(g, gorgonia.Float64, 0, gorgonia.WithShape(), gorgonia.WithName("b"),
		gorgonia.WithValue(float64(-0.964)))
	y := gorgonia.Must(gorgonia.HadamardProd(a, b))
	w := gorgonia.NewTensor(g, gorgonia.Float64, 1, gorgonia.WithShape(4), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(4), tensor.WithBacking([]float64{0.77, 0.10600000000000001, -0.758, 0.478}))))
	cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(y, w))))
	w1 := gorgonia.NewTensor(g, gorgonia.Float64, 1, gorgonia.WithShape(4), gorgonia.WithName("w1"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(4), tensor.WithBacking([]float64{0.938, 0.174, -0.59, 0.646}))))
	more1 := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(a, w1))))
	cost = gorgonia.Must(gorgonia.Add(cost, more1))
	w2 := gorgonia.NewTensor(g, gorgonia.Float64, 0, gorgonia.WithShape(), gorgonia.WithName("w2"),
		gorgonia.WithValue(float64(-0.52)))
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
	fmt.Println("b is 0.959198, right is 2.5192")
}

func gradient(n *gorgonia.Node) gorgonia.Value {
	v, err := n.Grad()
	if err != nil {
		fmt.Println("error:", err)
	}
	return v
}
