//go:build ignore

// Made by gradtwin audit --programs; do not edit.

// Mul (scalar, 3) on the Lisp machine: wrong gradient.
//
// By hand, with y from plain Go and the cost below:
// cost(a = 1.9521) = 2.470435308800
// cost(a = 1.9519) = 2.470346003200
// so the derivative is their difference over 0.0002, 0.446528.
package main

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	g := gorgonia.NewGraph()
	a := gorgonia.NewTensor(g, gorgonia.Float64, 0, gorgonia.WithShape(), gorgonia.WithName("a"),
		gorgonia.WithValue(float64(1.952)))
	b := gorgonia.NewTensor(g, gorgonia.Float64, 1, gorgonia.WithShape(3), gorgonia.WithName("b"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(3), tensor.WithBacking([]float64{-0.964, 1.508, -0.12000000000000001}))))
	y := gorgonia.Must(gorgonia.Mul(a, b))
	w := gorgonia.NewTensor(g, gorgonia.Float64, 1, gorgonia.WithShape(3), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(3), tensor.WithBacking([]float64{0.77, 0.10600000000000001, -0.758}))))
	cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(y, w))))
	w1 := gorgonia.NewTensor(g, gorgonia.Float64, 0, gorgonia.WithShape(), gorgonia.WithName("w1"),
		gorgonia.WithValue(float64(0.938)))
	more1 := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(a, w1))))
	cost = gorgonia.Must(gorgonia.Add(cost, more1))
	w2 := gorgonia.NewTensor(g, gorgonia.Float64, 1, gorgonia.WithShape(3), gorgonia.WithName("w2"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(3), tensor.WithBacking([]float64{-0.52, 0.716, -0.14800000000000002}))))
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
	fmt.Println("a is 2.32253, right is 0.446528")
}

func gradient(n *gorgonia.Node) gorgonia.Value {
	v, err := n.Grad()
	if err != nil {
		fmt.Println("error:", err)
	}
	return v
}
